"""Where time goes: the operators and functions that take most of it, with shares of all of it."""

import time

import pytest
import torch

from multigraft.bench.profiling import MOST_CALLS, SHOWN, functions, operators, profile
from multigraft.bench.sides import Side
from tests.helpers import races

SMALL, LARGE = torch.ones(8, 8), torch.ones(400, 400)


def busy(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


def work():
    for _ in range(3):
        _ = LARGE @ LARGE
        _ = SMALL + 1


def waste():
    busy(0.06)
    quickly()


def quickly():
    busy(0.02)


def test_operators_by_their_own_time():
    lines = {line.name: line for line in operators(work, units=1)}
    assert next(iter(lines)) == "aten::mm"
    assert (lines["aten::mm"].calls, lines["aten::add"].calls) == (3, 3)
    assert lines["aten::mm"].share > 0.5
    assert sum(line.share for line in lines.values()) == pytest.approx(1)


def test_functions_by_their_own_time_wherever_they_were_called():
    lines = {line.name.split()[-1]: line for line in functions(waste, units=2)}
    assert next(iter(lines)) == "busy"
    assert lines["busy"].calls == 1
    assert lines["busy"].ms > 20
    assert lines["waste"].share < 0.2
    assert lines["quickly"].ms < 10
    assert lines["time.perf_counter>"].name == "<built-in method time.perf_counter>"


def test_functions_are_named_by_where_they_are():
    names = [line.name for line in functions(waste, units=1)]
    assert f"bench/test_profiling.py:{waste.__code__.co_firstlineno} waste" in names


def test_only_the_first_are_shown():
    def many():
        for name in ("abs", "acos", "asin", "atan", "ceil", "cos", "cosh", "erf", "exp", "floor", "frac", "log",
                     "neg", "round", "sin", "sinh", "sqrt", "tan", "tanh", "trunc"):  # fmt: skip
            getattr(torch, name)(SMALL)

    shares = [line.share for line in operators(many, units=1)]
    assert len(shares) == SHOWN
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) < 1


@pytest.mark.parametrize(("seconds", "calls"), [(races.FAST, MOST_CALLS), (0.3, 4), (5.0, 1)])
def test_a_second_is_watched_or_one_call(seconds, calls):
    counted = []

    def counting():
        counted.append(1)

    race = races.Race("counted", counting, counting, "nothing", fast_units=2)
    seen = profile(race, Side(lambda: None, 2, threads=1, calls=1, seconds=seconds))
    assert len(counted) == 2 * calls
    [line] = [line for line in seen.functions if line.name.endswith(" counting")]
    assert line.calls == pytest.approx(1 / 2)
    assert (seen.name, seen.what) == ("counted", "nothing")
