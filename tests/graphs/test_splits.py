"""Splits of a data set: the ways to make one by name, whose graphs they speak of, and what of edges may be seen."""

import json

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft import randomness
from multigraft.errors import InputError
from multigraft.graphs import splits
from multigraft.graphs.checksums import identity
from multigraft.graphs.names import SPLIT_NAMES
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.pairs import undirected_edges
from multigraft.graphs.partitions import corpus_split, random_split, stratified_split
from multigraft.graphs.scaffolds import (
    random_scaffold_split,
    scaffold_balanced_split,
    scaffold_split,
    scaffolds,
)
from multigraft.graphs.splits import (
    PARTS,
    SPLITS,
    Split,
    default_split,
    link_split,
    share_of,
    split_graphs,
    usual_fractions,
)
from tests.helpers.graphs import packed_graphs, random_graphs
from tests.helpers.orchard import graphs_of, orchard

seeds = st.integers(0, 2**31)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def parts_of(split: Split) -> list[list[int]]:
    return [getattr(split, part).tolist() for part in PARTS]


# --- kinds by name ---------------------------------------------------------------------------------------------------


def test_names_are_the_registry():
    assert tuple(SPLITS) == SPLIT_NAMES


def test_every_kind_has_shares_of_a_whole():
    assert all(sum(kind.fractions) == pytest.approx(1) for kind in SPLITS.values())


@pytest.mark.parametrize("seed", [0, 7])
def test_each_name_stands_for_its_function(seed):
    pytest.importorskip("rdkit")
    smiles = orchard(80)
    labels = torch.arange(80) % 3
    graphs = graphs_of(smiles, label=labels)
    chiral, flat = scaffolds(smiles), scaffolds(smiles, chirality=False)
    expected = {
        "random": random_split(80, randomness.generator(seed, "split"), (0.7, 0.1, 0.2)),
        "stratified": stratified_split(labels, randomness.generator(seed, "split"), (0.7, 0.1, 0.2)),
        "corpus": corpus_split(80, randomness.generator(seed, "split"), (0.98, 0.01, 0.01)),
        "scaffold": scaffold_split(chiral, (0.8, 0.1, 0.1)),
        "scaffold-balanced": scaffold_balanced_split(flat, randomness.generator(seed, "split"), (0.8, 0.1, 0.1)),
        "random-scaffold": random_scaffold_split(chiral, randomness.generator(seed, "split"), (0.8, 0.1, 0.1)),
    }
    assert set(expected) == set(SPLITS) - {"species"}
    for kind, parts in expected.items():
        split = split_graphs(graphs, kind, seed)
        assert (split.kind, split.seed, split.identity) == (kind, seed, identity(graphs))
        assert parts_of(split) == [part.tolist() for part in parts], kind


def test_molecules_with_targets_are_split_at_random_in_the_shares_of_scaffolds():
    smiles = orchard(80)
    measured, labelled = graphs_of(smiles, targets=torch.zeros(80, 1)), graphs_of(smiles, label=torch.arange(80) % 2)
    plain = graphs_of(smiles, targets=torch.zeros(80, 0))
    sizes = [[len(part) for part in parts_of(split_graphs(one, "random", 0))] for one in (measured, labelled, plain)]
    assert sizes == [[64, 8, 8], [56, 8, 16], [56, 8, 16]]
    assert parts_of(split_graphs(measured, "random", 0, (0.7, 0.1, 0.2))) == parts_of(split_graphs(plain, "random", 0))
    assert usual_fractions(measured, "random") == usual_fractions(plain, "scaffold") == (0.8, 0.1, 0.1)
    assert usual_fractions(measured, "stratified") == (0.7, 0.1, 0.2)


def test_shares_can_be_chosen():
    pytest.importorskip("rdkit")
    graphs = graphs_of(orchard(80))
    for kind in ("random", "scaffold", "scaffold-balanced", "random-scaffold"):
        train, validation, test = map(len, parts_of(split_graphs(graphs, kind, 0, (0.5, 0.2, 0.3))))
        assert train <= 48
        assert validation + test >= 32


def test_only_the_scaffold_split_is_the_same_for_every_seed():
    pytest.importorskip("rdkit")
    graphs = graphs_of(orchard(80), label=torch.arange(80) % 2)
    for kind in set(SPLITS) - {"species"}:
        same = parts_of(split_graphs(graphs, kind, 0)) == parts_of(split_graphs(graphs, kind, 1))
        assert same == (kind == "scaffold"), kind


def test_balanced_splits_leave_stereo_centres_out():
    """As Chemprop and GROVER do: hands of a molecule must come into one part."""
    pytest.importorskip("rdkit")
    hands = [f"C[C@@H]1CC[C@{at}H](c2ccccc2{tail})O1" for at in ("", "@") for tail in ("C", "N", "O", "F", "Cl")]
    graphs = graphs_of([*hands, *("C1CC" + "C" * size + "1" for size in range(40))])
    for seed in range(3):
        train, _, _ = parts_of(split_graphs(graphs, "scaffold-balanced", seed))
        assert set(range(10)) <= set(train)


def test_nothing_to_stratify_by_is_random():
    graphs = random_graphs(30)
    plain = PackedGraphs(graphs.edge_index, graphs.node_offsets, graphs.edge_offsets, graphs.nodes)
    split = split_graphs(plain, "stratified", 3)
    assert split.kind == "random"
    assert parts_of(split) == parts_of(split_graphs(plain, "random", 3))
    assert split_graphs(graphs, "stratified", 3).kind == "stratified"


