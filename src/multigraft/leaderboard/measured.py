"""What a ledger's studies measured, as results."""

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from multigraft.graphs.names import SPLIT_FRACTIONS
from multigraft.leaderboard.results import MEASURED, Question, Result
from multigraft.studies.cells import Cell, cells
from multigraft.studies.ledger import Ledger, Record, read_record
from multigraft.studies.names import STUDY_NAMES
from multigraft.studies.study import BASELINES, UNTRAINED, Setting, Study


def measured_results(studies: Iterable[Study], ledger: Ledger) -> list[Result]:
    """Every number of every study, as it was run in the ledger; what several studies share once, as the first's.

    Raises:
        InputError: as `multigraft.studies.cells.cells`.
    """
    found: dict[tuple[Question, str, str, str, tuple[str, ...]], Result] = {}
    for study in studies:
        for protocol in study.protocols:
            for cell in cells(study, protocol, ledger):
                if cell.n:
                    one = _result(study, cell, ledger)
                    found.setdefault((one.question, one.model, one.probe, one.features, one.runs), one)
    return list(found.values())


def _result(study: Study, cell: Cell, ledger: Ledger) -> Result:
    train, _, test = SPLIT_FRACTIONS[study.split]
    first = read_record(ledger.path / "runs" / f"{cell.runs[0]}.json") if cell.runs else None
    known = first if isinstance(first, Record) else None
    std = None if cell.n < 2 else cell.std
    return Result(
        task=cell.task, dataset=cell.dataset, protocol=cell.protocol, split=study.split, metric=cell.metric,
        model=cell.model, value=cell.mean, source=MEASURED, std=std, seeds=tuple(sorted(cell.values)),
        values=dict(sorted(cell.values.items())), trained=cell.trained, probe=cell.probe, features=cell.features,
        baseline=is_baseline(cell.model), headline=cell.headline, table=study.published,
        date=known.time[:10] if known else "", study=study.name,
        command=rerun(study, cell.dataset, cell.protocol), runs=cell.runs, options=_options(known),
        test_share=test / train,
    )  # fmt: skip


def is_baseline(model: str) -> bool:
    """Whether nothing is trained for a row of that name."""
    return model.partition(" ")[0] == UNTRAINED or model in BASELINES


def rerun(study: Study, dataset: str, protocol: str) -> str:
    """The command that measures it again; the settings that it names are among the site's files."""
    named = study.name if study.name in STUDY_NAMES else f"{study.name}.toml"
    words = ["multigraft", "study", "run", named, "--datasets", dataset, "--splits", str(study.splits)]
    return shlex.join([*words, "--protocol", protocol, "--settings", settings_file(study.name), *_epochs(study)])


def _epochs(study: Study) -> list[str]:
    """The option that was given for all rows, whatever their own epochs are; it is the last of the settings."""
    last = study.settings[-1] if study.settings else Setting({})
    everywhere = not (last.strategies or last.tasks or last.datasets)
    return ["--epochs", str(last.options["epochs"])] if everywhere and set(last.options) == {"epochs"} else []


def settings_file(study: str) -> str:
    """What the file with a study's settings is called; a study of one's own is a file as well."""
    return f"{study}-settings.toml"


def _options(record: Record | None) -> dict[str, Any]:
    """What the encoder was trained with, the trainings before its own included."""
    training = None if record is None else record.run["training"]
    return {} if training is None else dict(_stages(training))


def _stages(training: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    start = training.get("start")
    yield "strategy", training["strategy"]
    if training["tasks"]:
        yield "tasks", ",".join(training["tasks"])
    yield from sorted(training["options"].items())
    if start is not None:
        yield "start", json.loads(json.dumps({"dataset": start["dataset"], **dict(_stages(start))}))


def settings_text(study: Study) -> str:
    """The study's settings as a TOML file that ``multigraft study run --settings`` reads."""
    parts = [f"# What {study.name} was run with."]
    for setting in study.settings:
        condition = {"strategy": setting.strategies, "tasks": ",".join(setting.tasks), "datasets": setting.datasets}
        named = ", ".join(f"{name} = {_toml(value)}" for name, value in condition.items() if value)
        lines = [f"for = {{ {named} }}"] if named else []
        parts.append("\n".join(["[[settings]]", *lines, *(f"{k} = {_toml(v)}" for k, v in setting.options.items())]))
    return "\n\n".join(parts) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_toml(name)} = {_toml(one)}' for name, one in value.items())} }}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_toml, value))}]"
    text = json.dumps(value, ensure_ascii=False)  # texts, numbers and truth values are written alike
    return text.replace("\x7f", "\\u007f")
