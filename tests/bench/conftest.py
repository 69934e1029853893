"""Races set the number of threads; whoever comes next has his own again."""

import os
import time
from collections.abc import Iterator

import pytest
import torch

from tests.helpers.cli import ROOT


@pytest.fixture(autouse=True)
def threads() -> Iterator[int]:
    """The number of threads before the test, and again behind it."""
    before = torch.get_num_threads()
    yield before
    torch.set_num_threads(before)


@pytest.fixture
def fresh_pythons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that are started find this package and `tests.helpers.races`."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "src"), str(ROOT)]))


class Clock:
    """Time that passes only while somebody sleeps."""

    now = 0.0

    def perf_counter(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock in the place of the system's, so that times are exact."""
    clock = Clock()
    monkeypatch.setattr(time, "perf_counter", clock.perf_counter)
    monkeypatch.setattr(time, "sleep", clock.sleep)
    return clock
