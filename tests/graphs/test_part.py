"""Parts of a data set that are not copied."""

import torch

from multigraft.graphs.part import Part, _bytes
from tests.helpers.graphs import random_graphs

GRAPHS = random_graphs(9, seed=3, features=2)


def test_a_part_selects_what_a_selection_of_the_selection_has():
    numbers = torch.tensor([7, 2, 5, 0])
    part = Part(GRAPHS, numbers)
    assert len(part) == 4
    for picked in ([0], [3, 1], torch.tensor([2, 2, 0])):
        ours, theirs = part.select(picked), GRAPHS.select(numbers).select(picked)
        assert torch.equal(ours.edge_index, theirs.edge_index)
        assert torch.equal(ours.x, theirs.x)
        assert torch.equal(ours.graph_labels, theirs.graph_labels)


def test_a_part_stays_where_the_batches_are_made_already():
    part = Part(GRAPHS, torch.arange(3))
    assert part.to("cpu") is part


def test_a_part_that_moves_holds_its_own_graphs_alone():
    part = Part(GRAPHS, torch.tensor([4, 1])).to("meta")
    assert part.graphs.device.type == "meta"
    assert len(part.graphs) == len(part) == 2
    assert part.numbers.tolist() == [0, 1]


def test_sizes_are_in_proportion():
    assert _bytes(Part(GRAPHS, torch.arange(9))) == 3 * _bytes(Part(GRAPHS, torch.arange(3)))
