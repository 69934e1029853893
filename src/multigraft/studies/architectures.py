"""The architectures of a study's encoders: untrained rows have each of them, and differences are taken within one."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from multigraft.encoders.names import READOUT_NAMES
from multigraft.graphs.names import EMBEDDED, PROTEINS, ROW_FILES, TABLES
from multigraft.models.names import KINDS
from multigraft.studies.facts import SCALINGS, encoder_sizes
from multigraft.studies.study import BASELINES, IMPORTED, TARGET_TASKS, UNTRAINED, Row, Stage, Study, TaskSet

# What an untrained encoder depends on, and how it is read.
SHAPE = ("encoder", "dim", "layers", "jk", "norm", "heads", "encoder_options", "readout", "scaling", "featurization")
PLAIN = Row(UNTRAINED, UNTRAINED, ((),), asks="every")


def stage_options(study: Study, row: Row, stage: Stage, dataset: str) -> dict[str, Any]:
    """What `multigraft.train` is told; a training on a corpus knows nothing of the row, and so can serve several."""
    if stage.dataset:
        corpus = study.options(
            dataclasses.replace(row, options={}, recipe={}), stage.strategy, stage.tasks, stage.dataset
        )
        return corpus | dict(stage.options)
    if row.twin is not None:
        return _shape(study, row.twin, row.twin.tasks[0], dataset)
    options = study.options(row, stage.strategy, stage.tasks, dataset) | dict(stage.options)
    return options if row.trains else _shaping(options)


def architecture(strategy: str, options: Mapping[str, Any], dataset: str) -> str:
    """The architecture of an encoder that is made by ``strategy`` with these options, as text: equal for equal ones.

    Released weights are taken to be as large as their architecture usually is.
    """
    shape = _of_stage(strategy, options)
    if shape.get("featurization") == "hu" and dataset not in EMBEDDED:  # as molecules are read by default
        shape.pop("featurization")
    kind = shape.pop("encoder", None) or _usual_encoder(dataset)
    usual = {"encoder": kind, "scaling": SCALINGS.get(kind, "rows"), **encoder_sizes(kind)}
    return json.dumps({**usual, **shape}, sort_keys=True)


def with_untrained(study: Study) -> Study:
    """The study with an untrained row for every architecture among its methods, under every probe that asks those.

    They stand before the baselines that have no encoder; those that were there before are left out.
    """
    own = [row for row in study.rows if row.tasks != ((),)]
    described = [row for row in study.rows if row.tasks == ((),) and row.strategy != UNTRAINED]
    usual = "logistic" if set(study.tasks) <= TARGET_TASKS else "svm"
    plain = _architectures(study, PLAIN, ())
    found: dict[tuple[str, ...], tuple[Row, dict[str, None]]] = {}
    for row in own:
        for tasks in row.tasks:
            one = plain if row.strategy in BASELINES else _architectures(study, row, tasks)
            _, probes = found.setdefault(one, (dataclasses.replace(row, tasks=(tasks,)), {}))
            probes[usual if row.probe == "own" else row.probe] = None
    names = _names([row for row, _ in found.values()])
    untrained = [
        Row(
            f"{name} ({probe})" if place else name, UNTRAINED, ((),), probe, "every", twin=None if one == plain else row
        )
        for name, (one, (row, probes)) in zip(names, found.items(), strict=True)
        for place, probe in enumerate(probes)
    ]
    return dataclasses.replace(study, rows=(*own, *untrained, *described))


def _architectures(study: Study, row: Row, tasks: TaskSet) -> tuple[str, ...]:
    """On each of the study's data sets."""
    first = _first(row, tasks)
    return tuple(
        architecture(first.strategy, stage_options(study, row, first, dataset), first.dataset or dataset)
        for dataset in study.datasets
    )


def _first(row: Row, tasks: TaskSet) -> Stage:
    """The training that makes the row's encoder: later ones go on from it."""
    return (*row.start, Stage(row.strategy, tasks))[0]


def _shape(study: Study, row: Row, tasks: TaskSet, dataset: str) -> dict[str, Any]:
    first = _first(row, tasks)
    return _of_stage(first.strategy, stage_options(study, row, first, dataset))


def _of_stage(strategy: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that shape an encoder; of released weights the name of their architecture, as it is called here."""
    if strategy == IMPORTED:  # a released encoder goes by its own name: it is known to the last weight
        return {"encoder": KINDS.get(options["encoder"], options["encoder"])}
    return _shaping(options)


def _shaping(options: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the options that shape an encoder or say how it is read; the usual readout, and one of tasks, do not."""
    found = {name: options[name] for name in SHAPE if options.get(name) is not None}
    if found.get("readout") not in READOUT_NAMES[1:]:
        found.pop("readout", None)
    return found


def _usual_encoder(dataset: str) -> str:
    """The encoder that `multigraft.train` takes where none is named; it goes by what the graphs hold, this by names."""
    named = dataset in TABLES or dataset in PROTEINS
    return "gin" if named or Path(dataset).name.lower().removesuffix(".gz").endswith(ROW_FILES) else "gcn"


def _names(rows: list[Row]) -> list[str]:
    """What the untrained encoders of these architectures are called: by a method that has it, where there are several.

    Methods of one name are told apart by their options.
    """
    if len(rows) == 1:
        return [UNTRAINED]
    models = [row.model for row in rows]
    return [
        f"{UNTRAINED} {row.model}" if models.count(row.model) == 1 else f"{UNTRAINED} {row.model}{_sizes(row)}"
        for row in rows
    ]


def _sizes(row: Row) -> str:
    """The options of the row itself, or of its first training, that shape its encoder."""
    first = _first(row, row.tasks[0])
    shape = _of_stage(first.strategy, first.options if first.dataset else {**row.options, **first.options})
    return "".join(f", {name} {value}" for name, value in shape.items())
