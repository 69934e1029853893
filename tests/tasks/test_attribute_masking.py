"""Attribute masking: what episodes share and hide, and heads and losses as the paper has them."""

import dataclasses
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.encoders.edge import GIN
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from multigraft.randomness import generator
from multigraft.tasks.attribute_masking import AttributeMasking
from multigraft.tasks.base import Examples
from tests.helpers.coded import coded, coded_graphs, path, random_coded
from tests.helpers.graphs import pack, random_graphs
from tests.helpers.orchard import graphs_of

ATOMS, BONDS = AttributeMasking(), AttributeMasking(bonds=True)
KINDS = [(ATOMS, "hu"), (BONDS, "hu"), (BONDS, "ogb"), (ATOMS, "protein")]


def questions(examples):
    """Every question with its answer."""
    answers = examples.answers.flatten(1).tolist() if examples.answers.ndim == 2 else examples.answers.tolist()
    return list(zip(map(tuple, examples.queries.T.tolist()), map(str, answers), strict=True))


@pytest.mark.parametrize(("task", "featurization"), KINDS)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_support_and_target_part_what_is_masked(task, featurization, data, seed):
    graphs = data.draw(coded_graphs(featurization))
    episode, asked = task.episode(graphs, generator(seed)), task.examples(graphs, generator(seed))
    assert episode.support.graphs is episode.target.graphs
    assert sorted(questions(episode.support) + questions(episode.target)) == sorted(questions(asked))
    for name in ("nodes.masked", "edges.masked"):  # all that is asked is hidden, in both
        ours, theirs = episode.support.graphs.tensors(), asked.graphs.tensors()
        assert (name in ours) == (name in theirs)
        assert name not in ours or torch.equal(ours[name], theirs[name])
    kinds = 2 if task.bonds else 1
    assert 0 <= len(questions(episode.support)) - len(questions(episode.target)) <= kinds


@given(coded_graphs(), st.integers(0, 2**31))
def test_everything_asked_is_hidden(graphs, seed):
    asked = BONDS.examples(graphs, generator(seed))
    first, second = asked.queries
    atom = first == second
    assert bool(asked.graphs.nodes["masked"][first[atom]].all())
    assert bool((asked.answers[atom] < 119).all())
    assert bool(((asked.answers[~atom] >= 119) & (asked.answers[~atom] < 123)).all())


@given(coded_graphs(), st.integers(0, 2**31))
def test_an_encoder_cannot_see_what_is_asked(graphs, seed):
    asked = BONDS.examples(graphs, generator(seed)).graphs
    torch.manual_seed(0)
    encoder = GIN(InputSchema.of(graphs), dim=4, layers=2).eval()
    nodes, edges = asked.nodes["codes"].clone(), asked.edges["codes"].clone()
    nodes[asked.nodes["masked"]] = 1
    edges[asked.edges["masked"]] = 2
    z = encoder(asked)
    asked.nodes["codes"], asked.edges["codes"] = nodes, edges
    torch.testing.assert_close(encoder(asked), z, rtol=0, atol=0)


def test_fresh_masks_at_every_call_and_the_same_from_the_same_generator():
    graphs, draws = random_coded(20, seed=1), generator(0)
    first, second = (ATOMS.examples(graphs, draws).queries for _ in range(2))
    assert torch.equal(first, ATOMS.examples(graphs, generator(0)).queries)
    assert not torch.equal(first, second)


@pytest.mark.parametrize("bonds", [False, True])
def test_head_reads_atoms_from_nodes_and_bonds_from_sums(bonds):
    graphs, task = random_coded(6, seed=2, density=0.5), AttributeMasking(bonds=bonds)
    examples = task.examples(graphs, generator(0))
    head, z = task.head(5, graphs.origin), torch.randn(graphs.num_nodes, 5, generator=generator(1))
    logits = head(z, examples)
    assert logits.shape == (examples.queries.shape[1], 119 + 4 * bonds)
    for row, (u, v) in zip(logits, examples.queries.T.tolist(), strict=True):
        if u == v:
            torch.testing.assert_close(row[:119], head.atom(z[u]))
            assert bool(row[119:].isneginf().all())
        else:
            torch.testing.assert_close(row[119:], head.bond(z[u] + z[v]))
            assert bool(row[:119].isneginf().all())


def test_heads_have_one_linear_layer_a_kind():
    origin, proteins = random_coded(1).origin, random_coded(1, "protein").origin
    names = [
        [name for name, _ in task.head(3, made).named_parameters()]
        for task, made in ((ATOMS, origin), (BONDS, origin), (ATOMS, proteins))
    ]
    assert names == [
        ["atom.weight", "atom.bias"], ["atom.weight", "atom.bias", "bond.weight", "bond.bias"],
        ["types.weight", "types.bias"],
    ]  # fmt: skip
    assert BONDS.head(3, random_coded(1, "ogb").origin).bond.out_features == 5


