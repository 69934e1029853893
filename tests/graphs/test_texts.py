"""Texts of a data set, packed into bytes, are found again by the graphs of any selection."""

import dataclasses

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.texts import (
    Reject,
    all_texts,
    attached_texts,
    count_rejects,
    ids_of,
    lines_of,
    pack_texts,
    rejects,
    smiles_of,
    texts_at,
)
from tests.helpers.graphs import random_graphs


def with_texts(rows: list[int], **attached: torch.Tensor) -> PackedGraphs:
    graphs = random_graphs(len(rows), seed=0)
    return dataclasses.replace(graphs, graphs={**graphs.graphs, "row": torch.tensor(rows)}, attached=attached)


@given(st.lists(st.text()))
def test_all_texts_come_back(texts):
    assert all_texts(attached_texts(written=texts), "written") == texts


@given(st.lists(st.text(), min_size=1), st.data())
def test_any_rows_come_back_in_any_order(texts, data):
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1)))
    found = texts_at(attached_texts(written=texts), "written", torch.tensor(rows, dtype=torch.int64))
    assert found == [texts[row] for row in rows]


def test_texts_are_bytes_and_where_each_begins():
    joined, starts = pack_texts(["CO", "", "né"])
    assert bytes(joined.tolist()) == "COné".encode()
    assert starts.tolist() == [0, 2, 2, 5]


def test_no_text_at_all():
    joined, starts = pack_texts([])
    assert len(joined) == 0
    assert starts.tolist() == [0]


def test_a_selection_still_knows_its_texts():
    graphs = with_texts([2, 0, 1], **attached_texts(smiles=["C", "CC", "CCC"], id=["a", "b", "c"]))
    assert smiles_of(graphs) == ["CCC", "C", "CC"]
    assert ids_of(graphs.select(torch.tensor([2, 0]))) == ["b", "c"]


def test_a_selection_still_knows_its_lines():
    graphs = with_texts([2, 0, 1], line=torch.tensor([2, 5, 6]))
    assert lines_of(graphs.select(torch.tensor([1, 0]))).tolist() == [2, 6]


@pytest.mark.parametrize(
    ("asked", "said"),
    [(smiles_of, "has no SMILES"), (ids_of, "has no identifiers"), (lines_of, "not read from rows of a file")],
    ids=["smiles", "ids", "lines"],
)
def test_what_the_source_does_not_have_is_said(asked, said):
    with pytest.raises(InputError, match=said):
        asked(with_texts([0, 1]))


def test_rejected_rows_are_listed_with_line_text_and_reason():
    told = attached_texts(rejected_smiles=["C(", ""], rejected_reason=["a ring or branch is open", "no SMILES"])
    graphs = with_texts([0, 1], rejected_line=torch.tensor([3, 9]), **told)
    assert rejects(graphs) == [Reject(3, "C(", "a ring or branch is open"), Reject(9, "", "no SMILES")]
    assert count_rejects(graphs) == 2
    assert rejects(graphs.select(torch.tensor([1]))) == rejects(graphs)


def test_a_source_without_rows_rejects_nothing():
    graphs = with_texts([0, 1])
    assert rejects(graphs) == []
    assert count_rejects(graphs) == 0
