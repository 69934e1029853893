"""``multigraft explain``: what each part of an encoder's embedding is worth."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from multigraft.cli import options as o
from multigraft.cli.data_options import DataOptions, takes_data_options
from multigraft.cli.inputs import opened_as_trained
from multigraft.cli.output import result, table
from multigraft.cli.written import split_tasks
from multigraft.evaluation.names import sign

if TYPE_CHECKING:
    from multigraft.evaluation.table import Difference, ProbeTable


@takes_data_options
def explain(
    directory: o.EncoderDirectory,
    data: o.Data,
    reading: DataOptions,
    tasks: o.Tasks = None,
    seed: Annotated[int, typer.Option(help="Decides negatives and bootstrap.")] = 0,
    device: o.Device = "auto",
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Score an encoder's embedding on validation graphs: whole, without each of its parts, and each part alone."""
    with result(as_json) as found:
        encoder, graphs, _ = opened_as_trained(directory, data, reading)
        from multigraft.evaluation.explain import explain

        measured = explain(encoder, graphs, split_tasks(tasks), seed, sys.stderr.isatty(), device)
        found.json = {"verb": "explain", **measured.to_json()}
        found.shown = drawn(measured)


def drawn(measured: "ProbeTable") -> list[Any]:
    """For people: task by task what the whole is ahead of, in points: itself without a part, a part, a baseline."""
    headlines = {}
    for row in measured.rows:
        headlines.setdefault(row.task, row)
    shown: list[Any] = [f"{measured.dataset}, protocol {measured.protocol}, validation graphs, seed {measured.seed}"]
    for task, first in headlines.items():
        behind = [
            one for one in measured.differences
            if (one.task, one.metric, one.features) == (task, first.metric, first.features)
        ]  # fmt: skip
        behind = sorted(map(_ahead, behind), key=lambda one: -one.value)
        shown += [
            f"{task} {first.metric} {first.value:.3f} [{first.low:.3f}, {first.high:.3f}] with all parts; "
            "what it is ahead of",
            table({
                "against": [one.rival for one in behind],
                "ahead by": [one.value for one in behind],
                "low": [one.low for one in behind],
                "high": [one.high for one in behind],
            }),
        ]  # fmt: skip
    return [*shown, *measured.notes]


def _ahead(found: "Difference") -> "Difference":
    """The difference, above zero where the first is better, errors as well."""
    if sign(found.metric) > 0:
        return found
    return replace(found, value=-found.value, low=-found.high, high=-found.low)
