"""What took long is kept, found again for the same molecules alone, and made anew where the file is of no use."""

import os

import numpy as np
import pytest

from multigraft.graphs.remembered import FEW, remembered

pytest.importorskip("rdkit")

SMILES = ["C" * (1 + number % 40) for number in range(FEW)]


class Lengths:
    """Counts how often it is asked."""

    def __init__(self):
        self.asked = 0

    def __call__(self, smiles):
        self.asked += 1
        return np.array([len(one) for one in smiles], np.uint64)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def files(cache):
    return sorted((cache / "computed").glob("*")) if cache.exists() else []


def test_it_is_computed_once(cache):
    lengths = Lengths()
    first, second = (remembered("lengths 1", SMILES, lengths) for _ in range(2))
    assert lengths.asked == 1
    assert first.tolist() == second.tolist() == [len(one) for one in SMILES]
    assert first.dtype == second.dtype
    [file] = files(cache)
    assert file.name.startswith("lengths-1-")
    assert file.suffix == ".npy"


@pytest.mark.parametrize(
    ("what", "smiles"),
    [
        ("lengths 2", SMILES),
        ("lengths 1", SMILES[::-1]),
        ("lengths 1", [*SMILES, "C"]),
        ("lengths 1", ["C" * FEW, *SMILES[1:]]),
    ],
)
def test_other_molecules_and_other_work_are_another_file(cache, what, smiles):
    lengths = Lengths()
    remembered("lengths 1", SMILES, lengths)
    assert remembered(what, smiles, lengths).tolist() == [len(one) for one in smiles]
    assert lengths.asked == 2
    assert len(files(cache)) == 2


def test_another_rdkit_computes_anew(cache, monkeypatch):
    lengths = Lengths()
    remembered("lengths 1", SMILES, lengths)
    monkeypatch.setattr("rdkit.__version__", "1.0")
    remembered("lengths 1", SMILES, lengths)
    assert lengths.asked == 2


def test_few_are_not_worth_a_file(cache):
    lengths = Lengths()
    for _ in range(2):
        assert len(remembered("lengths 1", SMILES[1:], lengths)) == FEW - 1
    assert lengths.asked == 2
    assert files(cache) == []


@pytest.mark.parametrize("damage", [b"", b"no array", None])
def test_a_damaged_file_is_made_again(cache, damage):
    lengths = Lengths()
    remembered("lengths 1", SMILES, lengths)
    [file] = files(cache)
    file.write_bytes(file.read_bytes()[:-9] if damage is None else damage)
    for _ in range(2):
        assert remembered("lengths 1", SMILES, lengths).tolist() == [len(one) for one in SMILES]
    assert lengths.asked == 2


def test_a_file_of_objects_is_not_read(cache):
    lengths = Lengths()
    remembered("lengths 1", SMILES, lengths)
    [file] = files(cache)
    np.save(file, np.array([object] * FEW, dtype=object), allow_pickle=True)
    assert remembered("lengths 1", SMILES, lengths).dtype == np.uint64
    assert lengths.asked == 2


def test_a_file_of_another_length_is_not_taken(cache):
    lengths = Lengths()
    remembered("lengths 1", SMILES, lengths)
    [file] = files(cache)
    np.save(file, np.arange(3))
    assert len(remembered("lengths 1", SMILES, lengths)) == FEW


def test_a_cache_that_cannot_be_written_does_not_stop_anything(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "file"))
    assert len(remembered("lengths 1", SMILES, Lengths())) == FEW
    assert os.listdir(tmp_path) == ["file"]
