"""How many rounds there are, and who goes first."""

import pytest

from multigraft.bench.rounds import LEAST_ROUNDS, ROUNDS, SECONDS, alternate, planned_rounds


@pytest.mark.parametrize(
    ("seconds", "rounds"), [(0.1, ROUNDS), (SECONDS / 10, 10), (SECONDS / 7.5, 7), (SECONDS, LEAST_ROUNDS), (600.0, 5)]
)
def test_slow_races_get_fewer_rounds_but_never_too_few(seconds, rounds):
    assert planned_rounds(seconds) == rounds


def test_both_take_turns_and_who_goes_first_changes():
    order = []

    def side(name, seconds):
        return lambda: order.append(name) or seconds

    assert list(alternate(side("fast", 1.0), side("plain", 2.0), 3)) == [(1.0, 2.0)] * 3
    assert order == ["fast", "plain", "plain", "fast", "fast", "plain"]


def test_rounds_come_one_by_one():
    """What is measured behind each round belongs to it."""
    calls = []
    rounds = alternate(lambda: calls.append("a") or 0.0, lambda: calls.append("b") or 0.0, 2)
    next(rounds)
    assert calls == ["a", "b"]
