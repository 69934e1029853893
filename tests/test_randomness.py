"""Generators named by their use."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.randomness import generator, seed_of


@given(st.integers(0, 2**32), st.lists(st.one_of(st.integers(0, 99), st.text("ab", min_size=1)), max_size=3))
def test_equal_paths_draw_equally(seed, path):
    first, again = (torch.rand(3, generator=generator(seed, *path)) for _ in range(2))
    assert torch.equal(first, again)
    assert 0 <= seed_of(seed, *path) < 2**63


def test_different_paths_draw_differently():
    paths = [(0,), (1,), (0, "episode"), (0, "episode", 1), (0, "episode", 2), (0, "order", 1), (0, "episode", 1, 1)]
    assert len({seed_of(*path) for path in paths}) == len(paths)


def test_seeds_are_the_same_on_every_machine():
    assert seed_of(0, "episode", 3, 7) == seed_of(0, "episode", 3, 7)
    assert seed_of(0) == int.from_bytes(__import__("hashlib").blake2b(b"0", digest_size=8).digest(), "big") >> 1
