"""``multigraft bench --growth``: how time and memory grow with the size of what is done."""

import sys
import time
from importlib.util import find_spec
from pathlib import Path

from multigraft.cli.output import Result, table
from multigraft.errors import MissingExtraError


def measure_growth(out: Path | None, found: Result) -> None:
    """Measure all curves; with ``out`` also write FILE.json, and a page and a picture beside it.

    Raises:
        InputError: ``out`` does not end in .json, or cannot be written.
        MissingExtraError: matplotlib is not installed, and ``out`` is to have a picture beside it.
    """
    from multigraft.bench.record import check_place

    if out is not None:
        check_place(out)
        if find_spec("matplotlib") is None:
            raise MissingExtraError("the picture of the curves", "plots")
    from multigraft.bench.curves import CURVES
    from multigraft.bench.growth import growth
    from multigraft.bench.growth_page import columns, write
    from multigraft.bench.machine import processor
    from multigraft.processes import usable_cores
    from multigraft.progress import counting
    from multigraft.reports.growth_chart import growth_chart

    began = time.monotonic()
    with counting("curves", len(CURVES), "curves", sys.stderr.isatty()) as advance:
        curves = growth(CURVES, advance)
    seconds, machine = time.monotonic() - began, f"{processor()}, {usable_cores()} cores"
    rows = [one.row() for one in curves]
    found.json = {"verb": "bench", "machine": machine, "curves": rows, "seconds": round(seconds, 1)}
    found.shown = [machine, table(columns(curves))]
    if out is not None:
        written = write(out, curves, machine, seconds, growth_chart(rows))
        found.shown.append(f"written: {', '.join(map(str, written))}")
