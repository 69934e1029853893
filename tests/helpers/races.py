"""Races of no use, for the tests of whatever runs races: a race for each function."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

import multigraft
from multigraft.bench.race import Race

BEFORE = "0.0.1"
SIDE = 64
FAST, PLAIN = 2e-3, 6e-3  # seconds of a call of `naps`


def naps() -> Race:
    """Sleeps: two units in the time FAST, one in the time PLAIN."""
    return Race("naps", napping(FAST), napping(PLAIN), "naps", fast_units=2, threads=(1,))


def napping(seconds: float) -> Callable[[], None]:
    """An action that takes about so long."""
    return lambda: time.sleep(seconds)


def product() -> Race:
    """One product of square matrices against three of them; closing it leaves a file."""
    matrix = torch.ones(SIDE, SIDE)
    return Race(
        "product",
        lambda: matrix @ matrix,
        lambda: [matrix @ matrix for _ in range(3)],
        "a product",
        bytes=3.0 * 4 * SIDE**2,
        threads=(1,),
        close=lambda: Path(os.environ.get("TOY_CLOSED", os.devnull)).write_text("closed"),
    )


def slower_before() -> Race:
    """Naps, three times as long in the version BEFORE."""
    return dataclasses.replace(naps(), fast=napping(FAST * (3 if multigraft.__version__ == BEFORE else 1)))


def talkative() -> Race:
    """Prints where answers go, as libraries do, in Python and below it."""
    print("hello from Python")
    os.write(1, b"hello from below\n")
    return product()


def broken() -> Race:
    """Cannot be built."""
    raise ValueError("no luck")


def killed() -> Race:
    """Ends its process without a word."""
    os.kill(os.getpid(), signal.SIGKILL)
    return product()


def endless() -> Race:
    """Never built; says in a file which process it is, and which one it has started."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    Path(os.environ["TOY_STARTED"]).write_text(f"{os.getpid()} {child.pid}")
    time.sleep(600)
    return product()
