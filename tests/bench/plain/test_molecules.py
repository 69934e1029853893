"""The list of `Data` holds the packed molecules, and batches of it are what PyG's loader makes."""

import pytest
import torch
from torch_geometric.data import Data
from torch_geometric.loader import DataLoader

from multigraft.bench.plain import molecules as plain
from tests.helpers.coded import molecules


def test_a_list_holds_the_packed_molecules():
    graphs = molecules(60)
    data = plain.data_list(graphs)
    assert len(data) == len(graphs)
    for number, one in enumerate(data):
        alone = graphs.select([number])
        assert torch.equal(one.x, alone.nodes["codes"].long())
        assert torch.equal(one.edge_index, alone.edge_index)
        assert torch.equal(one.edge_attr, alone.edges["codes"].long())


def test_molecules_share_no_memory():
    one, other = plain.data_list(molecules(60))[:2]
    for name in ("x", "edge_index", "edge_attr"):
        assert one[name].untyped_storage().data_ptr() != other[name].untyped_storage().data_ptr()


def marked(one):
    """A molecule with a mark, as a transform would leave one."""
    made = one.clone()
    made.x = made.x + 1
    return made


def test_batches_are_those_of_pygs_loader():
    data = plain.data_list(molecules(60))
    [theirs] = DataLoader(plain.Transformed(data, marked), batch_size=60)
    ours = plain.drawn(data, range(60), marked)
    for name in ("x", "edge_index", "edge_attr", "batch"):
        assert torch.equal(ours[name], theirs[name])


def numbers(count):
    """So many molecules, of which only the numbers are left."""
    return plain.Transformed([Data(number=number) for number in range(count)], lambda one: one.number)


def test_a_loader_goes_on_in_a_random_order():
    data = numbers(600)
    batches = plain.loader(data, list, 3, torch.Generator().manual_seed(0), workers=0)
    first, second = (list(batches) for _ in range(2))
    assert [len(batch) for batch in first] == [256, 256, 256]
    drawn = [number for batch in first for number in batch]
    assert sorted(drawn[:600]) == list(range(600))
    assert first != second


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")  # what loaders do where they can
def test_workers_live_until_they_are_ended():
    batches = plain.loader(numbers(300), list, 1, torch.Generator().manual_seed(0), workers=1)
    assert [len(batch) for batch in batches] == [256]
    [worker] = batches._iterator._workers
    assert [len(batch) for batch in batches] == [256]
    assert worker.is_alive()
    plain.end_workers(batches)
    worker.join(timeout=10)
    assert not worker.is_alive()
