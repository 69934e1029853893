"""Masks of the plain version are what the package's are: as many atoms of each molecule, and at random."""

import torch

from multigraft.bench.plain.masking import MaskAtoms
from multigraft.bench.plain.molecules import data_list, drawn
from multigraft.tasks.attribute_masking import AttributeMasking
from tests.helpers.coded import molecules


def masked(graphs, seed=0):
    """All molecules in one batch."""
    return drawn(data_list(graphs), range(len(graphs)), MaskAtoms(torch.Generator().manual_seed(seed)))


def test_as_many_atoms_are_masked_as_by_the_package():
    graphs = molecules(200)
    batch = masked(graphs)
    ours = AttributeMasking().examples(graphs, torch.Generator().manual_seed(0))
    counts = [torch.bincount(graphs.node_graph[found]) for found in (batch.masked_index, ours.queries[0])]
    assert torch.equal(*counts)
    assert counts[0].tolist() == [int(0.15 * atoms + 1) for atoms in graphs.node_counts.tolist()]


def test_masked_atoms_and_no_others_are_hidden():
    graphs = molecules(200)
    batch, codes = masked(graphs), graphs.nodes["codes"].long()
    hidden = torch.zeros(graphs.num_nodes, dtype=torch.bool)
    hidden[batch.masked_index] = True
    assert int(hidden.sum()) == len(batch.masked_index)
    assert batch.x[hidden].unique(dim=0).tolist() == [[119, 0]]
    assert torch.equal(batch.x[~hidden], codes[~hidden])
    assert torch.equal(batch.masked_label, codes[batch.masked_index, 0])
    assert torch.equal(batch.edge_index, graphs.edge_index)


def test_the_data_set_stays_as_it_is():
    data = data_list(molecules(60))
    before = [one.clone() for one in data]
    drawn(data, range(60), MaskAtoms(torch.Generator().manual_seed(0)))
    assert all(one.to_dict().keys() == was.to_dict().keys() for one, was in zip(data, before, strict=True))
    assert all(torch.equal(one.x, was.x) for one, was in zip(data, before, strict=True))


def test_every_atom_is_as_likely():
    one = data_list(molecules(60))[0]
    mask, atoms, rounds = MaskAtoms(torch.Generator().manual_seed(0)), len(one.x), 2000
    counts = torch.stack([torch.bincount(mask(one).masked_index, minlength=atoms) for _ in range(rounds)]).sum(0)
    expected = rounds * int(0.15 * atoms + 1) / atoms
    assert float(((counts - expected) ** 2 / expected).sum()) < atoms + 5 * (2 * atoms) ** 0.5  # chi squared


def test_the_same_seed_masks_the_same():
    graphs = molecules(60)
    assert torch.equal(masked(graphs).masked_index, masked(graphs).masked_index)
    assert not torch.equal(masked(graphs).masked_index, masked(graphs, seed=1).masked_index)
