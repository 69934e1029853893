"""Attributes in pieces: against a loop over values and bins."""

import itertools

import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.encoders.bins import PiecewiseLinear

VALUES = st.lists(st.lists(st.integers(-4, 4).map(float), min_size=2, max_size=2), min_size=1, max_size=30)


def fitted(x, bins):
    pieces = PiecewiseLinear(x.shape[1], bins).double()
    pieces.fit(x)
    return pieces


def plain(pieces, x):
    """Value by value, bin by bin, as Gorishniy et al. 2022, eq. 1, and a step where a bin has no width."""
    rows = []
    for row in x.tolist():
        codes = []
        for value, edges in zip(row, pieces.edges.tolist(), strict=True):
            for low, high in itertools.pairwise(edges):
                inside = (value - low) / (high - low) if high > low else float(value >= low)
                codes.append(min(1.0, max(0.0, inside)))
        rows.append(codes)
    return torch.tensor(rows, dtype=torch.float64)


@given(VALUES, st.integers(1, 6), VALUES)
def test_equals_a_loop_over_values_and_bins(known, bins, asked):
    pieces = fitted(torch.tensor(known, dtype=torch.float64), bins)
    x = torch.tensor(asked, dtype=torch.float64)
    torch.testing.assert_close(pieces(x), plain(pieces, x))


@given(VALUES, st.integers(1, 6))
def test_a_larger_value_is_never_further_back(known, bins):
    x = torch.tensor(known, dtype=torch.float64)
    rising = fitted(x, bins)(x.sort(0).values)
    assert bool((rising.diff(dim=0) >= 0).all())


def test_every_bin_holds_as_many_values():
    x = torch.randn(1001, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64).exp()
    pieces = fitted(x, 10)
    started = (pieces(x) > 0).sum(0).diff()
    assert bool(((started + 100).abs() <= 1).all())
    assert float(pieces.edges[0, 0]) == float(x.min())
    assert float(pieces.edges[0, -1]) == float(x.max())


def test_a_threshold_is_linear_in_the_pieces():
    x = torch.randn(500, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    answers = ((x > -0.5) & (x < 0.7)).double()
    design = torch.cat([fitted(x, 40)(x), torch.ones(500, 1, dtype=torch.float64)], dim=1)
    said = design @ torch.linalg.lstsq(design, answers).solution
    assert float(((said > 0.5) == answers.bool()).double().mean()) > 0.97
    bare = torch.cat([x, torch.ones_like(x)], dim=1)
    said = bare @ torch.linalg.lstsq(bare, answers).solution
    assert float(((said > 0.5) == answers.bool()).double().mean()) < 0.8


def test_edges_are_stored_and_learn_nothing():
    x = torch.randn(50, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    pieces, other = fitted(x, 4), PiecewiseLinear(2, 4).double()
    assert not list(pieces.parameters())
    assert not torch.equal(other(x), pieces(x))
    other.load_state_dict(pieces.state_dict())
    assert torch.equal(other(x), pieces(x))


def test_no_bins_and_no_attributes_give_no_columns():
    x = torch.zeros(3, 2, dtype=torch.float64)
    assert fitted(x, 0)(x).shape == (3, 0)
    assert fitted(x[:, :0], 4)(x[:, :0]).shape == (3, 0)
