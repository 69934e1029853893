"""Findings about graphs, each against a plain loop."""

import torch
from hypothesis import given

from multigraft.graphs.findings import findings
from multigraft.graphs.packed import PackedGraphs
from tests.helpers.graphs import packed_graphs


def from_edges(counts: list[int], edges: list[list[tuple[int, int]]], x: torch.Tensor | None = None) -> PackedGraphs:
    """Graphs from edges in local node numbers, which need be neither undirected nor distinct."""
    offsets = torch.tensor([0, *counts]).cumsum(0)
    flat = [(a + start, b + start) for local, start in zip(edges, offsets.tolist(), strict=False) for a, b in local]
    return PackedGraphs(
        torch.tensor(flat, dtype=torch.int64).reshape(-1, 2).T,
        offsets,
        torch.tensor([0, *map(len, edges)]).cumsum(0),
        {"x": torch.zeros(sum(counts), 0) if x is None else x},
    )


def test_nothing_to_say_about_a_plain_set():
    assert findings(from_edges([2, 2], [[(0, 1), (1, 0)], [(1, 0), (0, 1)]])) == []


def test_everything_that_can_be_said():
    x = torch.tensor([[1.0, 5.0, 2.0]] * 7)
    x[0, 1] = 4.0
    graphs = from_edges([2, 3, 2], [[], [(0, 1), (1, 0), (0, 1), (2, 2)], [(0, 1)]], x)
    assert findings(graphs) == [
        "edges without their reverse: 1, in 1 graph (first: graph 2)",
        "self loops: 1, in 1 graph (first: graph 1)",
        "edges that are there already: 1, in 1 graph (first: graph 1)",
        "nodes without edges: 2, in 1 graph (first: graph 0)",
        "graphs without edges: 1, in 1 graph (first: graph 0)",
        "attribute columns with one value only: 0, 2",
    ]


def test_graphs_without_nodes_and_no_graphs_at_all():
    assert findings(from_edges([0, 1], [[], []])) == [
        "nodes without edges: 1, in 1 graph (first: graph 1)",
        "graphs without edges: 2, in 2 graphs (first: graph 0)",
        "graphs without nodes: 1, in 1 graph (first: graph 0)",
    ]
    assert findings(from_edges([], [])) == []


@given(packed_graphs(features=0))
def test_isolated_nodes_are_counted_as_a_loop_counts_them(graphs: PackedGraphs):
    touched = {node for edge in graphs.edge_index.T.tolist() for node in edge}
    isolated = graphs.num_nodes - len(touched)
    said = [text for text in findings(graphs) if "nodes without edges" in text]
    assert said == [] if not isolated else said[0].startswith(f"nodes without edges: {isolated}, ")
    empty = sum(count == 0 for count in graphs.edge_counts.tolist())
    said = [text for text in findings(graphs) if "graphs without edges" in text]
    assert said == [] if not empty else said[0].startswith(f"graphs without edges: {empty}, ")
    assert not [text for text in findings(graphs) if "reverse" in text or "loops" in text or "already" in text]
