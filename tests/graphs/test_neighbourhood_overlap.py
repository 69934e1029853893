"""How much neighbourhoods overlap: against sets, one graph after the other."""

import dataclasses

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs import neighbourhood_overlap as module
from multigraft.graphs.ego_networks import Network
from multigraft.graphs.neighbourhood_overlap import NeighbourhoodOverlap, neighbourhood_overlap
from multigraft.graphs.splits import Split
from tests.helpers.graphs import random_graphs
from tests.helpers.proteins import SMALL, networks, protein_graphs
from tests.reference.ego_networks import overlap


def split(train: list[int], test: list[int]) -> Split:
    parts = (torch.tensor(part, dtype=torch.int64) for part in (train, [], test))
    return Split("random", 0, *parts)


def test_a_small_network_overlaps_as_counted_by_hand():
    # 0, 1 and 2 are a triangle with 3 at 2; 4 is alone. The test network of 3 is {2, 3}, that of 1 is {0, 1, 2}.
    found = neighbourhood_overlap(protein_graphs(), split([0, 2], [1, 3, 4]))
    assert found.neighbours == pytest.approx((1 + 1) / 2)  # all of 1's and of 3's; 4 has none
    assert found.centres == pytest.approx(2 / 3)  # 1 lies in 0's, 3 in 2's
    assert found.nearest == pytest.approx((1 + 2 / 4 + 0) / 3)  # {0, 1, 2} itself; {2, 3} of {0, 1, 2, 3}; nothing
    assert found.twins == pytest.approx(1 / 3)


@pytest.mark.parametrize("at_once", [1, 3, 1024])
@given(network=networks(), data=st.data(), largest=st.integers(1, 9))
def test_it_is_what_sets_say(network: Network, data: st.DataObject, largest: int, at_once: int):
    graphs = protein_graphs(network, largest)
    order = data.draw(st.permutations(range(len(graphs))))
    cut = data.draw(st.integers(1, max(len(graphs) - 1, 1)))
    train, test = sorted(order[:cut]), sorted(order[cut:]) or order[:1]
    if not order[cut:]:
        return  # one protein cannot be on both sides
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "AT_ONCE", at_once)
        found = neighbourhood_overlap(graphs, split(train, test))
    assert dataclasses.astuple(found) == pytest.approx(overlap(graphs, train, test))


def test_networks_apart_share_nothing():
    pairs = torch.tensor([[0, 2], [1, 3]])
    graphs = protein_graphs(Network(4, pairs, torch.ones(2, 7, dtype=torch.uint8)))
    assert neighbourhood_overlap(graphs, split([0, 1], [2, 3])) == NeighbourhoodOverlap(0.0, 0.0, 0.0, 0.0)


def test_proteins_are_known_by_number_in_a_selection_too():
    graphs = protein_graphs()
    picked = graphs.select([3, 1, 0])
    direct = neighbourhood_overlap(graphs, split([1, 0], [3]))
    assert neighbourhood_overlap(picked, split([1, 2], [0])) == direct


def test_it_can_be_said_in_a_sentence():
    said = str(NeighbourhoodOverlap(neighbours=0.7, centres=0.9, nearest=0.456, twins=0.017))
    assert said.startswith("70% of a test protein's neighbours are training proteins")
    assert "0.46 on average" in said
    assert "1.7% of the test networks" in said


@pytest.mark.parametrize("column", ["nodes", "graphs"])
def test_other_graphs_are_refused(column: str):
    graphs = random_graphs(3) if column == "nodes" else dataclasses.replace(protein_graphs(SMALL), graphs={})
    with pytest.raises(InputError, match="holds no ego-networks of proteins"):
        neighbourhood_overlap(graphs, split([0], [1]))
