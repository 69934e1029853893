"""Sets drawn for all groups at once: the plain algorithm's, group by group, and every set equally likely."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from multigraft.graphs.arrays import HOST, Device
from multigraft.graphs.sampling import chosen, sampled
from multigraft.randomness import generator
from tests.reference import pretext as plain

BOTH = pytest.mark.parametrize("on", [HOST, Device(torch.device("cpu"))], ids=["host", "device"])
groups = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 14)), max_size=8)


def counts(values) -> np.ndarray:
    return np.array(values, np.int64)


@BOTH
@given(groups=groups, seed=st.integers(0, 2**31))
def test_each_group_gets_what_the_algorithm_draws_step_by_step(on, groups, seed):
    population, take = (counts([group[kind] for group in groups]) for kind in (0, 1))
    found = on.tensor(sampled(population, take, generator(seed), on)).tolist()
    noise = torch.rand(len(found), generator=generator(seed), dtype=torch.float64).tolist()
    first = 0
    for size, wanted in groups:
        taken = min(size, wanted)
        own, found = found[:taken], found[taken:]
        assert {number - first for number in own} == plain.sample(size, noise[:taken])
        noise, first = noise[taken:], first + size
    assert found == []


@BOTH
@pytest.mark.parametrize(("size", "take"), [(1, 1), (4, 1), (5, 2), (6, 3), (6, 5), (7, 4), (40, 2)])
def test_every_set_is_equally_likely(on, size, take):
    """Chi-square over many groups alike; that none is drawn twice shows in the number of sets that come up."""
    drawn = 200 * math.comb(size, take)
    found = on.tensor(sampled(counts([size] * drawn), counts([take] * drawn), generator(5), on))
    sets = (found.view(drawn, take) - size * torch.arange(drawn)[:, None]).sort(1).values
    codes = (sets * size ** torch.arange(take)).sum(1).unique(return_counts=True)[1]
    assert len(codes) == math.comb(size, take)
    assert len(codes) == 1 or chisquare(codes.tolist()).pvalue > 1e-4


def test_populations_beyond_any_table():
    population, take = counts([10**12, 5, 10**12]), counts([1000, 9, 1000])
    found = sampled(population, take, generator(0), HOST)
    assert len(np.unique(found)) == 2005
    assert found[1000:1005].tolist() == sorted(found[1000:1005]) == [10**12 + number for number in range(5)]
    assert (found[:1000] < 10**12).all()
    assert 0.4 < found[:1000].mean() / 10**12 < 0.6


@given(groups, st.integers(0, 2**31))
def test_masks_mark_what_is_drawn(groups, seed):
    population, take = (torch.tensor([group[kind] for group in groups], dtype=torch.int64) for kind in (0, 1))
    mask = chosen(population, take, generator(seed))
    found = sampled(population.numpy(), take.numpy(), generator(seed), HOST)
    assert mask.nonzero()[:, 0].tolist() == sorted(found)
    assert [int(part.sum()) for part in mask.split(population.tolist())] == population.minimum(take).tolist()
    assert torch.equal(mask, chosen(population, take, generator(seed)))
