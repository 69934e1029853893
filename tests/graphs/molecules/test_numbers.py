"""Columns of numbers among texts."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.graphs.molecules.numbers import LARGEST, Doubt, Summary, fault, numbers

single = st.floats(allow_infinity=False, width=32)


@given(st.lists(single | st.none()))
def test_numbers_and_empty_cells(values: list[float | None]):
    found = numbers(["" if value is None else repr(value) for value in values])
    wanted = np.array([math.nan if value is None else value for value in values], dtype=np.float64)
    np.testing.assert_array_equal(found, wanted)
    assert fault(["" if value is None else repr(value) for value in values]) is None


def test_blanks_around_numbers_and_nothing():
    np.testing.assert_array_equal(
        numbers([" 1 ", " ", "\t-2e3", "NaN", "+0.5", "007"]), [1, np.nan, -2000, np.nan, 0.5, 7]
    )
    assert numbers([]).shape == (0,)


def test_words_for_nothing_and_for_yes_and_no():
    words = ["NA", "n/a", "N/A", "NaN", "null", " None ", "<NA>", "#N/A", "", "2"]
    np.testing.assert_array_equal(numbers(words), [np.nan] * 9 + [2])
    np.testing.assert_array_equal(numbers(["True", "FALSE", "true", "NA"]), [1, 0, 1, np.nan])
    assert fault([*words, "True"]) is None


def test_a_column_is_doubtful_by_how_many_of_its_cells_are_numbers():
    doubt = Doubt(4, ">4", "is not a number", numbers=3)
    doubt.add([">4", "1", "", "NA", "inf", "true"])
    assert (doubt.numbers, doubt.others) == (6, 1)
    assert (doubt.of_words, doubt.of_classes, doubt.text) == (False, False, False)
    doubt.add(["low", "high", "mid", "low", "mid", "high", "low"])
    assert doubt.text


def test_a_column_of_two_words_holds_classes_until_there_is_a_third_or_a_number():
    doubt = Doubt(2, "yes", "is not a number", numbers=0)
    doubt.add(["Yes", " no ", ""])
    assert (doubt.of_words, doubt.of_classes, doubt.words) == (True, False, {"yes", "no"})
    doubt.add(["no", "NA"])
    assert doubt.of_classes
    assert not doubt.text
    third, number = replace(doubt, words=set(doubt.words)), replace(doubt, words=set(doubt.words))
    third.add(["maybe"])
    number.add(["1"])
    assert third.text
    assert number.text
    assert (third.of_classes, number.of_classes) == (False, False)
    large = Doubt(2, "inf", "is too large", numbers=0)
    large.add(["inf", "-inf", "1e39", "inf"])
    assert (large.of_words, large.text) == (False, False)


@pytest.mark.parametrize("cell", ["text", "1,5,2", ">5", "1_000", "yes", "1 2", "0x10", "--1", "N A", "½", "."])
def test_text_is_found_with_its_place(cell: str):
    cells = ["1", "", " ", cell, "more text"]
    assert numbers(cells) is None
    place, reason = fault(cells)
    assert place == 3
    assert "leave the cell empty where nothing was measured" in reason


@pytest.mark.parametrize("cell", ["inf", "-Infinity", "1e39", "-4e38", "1e999"])
def test_what_32_bits_do_not_hold(cell: str):
    assert numbers(["1", cell]) is None
    assert fault(["1", cell]) == (1, "is too large for 32 bits: rescale the column")
    assert numbers([str(LARGEST)]) is not None


@given(st.lists(st.lists(single, max_size=5), max_size=5))
def test_a_column_in_pieces_is_summed_up_as_a_whole(pieces: list[list[float]]):
    summary = Summary()
    for piece in pieces:
        summary.add(np.array(piece, dtype=np.float64))
    whole = [value for piece in pieces for value in piece if not math.isnan(value)]
    assert summary.count == len(whole)
    assert summary.binary == all(value in (0, 1) for value in whole)
    assert (summary.useless is None) == (len(set(whole)) > 1)
    if whole:
        assert (summary.low, summary.high) == (min(whole), max(whole))


@pytest.mark.parametrize(
    ("pieces", "counting"),
    [
        ([[0, 1, 2, 3, 4]], True), ([[1, 2], [], [3, 4, 5]], True), ([[1, 2, 3, 4]], False), ([[1, 2, 3, 4, 6]], False),
        ([[5, 4, 3, 2, 1]], False), ([[1, 2, 3], [3, 4, 5]], False), ([[1, 2, math.nan, 4, 5, 6]], False),
        ([[math.nan], [0, 1, 2, 3, 4]], False), ([[0.5, 1.5, 2.5, 3.5, 4.5]], False),
        ([[7, 8, 9, 10, 11]], False), ([], False),
    ],
)  # fmt: skip
def test_a_column_that_rises_by_one_numbers_the_rows(pieces, counting):
    summary = Summary()
    for piece in pieces:
        summary.add(np.array(piece, dtype=np.float64))
    assert summary.numbers_rows is counting


def test_why_a_column_is_useless():
    summary = Summary()
    assert summary.useless == "has no values"
    summary.add(np.array([2.5, np.nan]))
    assert summary.useless == "is 2.5 in every row that has a value"
    summary.add(np.array([3.0]))
    assert summary.useless is None


def test_commas_for_points_are_said_to_be_that():
    assert fault(["1.5", "-0,5"]) == (1, "is not a number: write decimals with a point")
    doubt = Doubt(2, "-0,5", "", numbers=0)
    doubt.add(["-0,5", "1,25", "2", "3,1e-4"])
    assert (doubt.numbers, doubt.others, doubt.text) == (4, 0, False)
    assert "classes as 1 and 0" in fault(["1,2-dichlorobenzene"])[1]
