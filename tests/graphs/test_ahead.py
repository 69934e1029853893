"""Batches made ahead are those made one by one; nothing is made that nobody wants, and no thread stays behind."""

import contextlib
import itertools
import threading
import time

import pytest
import torch

from multigraft.errors import InputError
from multigraft.graphs.ahead import ahead, depth_for
from multigraft.randomness import generator
from tests.helpers.training import small_graphs

WAIT = 20  # seconds after which a test has failed


def threads():
    return [one for one in threading.enumerate() if one.name.startswith("ahead")]


@pytest.mark.parametrize("depth", [0, 1, 2, 50])
@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_everything_comes_in_order(depth, count):
    assert list(ahead(lambda key: key * key, range(count), depth)) == [key * key for key in range(count)]
    assert threads() == []


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_batches_are_the_same_with_any_depth(depth):
    graphs = small_graphs()

    def drawn(step):
        picked = torch.randint(len(graphs), (4,), generator=generator(3, "order", step))
        return graphs.select(picked)

    for step, batch in enumerate(ahead(drawn, range(5), depth)):
        expected = drawn(step).tensors()
        assert all(torch.equal(tensor, expected[name]) for name, tensor in batch.tensors().items())


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_no_more_is_made_than_that_far_ahead(depth):
    made = []
    found = ahead(made.append, itertools.count(), depth)
    for taken in range(1, 6):
        next(found)
        assert len(made) <= taken + depth
        deadline = time.monotonic() + WAIT
        while len(made) < taken + depth and time.monotonic() < deadline:
            time.sleep(0.001)
        assert made == list(range(taken + depth))
    found.close()


def test_the_next_is_made_while_the_caller_has_the_one_before():
    held = threading.Event()

    def make(key):
        assert key == 0 or held.wait(WAIT)
        return key

    found = ahead(make, range(2), depth=1)
    assert next(found) == 0
    held.set()
    assert next(found) == 1


@pytest.mark.parametrize("depth", [0, 1, 4])
def test_an_error_comes_out_where_its_batch_would(depth):
    def make(key):
        if key == 2:
            raise InputError("batch 2 is damaged")
        return key

    found = ahead(make, range(5), depth)
    assert [next(found), next(found)] == [0, 1]
    with pytest.raises(InputError, match="batch 2 is damaged"):
        next(found)
    assert list(found) == []
    assert threads() == []


@pytest.mark.parametrize("end", [lambda found: found.close(), lambda found: found.throw(KeyboardInterrupt)],
                         ids=["the caller stops", "ctrl-c"])  # fmt: skip
def test_nothing_is_made_once_the_caller_has_stopped(end):
    made = []
    found = ahead(made.append, range(1000), depth=2)
    next(found)
    with contextlib.suppress(KeyboardInterrupt):
        end(found)
    assert threads() == []
    assert len(made) <= 3
    assert made == list(range(len(made)))


def test_a_loop_that_is_left_stops_it():
    def first(found):
        for one in found:
            return one

    assert first(ahead(lambda key: key, range(1000))) == 0
    assert threads() == []


def test_gradients_are_off_and_the_callers_are_as_before():
    weight = torch.ones(2, requires_grad=True)
    for made in ahead(lambda key: weight * key, range(3)):
        assert not made.requires_grad
        assert (weight * 2).requires_grad


def test_how_far_ahead():
    assert depth_for("cpu") == depth_for(torch.device("cpu")) == 0
    assert depth_for("cuda:1") == depth_for(torch.device("mps")) == 1
