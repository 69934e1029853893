"""``multigraft tune``: a search for good options of train, by validation score."""

import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from multigraft.cli import options as o
from multigraft.cli import training_options as t
from multigraft.cli.data_options import DataOptions, takes_data_options
from multigraft.cli.inputs import loaded
from multigraft.cli.output import Result, result, say, table
from multigraft.cli.study_options import parse_duration
from multigraft.cli.written import split_tasks
from multigraft.training.claim import check_free

if TYPE_CHECKING:
    from multigraft.tuning.findings import Trial, Tuning

PICTURE = "trials.svg"

Space = Annotated[
    Path | None,
    typer.Option("--space", metavar="FILE", help="TOML with what is searched [what the methods of SAME share]."),
]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Where the trials and the best options go; a new directory.")]
Trials = Annotated[int, typer.Option(help="Trials to finish, those of a resumed search included.")]
Processes = Annotated[int | None, typer.Option(min=1, help="Trials side by side [one a core; one with a GPU].")]
Budget = Annotated[
    str | None, typer.Option(metavar="TIME", help="Stop after so long, e.g. 90s, 30m or 2h; --resume goes on.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the search in DIR.")]


@takes_data_options
def tune(
    data: o.Data,
    reading: DataOptions,
    out: Out,
    tasks: o.Tasks = None,
    strategy: t.Strategy = None,
    trials: Trials = 20,
    epochs: t.Epochs = None,
    space: Space = None,
    split: t.SplitKind = None,
    processes: Processes = None,
    budget: Budget = None,
    seed: t.Seed = None,
    device: o.Device = "auto",
    resume: Resume = False,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Search the options of train by validation score, and write the best as a configuration file."""
    options = {
        "tasks": split_tasks(tasks), "strategy": strategy, "trials": trials, "epochs": epochs, "space": space,
        "split": split, "processes": processes, "seed": seed, "device": device, "resume": resume,
        "budget": None if budget is None else parse_duration(budget),
    }  # fmt: skip
    given = {name: value for name, value in options.items() if value is not None}
    with result(as_json) as found:
        _tune(data, reading, out, given, found)


def _tune(data: str, reading: DataOptions, out: Path, given: dict[str, Any], found: Result) -> None:
    check_free(out, given["resume"])
    graphs = loaded(data, reading)
    from multigraft.processes import default_processes
    from multigraft.tuning.tune import tune

    given.setdefault("processes", default_processes())
    started = time.monotonic()
    try:
        tuned = tune(graphs, out=out, progress=sys.stderr.isatty(), **given)
    except KeyboardInterrupt:
        say(f"stopped; to continue: {_again()}")
        raise
    seconds = round(time.monotonic() - started, 1)
    left = max(0, given["trials"] - len(tuned.finished))
    found.json = {
        "verb": "tune", "out": out, "trials": len(tuned.finished), "left": left, "best": tuned.options,
        "validation": None if tuned.best is None else tuned.best.score,
        "scores": {} if tuned.best is None else tuned.best.validation,
        "defaults": None if tuned.defaults is None else tuned.defaults.score, "gain": tuned.gain, "seconds": seconds,
    }  # fmt: skip
    found.shown = _shown(tuned, data, seconds)
    if left:
        found.shown.append(f"{left} trials are left; to continue: {_again()}")
    _draw(tuned)


def _shown(tuned: "Tuning", data: str, seconds: float) -> list[Any]:
    """For people: what the search gained, the options that did it, and what to do with them."""
    first = f"{tuned.out}: {len(tuned.finished)} trials, {seconds:.0f} s"
    best = tuned.best
    if best is None:
        return [f"{first}; none has a score"]
    columns = {"option": list(best.options), "best": _told(best)}
    columns |= {} if tuned.defaults is None else {"default": _told(tuned.defaults)}
    config = shlex.quote(str(tuned.out / "best.toml"))
    return [
        f"{first}; the best, trial {best.number}: sum of validation scores {best.score:.3f}, {_compared(tuned)}",
        table(columns),
        f"to use it: multigraft train {shlex.quote(data)} --config {config} --out DIR",
    ]


def _told(trial: "Trial") -> list[str]:
    return [f"{value:.4g}" if isinstance(value, float) else str(value) for value in trial.options.values()]


def _compared(tuned: "Tuning") -> str:
    if tuned.defaults is None or tuned.gain is None:
        return "which the defaults, without a score, cannot be compared with"
    return f"the defaults {tuned.defaults.score:.3f}, a gain of {tuned.gain:.3f} on the graphs that chose it"


def _draw(tuned: "Tuning") -> None:
    """The trials as a picture, where matplotlib is installed."""
    from multigraft.errors import MissingExtraError
    from multigraft.files import write_text
    from multigraft.reports.tuning_chart import tuning_chart

    if tuned.best is None:
        return
    try:
        write_text(tuned.out / PICTURE, tuning_chart(tuned))
    except MissingExtraError as error:
        say(f"note: no {PICTURE}: {error}")


def _again() -> str:
    """The command line at hand, made to resume."""
    words = [word for word in sys.argv[1:] if word != "--resume"]
    return shlex.join(["multigraft", *words, "--resume"])
