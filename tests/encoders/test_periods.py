"""Periodic encoding: products tell how far two values lie apart, attribute by attribute."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.encoders.periods import Periodic


def plain(x, periods, nearest, farthest):
    """By loops over rows, attributes and lengths."""
    lengths = [nearest * (farthest / nearest) ** (i / max(1, periods - 1)) for i in range(periods)]
    rows = []
    for row in x.tolist():
        made = []
        for value in row:
            made += [math.cos(value / length) for length in lengths]
            made += [math.sin(value / length) for length in lengths]
        rows.append([one / math.sqrt(periods) for one in made])
    return torch.tensor(rows, dtype=torch.float64)


@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 2**20))
def test_equals_loops_over_rows_attributes_and_lengths(periods, attributes, seed):
    x = torch.randn(5, attributes, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    found = Periodic(periods, 0.25, 4.0).double()(x)
    assert found.shape == (5, 2 * periods * attributes)
    torch.testing.assert_close(found, plain(x, periods, 0.25, 4.0), rtol=1e-5, atol=1e-6)


def test_pairs_of_columns_add_up_to_a_function_of_the_distance_alone():
    x = torch.randn(2, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    encoding = Periodic(4).double()
    shifted = encoding(x + 7.5)
    near, moved = encoding(x)[0] * encoding(x)[1], shifted[0] * shifted[1]
    sums = [one.unflatten(0, (3, 2, 4)).sum(1) for one in (near, moved)]
    torch.testing.assert_close(sums[0], sums[1])
    expected = ((x[0] - x[1])[:, None] * encoding.frequencies).cos() / 4
    torch.testing.assert_close(sums[0], expected)


def test_rows_have_one_length_whatever_they_say():
    x = 100 * torch.randn(20, 5, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    torch.testing.assert_close(Periodic(3).double()(x).square().sum(1), torch.full((20,), 5.0, dtype=torch.float64))


@pytest.mark.parametrize("periods", [0, 3])
def test_nothing_is_drawn_learned_or_stored(periods):
    before = torch.random.get_rng_state()
    encoding = Periodic(periods)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert not list(encoding.parameters())
    assert not encoding.state_dict()
    assert encoding(torch.ones(4, 2)).shape == (4, 2 * periods * 2)
