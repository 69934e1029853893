"""``multigraft bench``: races every hot path against its plain version, or against a commit of our own."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from multigraft.bench.registry import RACES, chosen, known, runnable
from multigraft.cli import options as o
from multigraft.cli.bench_growth import measure_growth
from multigraft.cli.output import Result, result, say, table
from multigraft.cli.verbs import FAILED
from multigraft.errors import InputError

Row = dict[str, Any]


def complete_races(incomplete: str) -> list[str]:
    """Names of races."""
    return [name for name in RACES if name.startswith(incomplete)]


Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME",
        help="Which races [all]; or module:function, which makes one of yours.",
        autocompletion=complete_races,
    ),
]
Repeats = Annotated[int | None, typer.Option(min=1, help="Rounds of each race [5 to 15, as time allows].")]
Profile = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Race nothing: show where the time of that race's fast side goes.",
        autocompletion=complete_races,
    ),
]
Against = Annotated[
    str | None, typer.Option(metavar="COMMIT", help="Race the fast sides against those of that commit of multigraft.")
]
Growth = Annotated[
    bool, typer.Option("--growth", help="Race nothing: measure how time and memory grow with the size of things.")
]
Out = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write FILE, which ends in .json, and a table beside it as .md.")
]


def bench(
    names: Names = None,
    repeats: Repeats = None,
    profile: Profile = None,
    against: Against = None,
    growth: Growth = False,
    out: Out = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    debug: o.Debug = False,
) -> None:
    """Race every hot path against the way one would write it with PyG.

    Both take turns in one process. The ratio is the median over the rounds, with its 95 % interval (sign test; of five
    rounds the least and the greatest).
    """
    with result(as_json) as found:
        if profile is not None:
            _refuse(names or against or growth or out or repeats, "--profile NAME goes without other names and options")
            _profile(profile, debug, found)
        elif growth:
            _refuse(names or against or repeats, "--growth goes without names and options, but for --out")
            measure_growth(out, found)
        elif against is not None:
            _refuse(out, "--out holds races against the plain versions, so it goes without --against")
            _race_commit(chosen(names), against, repeats, debug, found)
        else:
            _race(chosen(names), repeats, out, debug, found)
    if found.json.get("failed"):
        raise typer.Exit(FAILED)


def _race(names: list[str], repeats: int | None, out: Path | None, debug: bool, found: Result) -> None:
    from multigraft.bench.processes import RaceProcess
    from multigraft.bench.record import NARROW, check_place, columns, judged, write

    def duel(name: str) -> Row:
        with RaceProcess(name, debug=debug) as process:
            return judged(process.ask("race", repeats=repeats))

    if out is not None:
        check_place(out)
    machine, started = _machine(names[0], debug), time.monotonic()
    names, not_run = runnable(names, gpu=machine["gpu"] is not None)

    def record(rows: list[Row], failed: dict[str, str]) -> dict[str, Any]:
        waiting = dict.fromkeys(names[len(rows) + len(failed) :], "the run ended before its turn")
        seconds = round(time.monotonic() - started, 1)
        return {
            "machine": machine, "rows": rows, "failed": failed, "not_run": not_run | waiting, "seconds": seconds,
        }  # fmt: skip

    def keep(rows: list[Row], failed: dict[str, str]) -> None:
        if out is not None:
            write(out, record(rows, failed))

    rows, failed = _each(names, duel, keep)
    whole = record(rows, failed)
    found.json = {"verb": "bench", **whole}
    shown = [table(columns(rows, NARROW)), "times in ms; memory of the fast side"]
    found.shown = [*_named(machine), *shown, *_failures(failed), *_not_run(not_run)]
    if out is not None:
        write(out, whole)
        found.shown.append(f"written: {out}, {out.with_suffix('.md')}")


def _race_commit(names: list[str], commit: str, repeats: int | None, debug: bool, found: Result) -> None:
    from multigraft.bench.commits import duel, extracted, repository, resolve

    root = repository()
    full = resolve(commit, root)
    machine = _machine(names[0], debug)
    names, not_run = runnable(names, gpu=machine["gpu"] is not None)
    with extracted(full, root) as source:
        rows, failed = _each(names, lambda name: duel(name, source, repeats, debug))
    found.json = {
        "verb": "bench", "against": full, "machine": machine, "rows": rows, "failed": failed, "not_run": not_run,
    }  # fmt: skip
    heads = {"name": "race", "before": "before ms", "now": "now ms", "ratio": "ratio",
             "ratio_low": "from", "ratio_high": "to", "rounds": "rounds"}  # fmt: skip
    columns = {head: [row[key] for row in rows] for key, head in heads.items()}
    found.shown = [*_named(machine), f"before: {full}", table(columns), *_failures(failed), *_not_run(not_run)]


def _profile(name: str, debug: bool, found: Result) -> None:
    from multigraft.bench.processes import RaceProcess

    with RaceProcess(known(name), debug=debug) as process:
        seen = process.ask("profile")
    found.json = {"verb": "bench", "profile": seen}
    found.shown = [f"{seen['name']}, {seen['what']}: {seen['fast']:.3f} ms a unit; shares while watched"]
    for kind, heading in (("operators", "operator of torch"), ("functions", "Python function")):
        lines = seen[kind]
        columns = {"share": [f"{line['share']:.1%}" for line in lines]}
        columns |= {head: [line[key] for line in lines] for head, key in (("ms", "ms"), ("calls", "calls"))}
        found.shown += ["", table(columns | {heading: [line["name"] for line in lines]})]


def _each(
    names: list[str], duel: Callable[[str], Row], keep: Callable[[list[Row], dict[str, str]], None] = lambda *_: None
) -> tuple[list[Row], dict[str, str]]:
    """A row for each race; a race that fails has its error instead, and the others go on.

    ``keep`` gets what there is after every race, so that an interrupted run leaves what it has done.
    """
    from multigraft.bench.processes import RaceFailed
    from multigraft.progress import counting

    rows, failed = [], {}
    with counting("races", len(names), "races", sys.stderr.isatty()) as advance:
        for name in names:
            try:
                rows.append(duel(name))
                say("{name}: {ratio:.3g} times as fast ({ratio_low:.3g} to {ratio_high:.3g})".format(**rows[-1]))
            except RaceFailed as error:
                failed[name] = str(error)
                say(f"{name}: failed: {error}")
            keep(rows, failed)
            advance(1)
    return rows, failed


def _machine(name: str, debug: bool) -> dict[str, Any]:
    """What a process of its own measures of the machine; ``name`` is a race that it could run, and does not."""
    from multigraft.bench.processes import RaceProcess

    with RaceProcess(name, debug=debug) as process:
        return process.ask("describe")


def _named(machine: dict[str, Any]) -> list[str]:
    rates = machine["gflops"]["float32"]
    return [f"{machine['processor']}, {machine['cores']} cores, up to {max(rates.values())} GFLOP/s in float32"]


def _failures(failed: dict[str, str]) -> list[str]:
    return [f"failed: {name}: {error}" for name, error in failed.items()]


def _not_run(left_out: dict[str, str]) -> list[str]:
    return [f"not run: {name}: {reason}" for name, reason in left_out.items()]


def _refuse(given: object, why: str) -> None:
    if given:
        raise InputError(why)
