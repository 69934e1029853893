"""Races the fast sides of this tree and of one of its commits, each in a process of its own, by turns."""

import io
import math
import statistics
import subprocess
import tarfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import multigraft
from multigraft.bench.processes import RaceProcess
from multigraft.bench.ratios import Ratio
from multigraft.bench.rounds import alternate, planned_rounds
from multigraft.errors import InputError

PAIRS = 3
HARNESS = "src/multigraft/bench/worker.py"


def repository() -> Path:
    """The working tree that this package lies in.

    Raises:
        InputError: it lies in none, as an installed one.
    """
    root = Path(multigraft.__file__).resolve().parents[2]
    if not (root / ".git").exists():
        raise InputError("commits can be raced from a checkout of multigraft's repository alone: install it from there")
    return root


def resolve(commit: str, root: Path) -> str:
    """The full name of a commit that can be raced.

    Raises:
        InputError: there is no such commit, or it has no races.
    """
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}")
    if found.returncode:
        raise InputError(f"no commit {commit!r} in {root}: name a commit, a branch or a tag")
    name = found.stdout.decode().strip()
    if _git(root, "cat-file", "-e", f"{name}:{HARNESS}").returncode:
        raise InputError(f"commit {commit} is older than multigraft bench and cannot be raced: it has no {HARNESS}")
    return name


@contextmanager
def extracted(commit: str, root: Path) -> Generator[Path]:
    """A folder with the packages of that commit, until the block ends."""
    archive = _git(root, "archive", "--format=tar", commit, "src")
    if archive.returncode:
        raise InputError(f"git cannot extract {commit}: {archive.stderr.decode(errors='replace').strip()}")
    with TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")
        yield Path(folder) / "src"


def duel(name: str, source: Path, repeats: int | None = None, debug: bool = False) -> dict[str, Any]:
    """Race this tree against the package in ``source``; a row with milliseconds a unit ``before`` and ``now``.

    The rounds are shared out among `PAIRS` of fresh processes, as where a process happens to lie in memory makes it
    faster or slower for as long as it lives.

    Raises:
        RaceFailed: either side fails, as where the commit has no such race.
    """
    meetings = [_meeting(name, source, repeats, debug) for _ in range(PAIRS)]
    times = [pair for meeting in meetings for pair in meeting.times]
    return {
        "name": name,
        "unit": "ms",
        "before": statistics.median(old for _, old in times) * 1e3,
        "now": statistics.median(new for new, _ in times) * 1e3,
        **Ratio.of([old / new for new, old in times]).row(),
        "before_threads": [meeting.before["threads"] for meeting in meetings],
        "now_threads": [meeting.now["threads"] for meeting in meetings],
        "what": meetings[0].now["what"],
    }


@dataclass(frozen=True)
class _Meeting:
    """The rounds of a pair of processes, in seconds (now, before), and what either said when it was warm."""

    times: list[tuple[float, float]]
    now: dict[str, Any]
    before: dict[str, Any]


def _meeting(name: str, source: Path, repeats: int | None, debug: bool) -> _Meeting:
    with ExitStack() as stack:
        now = stack.enter_context(RaceProcess(name, debug=debug))
        before = stack.enter_context(RaceProcess(name, source, debug))
        ours, theirs = now.ask("warm"), before.ask("warm")  # one after the other: each has the machine to itself
        rounds = math.ceil((repeats or planned_rounds(ours["seconds"] + theirs["seconds"])) / PAIRS)
        turns = alternate(lambda: now.ask("turn")["seconds"], lambda: before.ask("turn")["seconds"], rounds)
        return _Meeting(list(turns), ours, theirs)


def _git(root: Path, *words: str) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)
    except OSError as error:
        raise InputError(f"commits can only be raced where git is installed: {error}") from error
