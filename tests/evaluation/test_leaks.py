"""Encoders planted to win by what they must not see: chance under ``strict``, near 1 under ``paper`` on links.

The graphs are random with independent edges, so the visible part of a graph says nothing about the rest: whatever lies
above chance is a leak.
"""

import dataclasses
import math

import pytest
import torch
from torch.nn.functional import one_hot

from multigraft.errors import InputError
from multigraft.evaluation import answers as answers_module
from multigraft.evaluation import column_answers as column_answers_module
from multigraft.evaluation import forests as forests_module
from multigraft.evaluation.probe import measure
from multigraft.evaluation.protocols import STRICT
from multigraft.graphs.fingerprints import fingerprint_names
from multigraft.graphs.segments import positions, segment_ids
from multigraft.graphs.splits import Split, split_graphs
from multigraft.graphs.texts import smiles_of, texts_at
from multigraft.randomness import generator
from tests.helpers.coded import coded
from tests.helpers.graphs import random_graphs
from tests.helpers.measured import measured_molecules

MOST_NODES = 18


@pytest.fixture(scope="module")
def graphs():
    return random_graphs(500, seed=1, least_nodes=14, most_nodes=MOST_NODES, density=0.25, shuffled=False)


@pytest.fixture(scope="module")
def split(graphs):
    return split_graphs(graphs, "stratified", 0)


def local(graphs):
    """The number of every node within its graph."""
    return positions(graphs.node_counts)


def signature(graphs):
    """What identifies a node, and which nodes it has an edge to: their product tells edges from non-edges."""
    own = one_hot(local(graphs), MOST_NODES).float()
    neighbours = torch.zeros_like(own)
    neighbours[graphs.edge_index[0], local(graphs)[graphs.edge_index[1]]] = 1
    return 5 * own + neighbours


