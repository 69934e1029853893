"""Which graphs are on the map, in which colour, and where."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.graphs.packed import PackedGraphs
from multigraft.reports.maps import MOST_CLASSES, OTHER, UNKNOWN_PART, project, sample
from tests.helpers.graphs import random_graphs
from tests.helpers.reports import named, split_of


def labelled(labels: list[int], classes: tuple[str, ...] = ()) -> PackedGraphs:
    graphs = random_graphs(len(labels), most_nodes=2)
    return named(dataclasses.replace(graphs, graphs={"label": torch.tensor(labels)}), graph_classes=classes)


def test_every_graph_has_its_class_and_its_part():
    graphs = labelled([0, 1, 1, 0, 1, 0], ("no", "yes"))
    shown = sample(graphs, split_of(graphs), seed=0)
    assert len(shown) == shown.total == 6
    assert shown.classes == ("no", "yes")
    assert shown.colours.tolist() == [0, 1, 1, 0, 1, 0]
    assert shown.parts.tolist() == [0, 0, 1, 1, 2, 2]


def test_graphs_outside_the_split_and_without_labels():
    graphs = random_graphs(4)
    unlabelled = dataclasses.replace(graphs, graphs={})
    shown = sample(unlabelled, None, seed=0)
    assert shown.classes == ()
    assert shown.colours.tolist() == [0] * 4
    assert shown.parts.tolist() == [UNKNOWN_PART] * 4


def test_classes_without_names_get_numbers():
    assert sample(labelled([0, 2, 2]), None, seed=0).classes == ("class 0", "class 2")
    assert sample(labelled([-1, 1, 1], ("a", "b")), None, seed=0).classes == ("class -1", "b")


@given(st.lists(st.integers(0, 12), min_size=1, max_size=60))
def test_rare_classes_share_a_colour(labels: list[int]):
    shown = sample(labelled(labels), None, seed=0)
    assert len(shown.classes) <= MOST_CLASSES
    for label, colour in zip(labels, shown.colours.tolist(), strict=True):
        assert shown.classes[colour] in (f"class {label}", OTHER)
    if len(set(labels)) <= MOST_CLASSES:
        assert OTHER not in shown.classes
    else:
        named_counts = [labels.count(int(name.split()[1])) for name in shown.classes[:-1]]
        others = [labels.count(label) for label in set(labels) if f"class {label}" not in shown.classes]
        assert min(named_counts) >= max(others)


def test_a_large_set_is_sampled_the_same_way_every_time():
    graphs = labelled([index % 2 for index in range(40)])
    once, again = sample(graphs, split_of(graphs), 0, most=10), sample(graphs, split_of(graphs), 0, most=10)
    other = sample(graphs, split_of(graphs), 1, most=10)
    assert (len(once), once.total) == (10, 40)
    assert torch.equal(once.graphs.node_offsets, again.graphs.node_offsets)
    assert once.parts.tolist() == again.parts.tolist()
    assert not torch.equal(once.graphs.x, other.graphs.x)
    assert once.colours.tolist() == once.graphs.graph_labels.tolist()


def test_two_clouds_stay_apart():
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(40, 6, generator=generator) + 8 * (torch.arange(40) % 2)[:, None]
    layout = project(rows)
    assert layout is not None
    assert layout.method == "t-SNE"
    centres = [layout.points[side::2].mean(0) for side in (0, 1)]
    spread = max(layout.points[side::2].std(0).max() for side in (0, 1))
    assert np.linalg.norm(centres[0] - centres[1]) > 2 * spread
    assert np.array_equal(layout.points, project(rows).points)


@pytest.mark.parametrize(("count", "dim"), [(2, 1), (2, 5), (9, 3), (30, 1)])
def test_few_graphs_or_one_dimension_are_laid_out_by_pca(count: int, dim: int):
    layout = project(torch.randn(count, dim, generator=torch.Generator().manual_seed(count)))
    assert layout is not None
    assert layout.method == "PCA"
    assert layout.points.shape == (count, 2)
    assert np.isfinite(layout.points).all()


@pytest.mark.parametrize("count", [10, 11])
def test_the_fewest_graphs_for_tsne(count: int):
    layout = project(torch.randn(count, 4, generator=torch.Generator().manual_seed(count)))
    assert layout is not None
    assert layout.method == "t-SNE"
    assert np.isfinite(layout.points).all()


def test_nothing_to_see():
    assert project(torch.ones(20, 4)) is None
    assert project(torch.tensor([[0.0, float("nan")], [1.0, 2.0]])) is None
    assert project(torch.randn(1, 4)) is None
