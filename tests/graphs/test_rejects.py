"""Rows that became no graph, written for whoever wants to mend them."""

import csv
import dataclasses

import pytest
import torch

from multigraft.errors import InputError
from multigraft.graphs.rejects import write_rejects
from multigraft.graphs.texts import attached_texts
from tests.helpers.graphs import random_graphs


def with_rejects(*rows):
    lines, smiles, reasons = zip(*rows, strict=True)
    texts = attached_texts(rejected_smiles=smiles, rejected_reason=reasons)
    return dataclasses.replace(random_graphs(2), attached={"rejected_line": torch.tensor(lines), **texts})


def test_every_rejected_row_is_written_with_its_line_and_reason(tmp_path):
    rows = [(3, "C(", "no valid SMILES"), (17, "c1cccc1", 'Can\'t kekulize, "5" atoms'), (18, "", "nothing there")]
    path = tmp_path / "new" / "rejects.csv"
    assert write_rejects(with_rejects(*rows), path) == 3
    with path.open(newline="") as file:
        assert list(csv.reader(file)) == [["line", "smiles", "reason"], *([str(line), *rest] for line, *rest in rows)]
    assert b"\r" not in path.read_bytes()


def test_without_rejects_there_is_a_heading(tmp_path):
    assert write_rejects(random_graphs(2), tmp_path / "none.csv") == 0
    assert (tmp_path / "none.csv").read_text() == "line,smiles,reason\n"


def test_a_directory_is_no_file(tmp_path):
    with pytest.raises(InputError, match="is a directory"):
        write_rejects(random_graphs(2), tmp_path)
