"""Digests that change with the content and with nothing else."""

import dataclasses
from pathlib import Path

import torch
from hypothesis import given

from multigraft.graphs import checksums
from multigraft.graphs.checksums import identity, identity_without_answers
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.pyg import from_pyg
from tests.helpers.coded import random_coded, with_targets
from tests.helpers.graphs import packed_graphs, random_graphs


def test_of_files_depends_on_names_and_contents_but_not_on_order_or_place(tmp_path: Path):
    places = [tmp_path / "one", tmp_path / "two"]
    for place in places:
        place.mkdir()
        (place / "a.txt").write_text("1\n")
        (place / "b.txt").write_text("2\n")
    first = checksums.of_files([places[0] / "a.txt", places[0] / "b.txt"])
    assert len(first) == 64
    assert checksums.of_files([places[1] / "b.txt", places[1] / "a.txt"]) == first
    (places[1] / "b.txt").write_text("1\n")
    (places[1] / "a.txt").write_text("2\n")
    assert checksums.of_files(places[1].iterdir()) != first
    assert checksums.of_files([places[0] / "a.txt"]) != first


@given(packed_graphs(structure=1))
def test_of_tensors_is_equal_for_equal_content(graphs: PackedGraphs):
    again = graphs.select(list(range(len(graphs))))
    assert checksums.of_tensors(again) == checksums.of_tensors(graphs)


def test_of_tensors_sees_values_types_and_names():
    graphs = random_graphs(3)
    seen = {checksums.of_tensors(graphs), checksums.of_tensors(graphs.double())}
    for nodes in (
        {**graphs.nodes, "x": graphs.x + 1},
        {**graphs.nodes, "x": graphs.x[:, :0]},
        {"x": graphs.x, "other": graphs.node_labels},
        {**graphs.nodes, "extra": torch.zeros(graphs.num_nodes)},
    ):
        changed = PackedGraphs(graphs.edge_index, graphs.node_offsets, graphs.edge_offsets, nodes, {}, graphs.graphs)
        seen.add(checksums.of_tensors(changed))
    assert len(seen) == 6


def test_of_tensors_does_not_mind_how_a_tensor_lies_in_memory():
    graphs = random_graphs(3)
    turned = graphs.x.T.contiguous().T
    assert not turned.is_contiguous()
    nodes = {**graphs.nodes, "x": turned}
    again = PackedGraphs(graphs.edge_index, graphs.node_offsets, graphs.edge_offsets, nodes, {}, graphs.graphs)
    assert checksums.of_tensors(again) == checksums.of_tensors(graphs)


# --- identity of graphs ----------------------------------------------------------------------------------------------


def test_identity_is_of_the_graphs_wherever_they_come_from():
    graphs = random_graphs(6, seed=1, structure=1)
    assert identity(from_pyg(graphs.to_batch())) == identity(graphs)
    mixed = graphs.edge_index[:, torch.argsort(graphs.edge_graph + torch.rand(graphs.num_edges))]
    assert identity(dataclasses.replace(graphs, edge_index=mixed)) == identity(graphs)


def test_identity_differs_for_other_graphs_other_order_and_other_labels():
    graphs = random_graphs(6, seed=1)
    other = dataclasses.replace(graphs, nodes={**graphs.nodes, "label": 1 - graphs.node_labels})
    changed = [graphs.select([0, 1, 2]), graphs.select([1, 0, 2, 3, 4, 5]), random_graphs(6, seed=2), other]
    assert len({identity(made) for made in [graphs, *changed]}) == 5


def test_without_answers_labels_and_targets_do_not_matter():
    graphs = random_graphs(6, seed=1)
    labels = dataclasses.replace(
        graphs,
        nodes={**graphs.nodes, "label": 1 - graphs.node_labels},
        graphs={**graphs.graphs, "label": 1 - graphs.graph_labels},
    )
    molecules = random_coded(6, targets=2)
    others = with_targets(molecules, 1 - molecules.targets)
    for one, two in ((graphs, labels), (molecules, others)):
        assert identity(one) != identity(two)
        assert identity_without_answers(one) == identity_without_answers(two)
    changed = [
        graphs, molecules, graphs.select([0, 1]), molecules.select([1, 0, 2, 3, 4, 5]),
        dataclasses.replace(molecules, nodes={**molecules.nodes, "codes": molecules.nodes["codes"] * 0}),
    ]  # fmt: skip
    assert len({identity_without_answers(made) for made in changed}) == len(changed)
