"""What ``multigraft finetune`` shows: the scores, who else was asked the same, and what papers print of it."""

import math
import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from multigraft.cli.data_options import DataOptions
from multigraft.cli.output import MOST_TARGETS, UNDEFINED, counted, table

if TYPE_CHECKING:
    from multigraft.evaluation.finetuned import FineTuned
    from multigraft.graphs.packed import PackedGraphs
    from multigraft.studies.published import Published


def published_rows(tuned: "FineTuned", graphs: "PackedGraphs", source: str, reading: DataOptions) -> list["Published"]:
    """What is printed of the same data and split; nothing for data that are not the catalog's, as they are there.

    ``source`` and ``reading``: as what, and how, the graphs were named and read.
    """
    from multigraft.graphs.moleculenet import MOLECULENET
    from multigraft.graphs.named_tables import row_notes
    from multigraft.studies.published import published_beside, trained_by

    chosen = reading.strip_salts or any(
        one is not None for one in (reading.smiles_column, reading.targets, reading.threshold)
    )
    if source not in MOLECULENET or chosen or row_notes(MOLECULENET[source], graphs):
        return []
    start = tuned.facts["start"]
    trained = () if start is None else trained_by(start["tasks"], start["data"])
    return published_beside(tuned.dataset, tuned.split, tuned.metric, trained)


def shown(tuned: "FineTuned", printed: Sequence["Published"]) -> list[Any]:
    """For people: a table of contenders, one of targets where there are several, and what is to be said besides."""
    count, sizes = len(tuned.seeds), " / ".join(map(str, tuned.facts["split_sizes"]))
    epochs, seconds = tuned.scores[0].epochs, sum(one.seconds for one in tuned.scores)
    first = (
        f"{tuned.dataset}, {tuned.split} split ({sizes}), {tuned.metric} on the test part; "
        f"{counted(count, 'seed')}, {epochs} epochs, {seconds:.0f} s of training"
    )
    rows: list[Any] = [first, table(_contenders(tuned, printed))]
    if 1 < len(tuned.scores[0].targets) <= MOST_TARGETS:
        rows.append(table(_targets(tuned)))
    notes = [f"note: {note}" for note in tuned.notes]
    return [*rows, *notes, *([f"kept in {tuned.out}"] if tuned.out else [])]


def _contenders(tuned: "FineTuned", printed: Sequence["Published"]) -> dict[str, list[Any]]:
    names = ("model", "test", "std", "validation", "runs")
    scores = (_score(tuned.mean), tuned.std, _score(statistics.fmean(tuned.validation)))
    own = (_name(tuned.facts["start"]), *scores, len(tuned.seeds))
    rows: list[tuple[Any, ...]] = [own]
    rows += [(one.name, _score(one.test), one.std, one.validation, one.runs) for one in tuned.baselines]
    for one in printed:
        std = math.nan if one.std is None else one.std / one.scale
        name = f"published, {one.model}: {_training(sorted(one.trained))}"
        rows.append((name, one.value / one.scale, std, math.nan, math.nan))
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def _targets(tuned: "FineTuned") -> dict[str, list[Any]]:
    """The mean over seeds of every target."""
    columns: dict[str, list[Any]] = {"target": list(tuned.scores[0].targets)}
    for part in ("test", "validation"):
        columns[part] = [
            _score(statistics.fmean(one.targets[name][part] for one in tuned.scores)) for name in columns["target"]
        ]
    return columns


def _score(score: float) -> float | str:
    """A score for people."""
    return UNDEFINED if math.isnan(score) else score


def _name(start: dict[str, Any] | None) -> str:
    if start is None:
        return "fine-tuned from scratch"
    how = f"trained for {', '.join(start['tasks'])}" if start["tasks"] else start["strategy"]["name"]
    return f"fine-tuned {start['kind']}, {how} ({start['data']})"


def _training(tasks: Sequence[str]) -> str:
    if not tasks:
        return "from scratch"
    return "pre-trained" if list(tasks) == ["unstated"] else f"trained for {', '.join(tasks)}"
