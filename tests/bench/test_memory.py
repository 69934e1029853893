"""Resident memory: of this process and of its children, now and at its peak."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from multigraft.bench import memory

linux = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells")
MIB = 2**20


@linux
def test_what_is_held_is_resident_and_what_was_held_is_the_peak():
    memory.reset_peak()
    before = memory.resident()
    held = np.ones(64 * MIB, dtype=np.uint8)
    assert memory.resident() - before == pytest.approx(64, abs=4)
    del held
    assert memory.resident() - before == pytest.approx(0, abs=4)
    assert memory.peak() - before == pytest.approx(64, abs=8)


@linux
def test_a_peak_that_was_reset_is_forgotten():
    memory.reset_peak()
    held = np.ones(64 * MIB, dtype=np.uint8)
    high = memory.peak()
    del held
    memory.reset_peak()
    assert memory.peak() < high - 48


@linux
def test_children_and_their_children_count():
    before = memory.resident()
    grandchild = "held = b'x' * (48 * 2**20); print('ready', flush=True); input()"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {grandchild!r}])"
    with subprocess.Popen([sys.executable, "-c", child], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        assert memory.resident() - before > 48
        assert memory.peak() - before > 48
        memory.reset_peak()
        process.communicate(b"\n")
    assert memory.resident() - before < 24


def test_where_nothing_is_known_nothing_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "_family", lambda: iter([tmp_path / "gone"]))
    memory.reset_peak()
    assert memory.resident() is None
    assert memory.peak() is None


@pytest.mark.parametrize(
    ("residents", "growth"),
    [
        ([100.0, 130.0, 100.0, 100.0, 100.0, 100.0], 0.0 - 15.0),
        ([100.0, 101.0, 102.0, 103.0, 104.0, 105.0, 106.0, 107.0, 108.0], 6.0),
        ([100.0, None, 100.0, 100.0, 130.0], 30.0),
        ([100.0, 200.0], None),
        ([None, None, None], None),
    ],
    ids=["once", "steady", "unknown ones", "too few", "nothing known"],
)
def test_growth_is_from_the_first_third_to_the_last(residents, growth):
    assert memory.growth(residents) == growth
