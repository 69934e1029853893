"""Principal axes: of tall and of wide rows, of rows that do not fill their space."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.evaluation import axes as axes_module
from multigraft.evaluation.axes import Axes
from tests.helpers.measured import seeded


def rows(count, width, rank=None, seed=0, dtype=torch.float64):
    """Rows of that rank."""
    rank = min(count, width) if rank is None else rank
    draws = seeded(seed)
    left = torch.randn(count, rank, generator=draws, dtype=torch.float64)
    return (left @ torch.randn(rank, width, generator=draws, dtype=torch.float64)).to(dtype)


@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 3), st.integers(0, 50))
def test_the_axes_hold_all_there_is_and_no_more(count, width, lost, seed):
    rank = max(1, min(count, width) - lost)
    x = rows(count, width, rank, seed)
    axes = Axes.of(x)
    assert len(axes.curvature) <= rank
    along = axes.coordinates(x)
    assert torch.allclose(along @ axes.directions.T, x, atol=1e-6 * float(x.abs().max()))
    assert torch.allclose(axes.directions.T @ axes.directions, torch.eye(len(axes.curvature)).double(), atol=1e-6)
    assert torch.allclose(along.T @ along, axes.curvature.diag(), atol=1e-6 * float(axes.curvature.max()))


@pytest.mark.parametrize("shape", [(30, 4), (4, 30)], ids=["tall", "wide"])
def test_curvatures_rise_and_are_squared_singular_values(shape):
    x = rows(*shape)
    assert torch.allclose(Axes.of(x).curvature, torch.linalg.svdvals(x).flip(0).square())


def test_rows_are_summed_in_pieces(monkeypatch):
    x = rows(50, 6)
    whole = Axes.of(x)
    monkeypatch.setattr(axes_module, "ROWS", 7)
    assert torch.allclose(Axes.of(x).curvature, whole.curvature)


def test_rows_stay_in_their_precision():
    x = rows(30, 4, dtype=torch.float32)
    axes = Axes.of(x)
    assert axes.directions.dtype == axes.curvature.dtype == torch.float64
    assert axes.coordinates(x).dtype == torch.float32


@pytest.mark.parametrize("shape", [(9, 3), (3, 9)])
def test_rows_that_do_not_differ_have_no_axis(shape):
    axes = Axes.of(torch.zeros(shape))
    assert axes.directions.shape == (shape[1], 0)
    assert axes.coordinates(torch.zeros(shape)).shape == (shape[0], 0)