def ends_of_the_last_edges(graphs):
    """Whether a node is an end of one of its graph's last edges, a tenth of them: the sum over a pair tells."""
    forth = graphs.edge_index[:, graphs.edge_index[0] < graphs.edge_index[1]]
    counts = torch.bincount(graphs.node_graph[forth[0]], minlength=len(graphs))
    last = positions(counts) >= (counts * 9 // 10)[segment_ids(counts)]
    touched = torch.zeros(graphs.num_nodes, 1)
    return touched.index_add_(0, forth[:, last].flatten(), torch.ones(2 * int(last.sum()), 1)).clamp_max(1)


def node_numbers(graphs):
    """Nothing but the place of a node in its graph's list: it has to do with no edge."""
    return one_hot(local(graphs), MOST_NODES).float()


def links(encode, graphs, split, protocol, seed=0):
    """AUC of every kind of pair features, and the margin that four standard deviations of chance leave."""
    rows = measure({"planted": encode}, graphs, split, ["lp"], protocol, seed).rows
    rows = [row for row in rows if row.encoder == "planted"]
    # The variance of the rank statistic of n positives and n negatives without any relation: (2n + 1) / 12 n^2.
    pairs = rows[0].n_test / 2
    margin = 4 * math.sqrt((2 * pairs + 1) / (12 * pairs**2))
    return {row.features: row.value for row in rows}, margin


# --- links ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encode", [signature, ends_of_the_last_edges, node_numbers])
@pytest.mark.parametrize("seed", [0, 1])
def test_strict_links_are_chance_for_who_knows_the_visible_edges_by_heart(encode, graphs, split, seed):
    values, margin = links(encode, graphs, split, "strict", seed)
    assert margin < 0.09
    for features in ("hadamard", "concat", "absdiff"):
        assert abs(values[features] - 0.5) < margin


@pytest.mark.parametrize(
    ("encode", "features"),
    [
        (signature, ("concat", "hadamard")),
        (ends_of_the_last_edges, ("concat", "hadamard")),
        (node_numbers, ("concat",)),
    ],
)
def test_paper_links_are_won_by_the_same_encoders(encode, features, graphs, split):
    values, _ = links(encode, graphs, split, "paper")
    assert next(iter(values)) == "concat"
    for name in features:
        assert values[name] > 0.95


def test_features_computed_from_all_edges_do_not_tell_of_hidden_ones(graphs, split):
    told = dataclasses.replace(graphs, nodes={**graphs.nodes, "structure": signature(graphs)})
    strict, _ = links(lambda seen: seen.structure, told, split, "strict")
    paper, _ = links(lambda seen: seen.structure, told, split, "paper")
    assert set(strict.values()) == {0.5}
    assert paper["hadamard"] > 0.95


def test_strict_encoders_never_meet_an_edge_they_are_asked_for(graphs, split):
    """The pairs asked for, found again by posing the questions as the protocol does."""
    seen = []
    measure({"spy": lambda given: seen.append(given) or signature(given)}, graphs, split, ["lp"], "strict", 3)
    recipe = STRICT.recipes["lp"]
    for part, given in zip(("train", "validation", "test"), seen, strict=True):
        whole = graphs.select(getattr(split, part))
        examples = recipe.pose(whole, generator(3, "probe", "lp", part))
        asked = {frozenset(pair) for pair in examples.queries.T.tolist()}
        visible = {frozenset(pair) for pair in given.edge_index.T.tolist()}
        assert not asked & visible
        assert len(asked & {frozenset(pair) for pair in whole.edge_index.T.tolist()}) == len(asked) / 2


# --- labels ---------------------------------------------------------------------------------------------------------


def labels_if_there(graphs):
    """Any column that has labels in it, or zeros."""
    columns = [graphs.nodes.get("label"), graphs.nodes.get("second")]
    if "label" in graphs.graphs:
        columns.append(graphs.graphs["label"][graphs.node_graph])
    there = [one_hot(column, 4).float() for column in columns if column is not None]
    return torch.cat([torch.zeros(graphs.num_nodes, 4), *there], dim=1)


@pytest.mark.parametrize("protocol", ["strict", "paper"])
def test_labels_are_not_among_what_encoders_see(graphs, split, protocol):
    told = dataclasses.replace(graphs, nodes={**graphs.nodes, "second": graphs.node_labels})
    assert labels_if_there(told).shape[1] == 16
    rows = measure({"planted": labels_if_there}, told, split, ["gc", "nc"], protocol).rows
    for task in ("gc", "nc"):
        values = {row.encoder: row.value for row in rows if row.task == task and row.metric == "accuracy"}
        assert values["planted"] == values["majority"]


@pytest.mark.parametrize("level", ["node_labels", "graph_labels"])
def test_asking_for_labels_is_an_error(graphs, split, level):
    with pytest.raises(InputError, match=r"has no (node|graph) labels"):
        measure({"planted": lambda seen: getattr(seen, level)}, graphs, split, ["gc"], "strict")


def targets_and_texts_if_there(graphs):
    """Whatever tells of targets: the targets themselves, who the molecule is, what is written of it."""
    columns = [
        graphs.graphs[name].float().reshape(len(graphs), -1) for name in ("targets", "row") if name in graphs.graphs
    ]
    if "smiles" in graphs.attached:
        rows = graphs.graphs.get("row", torch.arange(len(graphs)))
        columns.append(torch.tensor([[float(len(one))] for one in texts_at(graphs.attached, "smiles", rows)]))
    found = torch.cat([torch.zeros(len(graphs), 4), *columns], dim=1).nan_to_num(0.5)
    return found[graphs.node_graph]


@pytest.mark.parametrize("kind", ["binary", pytest.param("real", marks=pytest.mark.slow)])
def test_targets_and_texts_are_not_among_what_encoders_see(kind):
    told = measured_molecules(60, kind)
    parts = Split("own", 0, torch.arange(36), torch.arange(36, 46), torch.arange(46, 60))
    task = "ml" if kind == "binary" else "gr"
    assert targets_and_texts_if_there(told).shape[1] == 9
    rows = measure({"planted": targets_and_texts_if_there}, told, parts, [task]).rows
    values = {row.encoder: row.value for row in rows}
    assert values["planted"] == values["constant"]
    # All there is to know of these targets is written in the SMILES, and one who may read finds it.
    assert abs(values["descriptors"] - values["constant"]) > 0.2


@pytest.mark.parametrize("level", ["targets", "smiles"])
def test_asking_for_targets_or_texts_is_an_error(level):
    told = measured_molecules(60)
    read = {"targets": lambda seen: seen.targets, "smiles": smiles_of}[level]
    parts = Split("own", 0, torch.arange(36), torch.arange(36, 46), torch.arange(46, 60))
    with pytest.raises(InputError, match=r"has no (targets|SMILES)"):
        measure({"planted": read}, told, parts, ["ml"], "strict")


def test_codes_of_molecules_are_seen_and_bonds_that_are_asked_for_are_not():
    """An encoder that knows all visible bonds by heart, with their types, is at chance on the hidden ones."""
    told, seen = coded(random_graphs(200, seed=3, least_nodes=8, density=0.4), "ogb"), []
    parts = split_graphs(told, "random", 0)

    def spy(given):
        seen.append(given)
        return given.nodes["structure_codes"].float()

    rows = measure({"spy": spy}, told, parts, ["lp"], "strict").rows
    assert {row.value for row in rows if row.encoder == "spy"} == {0.5}
    for given in seen:
        assert len(given.edges["codes"]) == given.num_edges
        assert given.nodes["codes"].any()
        assert not given.nodes["structure_codes"].any()


@pytest.mark.parametrize("kind", ["binary", "real"])
def test_test_molecules_do_not_touch_what_is_fitted(kind, monkeypatch):
    """Neither their targets nor their descriptors: medians, ranges, deviations and settings come from elsewhere."""
    fitted, true_fit = [], column_answers_module.fit_columns

    def spy(*arguments):
        fitted.append(true_fit(*arguments))
        return fitted[-1]

    monkeypatch.setattr(column_answers_module, "fit_columns", spy)
    monkeypatch.setattr(forests_module, "TREES", 5)
    told = measured_molecules(60, kind)
    parts = Split("own", 0, torch.arange(36), torch.arange(36, 46), torch.arange(46, 60))
    targets = told.targets.clone()
    targets[46:] = 1 - targets[46:]
    poisoned = dataclasses.replace(told, graphs={**told.graphs, "targets": targets, "row": told.graphs["row"].clone()})
    poisoned.graphs["row"][46:] = 3  # another molecule, over and over
    task = "ml" if kind == "binary" else "gr"
    clean_scores, poisoned_scores = (
        [row.value for row in measure({"planted": lambda seen: seen.nodes["codes"].float()}, data, parts, [task]).rows]
        for data in (told, poisoned)
    )
    assert clean_scores != poisoned_scores
    half = len(fitted) // 2
    assert half == 10
    described = len(fingerprint_names("descriptors"))
    for clean, other in zip(fitted[:half], fitted[half:], strict=True):
        width = next(one for one in (2, 1, described, 2048, 2048 + described) if fits(clean, one))
        x = torch.randn(20, width, generator=torch.Generator().manual_seed(0))
        assert torch.equal(clean(x), other(x))


def fits(predictor, width):
    """Whether the predictor reads rows of that width."""
    try:
        predictor(torch.zeros(1, width))
    except (RuntimeError, ValueError):
        return False
    return True


@pytest.mark.parametrize("protocol", ["strict", "paper"])
def test_the_test_part_does_not_touch_what_is_fitted(graphs, split, protocol, monkeypatch):
    """Wrong test labels and attributes change scores, but neither probes, nor their scaling, nor their settings."""
    fitted, true_fit = [], answers_module.fit_probe

    def spy(*arguments):
        fitted.append(true_fit(*arguments))
        return fitted[-1]

    monkeypatch.setattr(answers_module, "fit_probe", spy)
    in_test = torch.isin(torch.arange(len(graphs)), split.test)
    node_in_test = in_test[graphs.node_graph]
    poisoned = dataclasses.replace(
        graphs,
        nodes={
            "x": torch.where(node_in_test[:, None], 100 * graphs.x + 7, graphs.x),
            "label": torch.where(node_in_test, 2, graphs.node_labels),
        },
        graphs={"label": torch.where(in_test, 1 - graphs.graph_labels, graphs.graph_labels)},
    )
    clean_scores, poisoned_scores = (
        [row.value for row in measure({"planted": lambda seen: seen.x}, data, split, ["gc", "nc"], protocol).rows]
        for data in (graphs, poisoned)
    )
    assert clean_scores != poisoned_scores
    half = len(fitted) // 2
    x = torch.randn(50, graphs.x.shape[1], generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert half == 6
    for clean, other in zip(fitted[:half], fitted[half:], strict=True):
        assert torch.equal(clean(x), other(x))
