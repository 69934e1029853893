"""Environments: the colours of Weisfeiler and Leman, neither finer nor coarser, whatever the hashes are."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.encoders import environments
from multigraft.encoders.edge import GIN
from multigraft.encoders.environments import Environments
from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.neighbourhoods import averaged, normalised, summed
from multigraft.graphs.classes import bits
from multigraft.graphs.molecules.load import pack_smiles
from tests.helpers.coded import molecules
from tests.helpers.shared import always_sharing, rearranged, repeating, repeating_graphs
from tests.reference.environments import colours

ROUNDS = 4
WEIGHTINGS = (summed, averaged, normalised)


def found(graphs, weighting=summed):
    """Our environments, of codes and masks alone."""
    entries = weighting(graphs)
    blank = torch.zeros(graphs.num_nodes, dtype=torch.bool)
    hidden = graphs.nodes.get("masked", blank)
    columns = [hidden.long(), *(graphs.nodes["codes"].long() * ~hidden[:, None]).unbind(1)]
    features = []
    if "codes" in graphs.edges:
        out = graphs.edges.get("masked", torch.zeros(graphs.num_edges, dtype=torch.bool))
        shown = [out.long(), *(graphs.edges["codes"].long() * ~out[:, None]).unbind(1)]
        loop = [torch.arange(len(entries.weights)) >= graphs.num_edges]
        features = [bits(one) for one in loop] + [
            torch.cat([one, torch.zeros(graphs.num_nodes).long()]) for one in shown
        ]
    return Environments(columns, entries, features)


@given(repeating(), st.sampled_from(WEIGHTINGS))
def test_nodes_share_an_environment_exactly_where_they_are_alike(graphs, weighting):
    with always_sharing():
        ours = found(graphs, weighting)
        plain = colours(graphs, ROUNDS, weighting(graphs).weights.tolist())
        for rounds, expected in enumerate(plain):
            assert ours.after(rounds).of.tolist() == expected
            assert ours.after(rounds).firsts.tolist() == [expected.index(colour) for colour in range(max(expected) + 1)]


@given(repeating(), st.integers(0, 2**16))
def test_the_order_of_nodes_and_edges_does_not_matter(graphs, seed):
    with always_sharing():
        other, place = rearranged(graphs, torch.Generator().manual_seed(seed))
        mine, theirs = found(graphs), found(other)
        for rounds in range(ROUNDS):
            assert len(mine.after(rounds)) == len(theirs.after(rounds))
            pairs = torch.stack([mine.after(rounds).of, theirs.after(rounds).of[place]])
            assert pairs.unique(dim=1).shape[1] == len(mine.after(rounds)), "one environment for one"


@given(repeating(), st.sampled_from([lambda v: torch.zeros_like(v), lambda v: v & 1, lambda v: v.clone()]))
def test_weak_hashes_change_nothing(graphs, weak):
    with always_sharing(), pytest.MonkeyPatch.context() as patch:
        strong = found(graphs)
        expected = [strong.after(rounds).of for rounds in range(ROUNDS)]
        patch.setattr(environments, "scrambled", weak)
        ours = found(graphs)
        assert all(torch.equal(ours.after(rounds).of, one) for rounds, one in enumerate(expected))


def test_molecules_that_collide_under_a_weak_hash_are_told_apart():
    """The middle carbons of CCO and NCN hear the same sum of elements, C and O or twice N; and hashes say no more."""
    pytest.importorskip("rdkit")
    graphs = pack_smiles(["CCO", "NCN"])
    elements = graphs.nodes["codes"][:, 0].long()
    source, target = graphs.edge_index
    weak = elements * 1000 + torch.zeros_like(elements).index_add_(0, target, elements[source])
    assert int(weak[1]) == int(weak[4]), "their colours collide under this hash"
    with always_sharing(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(environments, "scrambled", torch.zeros_like)  # every colour collides with every other
        ours = found(graphs)
        assert ours.after(0).of[1] == ours.after(0).of[4]
        assert ours.after(1).of[1] != ours.after(1).of[4]
        encoder = GIN(InputSchema.of(graphs), dim=8, layers=2).double().eval()
        z = encoder(graphs.double())
        assert not torch.allclose(z[1], z[4])
        encoder.sharing = False
        assert torch.allclose(z, encoder(graphs.double()), rtol=1e-9, atol=1e-12)


def test_sums_that_agree_by_accident_are_told_apart_one_by_one():
    """Multisets of equal sum, and of equal sum of squares: {1, 5, 6} and {2, 3, 7}, as codes of what two nodes hear."""
    with always_sharing(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(environments, "scrambled", lambda values: values * values)
        codes = [*range(8), 8, 8]
        graphs = repeating_graphs(0, 1)
        ends = torch.tensor([[1, 5, 6, 2, 3, 7], [8, 8, 8, 9, 9, 9]])
        nodes = {"x": torch.zeros(10, 0), "codes": torch.tensor(codes)[:, None]}
        graphs = type(graphs)(ends, torch.tensor([0, 10]), torch.tensor([0, 6]), nodes)
        ours = found(graphs)
        assert ours.after(0).of[8] == ours.after(0).of[9]
        assert ours.after(1).of[8] != ours.after(1).of[9]


def test_where_next_to_nothing_is_shared_nodes_stay_apart():
    graphs = repeating_graphs(1, count=1, most_nodes=6)
    entries = summed(graphs)
    each = torch.arange(graphs.num_nodes)
    ours = Environments([each], entries)
    assert torch.equal(ours.after(3).of, each)
    assert torch.equal(ours.after(3).firsts, each)
    assert ours.share(3) == 1.0


def test_what_is_heard_is_what_the_first_node_hears():
    graphs = molecules(40)
    ours, entries = found(graphs), summed(graphs)
    for rounds in (1, 2, 3):
        heard, now, before = ours.heard(rounds), ours.after(rounds), ours.after(rounds - 1).of
        ends = [*heard.starts[1:].tolist(), len(heard.sources)]
        for row, first in enumerate(now.firsts.tolist()):
            entry = (entries.edges[1] == first).nonzero()[:, 0]
            expected = sorted(zip(before[entries.edges[0, entry]].tolist(), ours.kinds.of[entry].tolist(), strict=True))
            own = slice(int(heard.starts[row]), ends[row])
            assert sorted(zip(heard.sources[own].tolist(), heard.kinds[own].tolist(), strict=True)) == expected
            assert int(heard.sources[own][-1]) == int(before[first]), "the loop is the last"


def test_the_share_falls_with_the_number_of_molecules():
    few, many = found(molecules(60)).share(5), found(molecules(500)).share(5)
    assert 0 < many < few < 1


def test_a_batch_without_edges_or_nodes_has_environments_too():
    graphs = repeating_graphs(3, 4)
    lonely = graphs.keep_edges(torch.zeros(graphs.num_edges, dtype=torch.bool))
    with always_sharing():
        ours = found(lonely)
        assert torch.equal(ours.after(2).of, ours.after(0).of)
        assert len(ours.heard(1).sources) == len(ours.after(1))
        nothing = found(graphs.select([]))
        assert len(nothing.after(2)) == 0
        assert len(nothing.heard(1).sources) == 0
        assert nothing.share(2) == 0.0