def test_loss_is_a_mean_over_atoms_and_a_mean_over_bonds():
    graphs = random_coded(6, seed=3, density=0.8)
    examples = BONDS.examples(graphs, generator(0))
    logits = BONDS.head(5, graphs.origin)(torch.randn(graphs.num_nodes, 5, generator=generator(1)), examples)
    terms = -torch.log_softmax(logits, 1)[torch.arange(len(logits)), examples.answers]
    atom = examples.answers < 119
    torch.testing.assert_close(BONDS.loss(logits, examples), terms[atom].mean() + terms[~atom].mean())
    assert int(atom.sum()) != int((~atom).sum())  # else the two means would be one


def test_gradients_of_any_order_are_numbers():
    """Minus infinity stands for classes that are not asked for; it must not reach a gradient."""
    graphs = random_coded(6, seed=2, density=0.5)
    examples = BONDS.examples(graphs, generator(0))
    head = BONDS.head(5, graphs.origin).double()
    z = torch.randn(graphs.num_nodes, 5, generator=generator(1), dtype=torch.float64, requires_grad=True)
    first = torch.autograd.grad(BONDS.loss(head(z, examples), examples), [z, *head.parameters()], create_graph=True)
    second = torch.autograd.grad(sum(part.square().sum() for part in first), [z, *head.parameters()])
    assert all(bool(part.isfinite().all()) for part in (*first, *second))
    assert any(bool(part.any()) for part in second)


def test_proteins_are_asked_for_all_types():
    graphs = random_coded(6, "protein", seed=2, density=0.5)
    examples = ATOMS.examples(graphs, generator(0))
    head, z = ATOMS.head(5, graphs.origin), torch.randn(graphs.num_nodes, 5, generator=generator(1))
    logits = head(z, examples)
    assert logits.shape == examples.answers.shape == (examples.queries.shape[1], 7)
    torch.testing.assert_close(logits, head.types(z[examples.queries[0]] + z[examples.queries[1]]))
    p = torch.sigmoid(logits)
    expected = -torch.where(examples.answers == 1, p.log(), (1 - p).log()).mean()
    torch.testing.assert_close(ATOMS.loss(logits, examples), expected)
    assert ATOMS.metric(examples.answers - 0.5, examples) == 1.0
    assert ATOMS.metric(0.5 - examples.answers, examples) == 0.0


def test_metric_is_the_share_of_right_classes_and_needs_answers_alone():
    graphs = random_coded(20, seed=2, density=0.5)
    examples = BONDS.examples(graphs, generator(0))
    right = torch.nn.functional.one_hot(examples.answers, 123).double()
    half = torch.where((torch.arange(len(right)) % 2 == 0)[:, None], right, -right)
    queries, answers = torch.cat([examples.queries] * 2, 1), torch.cat([examples.answers] * 2)
    several = Examples(graphs.select([]), queries, answers)  # answers of several batches
    assert BONDS.metric(torch.cat([right, half]), several) == pytest.approx(0.75, abs=0.01)


@pytest.mark.parametrize(("task", "featurization"), KINDS)
def test_nothing_asked_costs_nothing_and_has_no_score(task, featurization):
    graphs = coded(pack([torch.zeros(2, 2)]), featurization).select([])
    nothing = task.examples(graphs, generator(0))
    logits = task.head(3, graphs.origin)(torch.empty(0, 3), nothing)
    assert nothing.queries.shape == (2, 0)
    assert task.loss(logits, nothing).item() == 0
    assert math.isnan(task.metric(logits, nothing))


def test_molecules_of_one_atom_have_atoms_but_no_bonds():
    graphs = coded(pack([torch.zeros(1, 1)] * 3))
    examples = BONDS.examples(graphs, generator(0))
    assert examples.queries.tolist() == [[0, 1, 2], [0, 1, 2]]
    logits = BONDS.head(4, graphs.origin)(torch.randn(3, 4), examples)
    assert math.isfinite(BONDS.loss(logits, examples).item())


def test_data_that_cannot_be_masked_are_refused():
    assert "neither atoms nor types" in (ATOMS.obstacle(random_graphs(3, seed=1)) or "")
    assert "featurization" not in (ATOMS.obstacle(random_graphs(3, seed=1)) or "")
    embedded = random_graphs(3, seed=1)
    embedded = dataclasses.replace(embedded, origin=dataclasses.replace(embedded.origin, name="nci5k"))
    for molecules in (graphs_of(["C"]), embedded):
        assert (ATOMS.obstacle(molecules) or "").endswith("masked: choose a featurization: --featurization hu")
    assert "no bonds" in (BONDS.obstacle(random_coded(3, "protein", density=0.9)) or "")
    loose = coded(pack([torch.zeros(3, 3)]))
    assert "no edges" in (BONDS.obstacle(loose) or "")
    assert "no edges" in (ATOMS.obstacle(coded(pack([torch.zeros(3, 3)]), "protein")) or "")
    assert ATOMS.obstacle(loose) is None
    for task, featurization in KINDS:
        assert task.obstacle(coded(pack([path(3)]), featurization)) is None


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1, 1.5, math.nan])
def test_a_rate_that_is_none_is_refused(rate):
    with pytest.raises(InputError, match="between 0 and 1"):
        AttributeMasking(rate=rate)