def test_an_unknown_kind():
    with pytest.raises(InputError, match="unknown split 'scafold': choose from stratified, random, scaffold, "):
        split_graphs(random_graphs(9), "scafold", 0)


@pytest.mark.parametrize("kind", ["scaffold", "scaffold-balanced", "random-scaffold"])
def test_graphs_that_are_no_molecules_have_no_scaffolds(kind):
    with pytest.raises(InputError, match="data set 'made' has no SMILES"):
        split_graphs(random_graphs(30), kind, 0)


def test_a_kind_can_be_added(monkeypatch):
    def first_and_last(graphs, draws, fractions):
        order = torch.arange(len(graphs))
        return order[:1], order[1:2], order[2:]

    monkeypatch.setitem(splits.SPLITS, "odd", splits.SplitKind(first_and_last, (0.1, 0.1, 0.8)))
    assert parts_of(split_graphs(random_graphs(4), "odd", 0)) == [[0], [1], [2, 3]]


# --- what is usual ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("molecules", "columns", "usual"),
    [
        (True, {"targets": torch.zeros(4, 2)}, "scaffold"),
        (True, {"targets": torch.zeros(4, 2), "label": torch.zeros(4, dtype=torch.int64)}, "scaffold"),
        (True, {"targets": torch.zeros(4, 0)}, "corpus"),
        (True, {}, "corpus"),
        (True, {"label": torch.zeros(4, dtype=torch.int64)}, "stratified"),
        (False, {"label": torch.zeros(4, dtype=torch.int64)}, "stratified"),
        (False, {"targets": torch.zeros(4, 2)}, "stratified"),
        (False, {}, "stratified"),
        (False, {"targets": torch.zeros(4, 2), "species": torch.tensor([1, 1, 2, 2])}, "species"),
        (False, {"targets": torch.zeros(4, 2), "species": torch.tensor([1, 1, 1, 1])}, "stratified"),
    ],
)
def test_the_usual_kind(molecules, columns, usual):
    graphs = graphs_of(["C"] * 4, **columns)
    if not molecules:
        graphs = PackedGraphs(
            graphs.edge_index, graphs.node_offsets, graphs.edge_offsets, graphs.nodes, graphs=graphs.graphs
        )
    assert default_split(graphs) == usual


# --- whose graphs a split speaks of ----------------------------------------------------------------------------------


def test_a_split_goes_through_json_unchanged():
    train, validation, test = random_split(30, generator())
    split = Split("random", 7, train, validation, test, "abc")
    stored = split.to_json()
    again = Split.from_json(json.loads(json.dumps(stored)))
    assert again.to_json() == stored
    assert (again.kind, again.seed, again.identity) == ("random", 7, "abc")
    for part in ("train", "validation", "test"):
        assert torch.equal(getattr(again, part), getattr(split, part))
        assert getattr(again, part).dtype == torch.int64


def test_a_split_without_identity_takes_that_of_its_graphs():
    graphs, order = random_graphs(9), torch.arange(9)
    split = Split("mine", 0, order[:5], order[5:7], order[7:])
    marked = split.for_graphs(graphs)
    assert marked.identity == identity(graphs)
    assert marked.for_graphs(graphs).to_json() == marked.to_json()
    with pytest.raises(InputError, match="other graphs"):
        marked.for_graphs(graphs.select([1, 0, 2, 3, 4, 5, 6, 7, 8]))


# --- link splits -----------------------------------------------------------------------------------------------------


def unordered(index: torch.Tensor) -> set[tuple[int, ...]]:
    return {tuple(sorted(pair)) for pair in index.T.tolist()}


@given(packed_graphs(), st.sampled_from([10, 20, 50]), seeds)
def test_held_out_edges_cannot_be_seen_in_either_direction(graphs: PackedGraphs, percent: int, seed: int):
    links = link_split(undirected_edges(graphs), generator(seed), percent)
    assert unordered(links.kept) | unordered(links.held_out) == unordered(graphs.edge_index)
    assert not unordered(links.kept) & unordered(links.held_out)
    assert unordered(graphs.edge_index[:, links.visible]) == unordered(links.kept)
    held = torch.bincount(graphs.node_graph[links.held_out[0]], minlength=len(graphs))
    assert torch.equal(held, links.held_out_counts)
    assert held.tolist() == [max(m * percent // 100, int(m >= 2)) for m in (graphs.edge_counts // 2).tolist()]


def test_self_loops_stay_visible():
    graphs = random_graphs(1, least_nodes=4, density=1.0)
    looped = torch.cat([graphs.edge_index, torch.zeros(2, 1, dtype=torch.int64)], 1)
    edges = torch.tensor([0, looped.shape[1]])
    links = link_split(undirected_edges(PackedGraphs(looped, graphs.node_offsets, edges, graphs.nodes)), generator())
    assert bool(links.visible[-1])


def test_graphs_of_self_loops_alone_have_nothing_to_hide():
    loops = torch.arange(3).expand(2, -1).contiguous()
    graphs = PackedGraphs(loops, torch.tensor([0, 3]), torch.tensor([0, 3]), {"x": torch.ones(3, 1)})
    links = link_split(undirected_edges(graphs), generator())
    assert links.held_out.shape == (2, 0)
    assert bool(links.visible.all())


def test_same_generator_same_link_split():
    edges = undirected_edges(random_graphs(9, density=0.5))
    first, again, other = (link_split(edges, generator(seed)).held_out for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_shares_of_few():
    assert share_of(torch.tensor([0, 1, 2, 4, 5, 9, 10]), 20).tolist() == [0, 0, 1, 1, 1, 1, 2]
