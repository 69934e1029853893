"""A race says what it measured: times, the ratio, threads, memory, and how far the machine is."""

import dataclasses
import time

import numpy as np
import pytest
import torch

from multigraft.bench import race as racing
from multigraft.bench import sides
from multigraft.bench.race import Race, run, warmed
from multigraft.bench.sides import TURN
from tests.helpers import races


@pytest.fixture(autouse=True)
def _known_machine(monkeypatch):
    """One that does a billion operations a second on a thread, and moves a billion bytes."""
    monkeypatch.setattr(racing.floor, "product_rate", lambda dtype, threads: 1e9 * threads)
    monkeypatch.setattr(racing.floor, "bandwidth", lambda threads: 1e9)


@pytest.fixture
def _short_turns(monkeypatch):
    """For what the real clock measures."""
    monkeypatch.setattr(sides, "TURN", 2e-3)


def test_ratio_and_times_are_those_of_a_unit(clock):
    found = run(races.naps(), repeats=3)
    assert found.fast == pytest.approx(races.FAST / 2 * 1e3)
    assert found.plain == pytest.approx(races.PLAIN * 1e3)
    assert found.ratio.middle == pytest.approx(races.PLAIN / races.FAST * 2)
    assert found.ratio.low <= found.ratio.middle <= found.ratio.high
    assert found.ratio.rounds == 3
    assert (found.plain_threads, found.fast_threads) == (1, 1)


def test_without_products_and_bytes_there_is_no_floor(clock):
    found = run(races.naps(), repeats=1)
    assert (found.floor_share, found.gflop) == (None, 0.0)


@pytest.mark.usefixtures("_short_turns")
@pytest.mark.parametrize(
    ("changes", "gflop", "seconds"),
    [
        ({}, 2 * races.SIDE**3 / 1e9, 2 * races.SIDE**3 / 1e9),
        ({"fast_units": 4}, races.SIDE**3 / 2e9, races.SIDE**3 / 2e9),
        ({"bytes": 1e7}, 2 * races.SIDE**3 / 1e9, 1e-2),
        ({"flops": 6e6}, 6e-3, 6e-3),
        ({"flops": 6e6, "workers": 2}, 6e-3, 3e-3),
    ],
    ids=["watched", "a unit", "bytes", "said", "workers"],
)
def test_the_floor_is_what_the_machine_needs_for_a_unit(changes, gflop, seconds):
    found = run(dataclasses.replace(races.product(), **changes), repeats=3)
    assert found.gflop == pytest.approx(gflop)
    assert found.floor_share == pytest.approx(seconds / (found.fast / 1e3))


@pytest.mark.usefixtures("_short_turns")
def test_more_workers_than_cores_are_not_counted_on(monkeypatch):
    monkeypatch.setattr(racing, "usable_cores", lambda: 2)
    found = run(dataclasses.replace(races.product(), flops=6e6, workers=4), repeats=3)
    assert found.floor_share == pytest.approx(3e-3 / (found.fast / 1e3))


@pytest.mark.usefixtures("_short_turns")
def test_where_the_machines_floors_say_nothing_none_is_claimed():
    found = run(dataclasses.replace(races.product(), floored=False), repeats=1)
    assert (found.floor_share, found.gflop) == (None, 0.0)


def test_the_row_has_what_scripts_ask_for_first():
    row = run(races.product(), repeats=2).row()
    assert list(row)[:9] == [
        "name",
        "unit",
        "plain",
        "fast",
        "ratio",
        "ratio_low",
        "ratio_high",
        "floor_share",
        "rounds",
    ]
    assert (row["name"], row["unit"], row["rounds"], row["what"]) == ("product", "ms", 2, "a product")
    assert all(isinstance(row[key], float) for key in ("plain", "fast", "ratio", "ratio_low", "ratio_high"))


def test_slow_races_get_fewer_rounds(clock, monkeypatch):
    asked = []
    monkeypatch.setattr(racing, "planned_rounds", lambda seconds: asked.append(seconds) or 2)
    found = run(races.naps())
    assert found.ratio.rounds == 2
    assert asked == [pytest.approx(25 * races.FAST + 9 * races.PLAIN)]  # a turn of each side


@pytest.mark.usefixtures("_short_turns")
def test_the_fast_side_is_warm_before_the_plain_side_ever_runs():
    order = []
    run(Race("order", lambda: order.append("fast"), lambda: order.append("plain"), "nothing", threads=(1,)), repeats=1)
    assert "fast" not in order[order.index("plain") : order.index("plain") + 3]
    assert order[0] == "fast"


def holding(mib):
    """An action that needs so much memory while it runs."""

    def hold():
        np.ones(mib * 2**20, dtype=np.uint8)
        time.sleep(2 * TURN)

    return hold


def test_memory_is_that_of_each_side(clock):
    found = run(Race("memory", holding(16), holding(96), "bytes", threads=(1,)), repeats=6)
    if found.start_mib is None:
        pytest.skip("this system does not say")
    assert found.fast_mib - found.start_mib == pytest.approx(16, abs=8)
    assert found.plain_mib - found.start_mib == pytest.approx(96, abs=8)
    assert abs(found.growth_mib) < 4


def test_what_is_left_behind_by_every_round_shows_as_growth(clock):
    kept = []

    def keeping():
        kept.append(np.ones(2 * 2**20, dtype=np.uint8))
        time.sleep(2 * TURN)

    found = run(Race("growth", keeping, holding(0), "bytes", threads=(1,)), repeats=9)
    assert found.growth_mib in (None, pytest.approx(12, abs=3))


@pytest.mark.usefixtures("_short_turns")
def test_by_default_one_thread_and_all_are_tried(monkeypatch):
    monkeypatch.setattr(racing, "usable_cores", lambda: 2)
    seen = set()
    warmed(lambda: seen.add(torch.get_num_threads()), 1, None)
    assert seen == {1, 2}
