"""``multigraft probe``: what a trained encoder's embeddings are worth, beside the baselines."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from multigraft.cli import options as o
from multigraft.cli.data_options import DataOptions, takes_data_options
from multigraft.cli.inputs import opened_as_trained
from multigraft.cli.output import MOST_TARGETS, result, table
from multigraft.cli.written import split_names, split_tasks
from multigraft.evaluation.names import JOINED
from multigraft.files import plain
from multigraft.models.names import records_place

if TYPE_CHECKING:
    from multigraft.evaluation.table import Difference, ProbeTable


@takes_data_options
def probe(
    directory: o.EncoderDirectory,
    data: o.Data,
    reading: DataOptions,
    protocol: o.Protocol = "strict",
    tasks: o.Tasks = None,
    seed: Annotated[int, typer.Option(help="Decides negatives, bootstrap and, for other data, the split.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The JSON file to write; the default is in DIR/probes, and of released encoders in NAME-measured.",
        ),
    ] = None,
    device: o.Device = "auto",
    probes: o.Probes = None,
    fuse: o.Fuse = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Measure an encoder's embeddings, the untrained encoder's and baselines that no encoder has a part in."""
    with result(as_json) as found:
        encoder, graphs, reading = opened_as_trained(directory, data, reading)
        from multigraft.evaluation.probe import probe
        from multigraft.evaluation.record import probes_of, record_path, write_record

        named = split_tasks(tasks)
        readers = None if probes is None else tuple(dict.fromkeys(split_names(probes)))
        beside = split_names(fuse or "")
        measured = probe(
            encoder, graphs, protocol, named, seed, progress=sys.stderr.isatty(), device=device, probes=readers,
            fuse=beside,
        )  # fmt: skip
        asked = (*(named or ()), *reading.chosen_targets())
        stored = out or record_path(records_place(directory), measured.dataset, protocol, seed, readers, beside, asked)
        settings = {"encoder": directory, "data": data, "protocol": protocol, "tasks": named, "seed": seed,
                    "probes": readers or probes_of(measured), "fuse": beside, **reading.resolved(),
                    "device": device}  # fmt: skip
        write_record(stored, measured, encoder, graphs, named, plain(settings))
        found.json = {"verb": "probe", **measured.to_json()}
        found.shown = [*drawn(measured), f"kept in {stored}"]


def drawn(measured: "ProbeTable") -> list[Any]:
    """The scores for people, each with its interval, and how far the first encoder is from what it has to beat."""
    names = ("task", "encoder", "probe", "features", "metric", "value", "low", "high", "n_test")
    columns: dict[str, list[Any]] = {
        name.replace("_", " "): [getattr(row, name) for row in measured.rows] for name in names
    }
    columns["probe"] = [row.reader for row in measured.rows]
    measure = f"{measured.dataset}, protocol {measured.protocol}, {measured.split} split, seed {measured.seed}"
    shown: list[Any] = [f"{measure}; low to high is a 95 % interval", table(columns)]
    paired = _paired(measured)
    for first in dict.fromkeys(one.encoder for one in paired):
        names = ("task", "probe", "features", "metric", "value", "low", "high")
        own = [one for one in paired if one.encoder == first]
        columns = {
            "minus": [one.rival for one in own],
            **{name: [getattr(one, name) for one in own] for name in names},
        }
        which = "what it is fused with" if JOINED in first else "others (of baselines, that with the best value)"
        shown += [f"{first} minus {which}, paired over the same test graphs", table(columns)]
    return [*shown, *_by_target(measured), *measured.notes]


def _paired(measured: "ProbeTable") -> list["Difference"]:
    """The differences that decide whether an encoder is of use: to the untrained one, and to the best baseline."""
    from multigraft.evaluation.by_target import best_baseline

    asked = dict.fromkeys((row.task, row.metric) for row in measured.rows)
    best = {about: best_baseline([row for row in measured.rows if (row.task, row.metric) == about]) for about in asked}
    found = []
    for one in measured.differences:
        rival = best[one.task, one.metric]
        beaten = rival is not None and (one.against, one.against_probe) == (rival.encoder, rival.probe)
        found += [one] if one.against == "untrained" or beaten or JOINED in one.encoder else []
    return sorted(found, key=lambda one: one.against != "untrained")


def _by_target(measured: "ProbeTable") -> list[Any]:
    """Of means over targets what they are means of, where these are not too many to be read."""
    from multigraft.evaluation.by_target import target_scores

    shown: list[Any] = []
    for found in target_scores(measured):
        targets = list(next(iter(found.columns.values())))
        if len(targets) > MOST_TARGETS:
            shown.append(f"{found.task}: --json has the scores of each of the {len(targets)} targets")
            continue
        read = f"{found.metric} of {found.features} read by {found.probe}"
        shown += [
            f"{found.task} by target: {read}, and the baseline with the best value",
            table({"target": targets, **{name: list(scores.values()) for name, scores in found.columns.items()}}),
        ]
    return shown
