"""Resident memory of this process and of the processes that it started, in MiB.

Pages that processes share count in each of them. Linux says all of it; elsewhere only the peak of the whole process is
known, or nothing.
"""

import ctypes
import gc
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

MIB = 2.0**10  # in the KiB of /proc


def resident() -> float | None:
    """What is resident now."""
    return _total("VmRSS")


def peak() -> float | None:
    """The most that was resident since `reset_peak`, each process at its own moment."""
    return _total("VmHWM")


def reset_peak() -> None:
    """Forget the peak, once memory that is free has gone back to the system."""
    gc.collect()
    _trim()
    for folder in _family():
        try:
            (folder / "clear_refs").write_text("5")  # sets the peak to what is resident
        except OSError:
            continue


def growth(residents: Sequence[float | None]) -> float | None:
    """How much the median of the last third is above that of the first; about zero where steps leave nothing behind."""
    known = [value for value in residents if value is not None]
    third = len(known) // 3
    return statistics.median(known[-third:]) - statistics.median(known[:third]) if third else None


def _total(field: str) -> float | None:
    found = [_field(folder, field) for folder in _family()]
    known = [value for value in found if value is not None]
    return sum(known) if known else None


def _field(folder: Path, field: str) -> float | None:
    """A line of /proc/PID/status, which says KiB; None where the process is gone, or there is no /proc."""
    try:
        lines = (folder / "status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / MIB for line in lines if line.startswith(f"{field}:")), None)


def _family(folder: Path = Path("/proc/self")) -> Iterator[Path]:
    """The folders in /proc of a process, of those that it started, and of those that they started."""
    yield folder
    for children in folder.glob("task/*/children"):
        try:
            found = children.read_text().split()
        except OSError:  # a thread that has ended meanwhile
            continue
        for child in found:
            yield from _family(Path("/proc") / child)


def _trim() -> None:
    """Give free memory back, where the C library is glibc."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError, TypeError):
        return
