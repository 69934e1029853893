"""A side runs at its best number of threads, often enough that the clock does not count."""

import pytest
import torch

from multigraft.bench.sides import LONG, TRIES, TURN, Side, seconds_of, use_threads


def work(clock, seconds):
    """An action that takes ``seconds(threads)``, and the list of what it was called with."""
    called = []

    def action():
        called.append(torch.get_num_threads())
        clock.sleep(seconds(torch.get_num_threads()))

    return action, called


@pytest.mark.parametrize(("one", "two", "best"), [(0.1, 0.06, 2), (0.1, 0.3, 1), (0.1, 0.1, 1)])
def test_the_best_number_of_threads_is_taken(clock, one, two, best):
    action, called = work(clock, {1: one, 2: two}.get)
    side = Side.warmed(action, 1, (1, 2))
    assert side.threads == best
    assert side.seconds == pytest.approx({1: one, 2: two}[best])
    del called[:]
    use_threads(1)
    assert side.turn() == pytest.approx(side.seconds)
    assert set(called) == {best}


def test_numbers_of_threads_take_turns_too(clock):
    action, called = work(clock, lambda threads: TURN)
    Side.warmed(action, 1, (1, 2))
    assert called[2:] == [1, 2] * TRIES


def test_a_turn_is_long_enough(clock):
    action, called = work(clock, lambda threads: TURN / 10.5)
    side = Side.warmed(action, units=4, threads=(1,))
    assert side.calls == 11
    assert side.expected == pytest.approx(11 * TURN / 10.5)
    del called[:]
    assert side.turn() == pytest.approx(TURN / 10.5 / 4)
    assert len(called) == 11


def test_the_first_call_does_not_count(clock):
    seconds = iter([30.0] + [TURN] * 100)
    action, _ = work(clock, lambda threads: next(seconds))
    side = Side.warmed(action, 1, (1,))
    assert (side.seconds, side.calls) == (pytest.approx(TURN), 1)


def test_what_takes_long_is_tried_once_at_each_number_of_threads(clock):
    action, called = work(clock, lambda threads: LONG * 2)
    Side.warmed(action, 1, (1, 2))
    assert called[2:] == [1, 2]


def test_seconds_are_those_of_one_call(clock):
    action, _ = work(clock, lambda threads: 0.25)
    assert seconds_of(action, 8) == 0.25


def test_a_gpu_is_waited_for(monkeypatch):
    waits = []
    monkeypatch.setattr("torch.cuda.is_initialized", lambda: True)
    monkeypatch.setattr("torch.cuda.synchronize", lambda: waits.append(len(calls)))
    calls = []
    seconds_of(lambda: calls.append(1), 3)
    assert waits == [0, 3]
