"""The tests check types, and shapes where there are any; what they should refuse is tried here."""

import pytest
import torch
from beartype.roar import BeartypeCallHintParamViolation
from jaxtyping import TypeCheckError

from multigraft.evaluation.metrics import accuracy
from multigraft.files import write_text
from multigraft.studies.grid import key_of


def test_types_are_checked_in_studies():
    assert key_of({}) == key_of({})
    with pytest.raises(BeartypeCallHintParamViolation, match="config"):
        key_of("text")


def test_shapes_are_checked_where_there_are_any():
    said, once = torch.eye(2).double(), torch.ones(1, 2).double()
    assert accuracy(said, torch.tensor([0, 0]), once).item() == 0.5
    with pytest.raises(TypeCheckError):
        accuracy(said, torch.tensor([0, 0, 0]), once)


def test_single_files_of_the_package_are_checked_too(tmp_path):
    with pytest.raises(TypeCheckError):
        write_text(tmp_path / "number.txt", 5)
    assert not list(tmp_path.iterdir())
