"""Real targets made binary: 1 from the threshold on, missing where they were missing."""

import dataclasses
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs.thresholds import binarised
from tests.helpers.graphs import random_graphs

VALUES = st.lists(st.one_of(st.just(math.nan), st.floats(-9, 9, width=32)), min_size=6, max_size=6)


def measured(values, kind="real", metric="mae"):
    """Three graphs with two targets each."""
    graphs = random_graphs(3)
    targets = torch.tensor(values, dtype=torch.float32).reshape(3, 2)
    origin = dataclasses.replace(graphs.origin, targets=("a", "b"), target_kind=kind, metric=metric, notes=("before",))
    return dataclasses.replace(graphs, graphs={**graphs.graphs, "targets": targets}, origin=origin)


@given(VALUES, st.floats(-9, 9, width=32))
def test_every_value_is_compared_and_what_is_missing_stays_so(values, threshold):
    found = binarised(measured(values), threshold).targets.flatten().tolist()
    wanted = [math.nan if math.isnan(value) else float(value >= threshold) for value in values]
    assert found == pytest.approx(wanted, nan_ok=True)


def test_the_origin_says_what_was_done_and_the_rest_stays():
    graphs = measured([1, 2, 3, 4, 5, 6])
    found = binarised(graphs, 3.5)
    assert (found.origin.target_kind, found.origin.metric) == ("binary", "roc_auc")
    assert found.origin.notes == ("before", "targets are 1 from 3.5 on, and 0 below")
    assert found.origin.targets == ("a", "b")
    assert found.nodes is graphs.nodes
    assert graphs.targets.tolist() == [[1, 2], [3, 4], [5, 6]]


@pytest.mark.parametrize(
    ("graphs", "threshold", "message"),
    [
        (
            measured([0, 1] * 3, kind="binary"),
            0.5,
            r"made has binary targets already: leave out the threshold \(0\.5\)",
        ),
        (random_graphs(3), 0.5, "made has no targets"),
        (measured([1, 2] * 3), math.nan, "threshold nan is no number"),
        (measured([1, 2] * 3), math.inf, "threshold inf is no number"),
    ],
)
def test_what_cannot_be_made_binary(graphs, threshold, message):
    with pytest.raises(InputError, match=message):
        binarised(graphs, threshold)
