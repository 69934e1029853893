"""Both sides make the batch that is said: of the same molecules, with as many questions."""

import pytest
import torch
from torch_geometric.data import Batch

from multigraft.bench.race import Race
from multigraft.bench.races import batches
from multigraft.tasks.base import Examples
from tests.helpers.coded import molecules


@pytest.fixture(autouse=True)
def _few_molecules(monkeypatch):
    monkeypatch.setattr(batches, "molecules", lambda: molecules(300))


def test_masking():
    race = batches.masking()
    fast, plain = race.fast(), race.plain()
    assert race.name == "masking"
    assert len(fast.graphs) == plain.num_graphs == 256
    assert len(fast.answers) == len(plain.masked_index)
    assert torch.equal(fast.graphs.edge_index, plain.edge_index)  # there is but one whole batch


def test_negatives():
    race = batches.negatives()
    fast, plain = race.fast(), race.plain()
    assert race.name == "negatives"
    assert torch.equal(fast.graphs.edge_index, plain.edge_index)
    assert fast.queries.shape[1] == plain.edge_index.shape[1] // 2 + plain.negative_edge_index.shape[1]


def test_context():
    race = batches.context()
    fast, (neighbourhoods, contexts) = race.fast(), race.plain()
    assert race.name == "context"
    assert isinstance(neighbourhoods, Batch)
    assert neighbourhoods.num_graphs == contexts.num_graphs
    assert abs(len(fast.graphs) - neighbourhoods.num_graphs) < 60  # atoms without anchors are a matter of luck
    assert len(fast.beside) == len(fast.graphs)


@pytest.mark.parametrize("name", ["masking", "negatives", "context"])
def test_calls_go_through_the_data_set(name, monkeypatch):
    monkeypatch.setattr(batches, "molecules", lambda: molecules(600))
    race = getattr(batches, name)()
    assert isinstance(race, Race)
    assert race.fast_units == race.plain_units == 1
    first, second = race.fast().graphs, race.fast().graphs
    assert first.num_nodes != second.num_nodes


def test_bytes_are_those_of_the_tensors_made():
    graphs = molecules(300)
    few = graphs.select([0, 1])
    nodes, edges = few.num_nodes, few.num_edges
    offsets = 2 * 3 * 8
    columns = nodes * 2 + edges * 2 + sum(column.nbytes for column in few.graphs.values())
    examples = Examples(few, torch.zeros(2, 5, dtype=torch.int64), torch.zeros(5, dtype=torch.int64))
    assert batches.size(examples) == edges * 2 * 8 + offsets + columns + 15 * 8
    with_more = Examples(few, examples.queries, examples.answers, few)
    assert batches.size(with_more) == 2 * batches.size(examples) - 15 * 8
    assert batches.masking().bytes > 2 * 256 * 8
