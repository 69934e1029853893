"""Whether a number counts as reproduced."""

import dataclasses
import math

import pytest

from multigraft.studies.cells import Cell
from multigraft.studies.reproduction import ABOVE, ABSENT, BELOW, FEW, WITHIN, reproduction, verdict

CELL = Cell(
    "paper", "gc", "gc", "isame", "ENZYMES", "svm", "accuracy", "mean", True,
    dict.fromkeys(range(5), 50.0), 50.0, 3.0, 10, published=52.0, published_std=2.0,
)  # fmt: skip


def cell(**changes):
    return dataclasses.replace(CELL, **changes)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, WITHIN),
        ({"published_std": 1.9}, BELOW),
        ({"mean": 54.1}, ABOVE),
        ({"published_std": None}, WITHIN),  # our own spread is 3
        ({"published_std": None, "std": 1.0}, BELOW),
        ({"values": dict.fromkeys(range(4), 50.0)}, FEW),
        ({"values": dict.fromkeys(range(4), 50.0), "enough": 4}, WITHIN),
        ({"metric": "rmse", "published_std": 1.0}, ABOVE),  # a smaller error
        ({"values": {}, "mean": math.nan}, ABSENT),
        ({"published": None}, ""),
    ],
    ids=str,
)
def test_a_number_is_judged_by_the_published_spread(changes, expected):
    assert verdict(cell(**changes)) == expected


def test_only_means_of_enough_splits_are_counted():
    few = cell(values=dict.fromkeys(range(4), 50.0))
    better, worse, unprinted = cell(mean=60.0), cell(mean=1.0), cell(published=None)
    found = reproduction([CELL, few, better, worse, unprinted, CELL], published=9)
    assert (found.published, found.measured, found.within, found.above, found.below) == (9, 4, 2, 1, 1)
    assert found.share == 3 / 4


def test_without_measured_numbers_there_is_no_share():
    assert math.isnan(reproduction([cell(published=None)], published=2).share)
