"""The evaluation tables of the Papers with Code archive: tasks with data sets, each with rows of models and metrics.

The archive has a row a model, metrics as text, and knows no protocol, seeds or spread. What of a result has no place in
its form stands in the row under ``multigraft``, so that what is exported can be imported as it was.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.files import write_json
from multigraft.leaderboard.known import Known
from multigraft.leaderboard.metrics import METRICS, metric_of, shortened
from multigraft.leaderboard.results import LONGEST_LINK, PUBLISHED, UNSTATED, Result
from multigraft.leaderboard.wording import day_of

OURS, SUBMIT = "multigraft", "multigraft leaderboard submit"
_NUMBER = re.compile(r"\s*([-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)\s*(?:%|±|\+-|\(|$)")


def write_archive(results: Iterable[Result], file: Path) -> None:
    """Write results as evaluation tables."""
    write_json(file, archive_of(results))


def archive_of(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Results as evaluation tables, a row each, under the names that papers print where they do."""
    tables: dict[str, dict[str, list[Result]]] = {}
    for one in results:
        task, dataset = one.printed.get("task", one.task), one.printed.get("dataset", one.dataset)
        tables.setdefault(task, {}).setdefault(dataset, []).append(one)
    return [
        {
            "task": task, "description": "", "categories": [], "synonyms": [], "subtasks": [], "source_link": None,
            "datasets": [_dataset(name, rows) for name, rows in datasets.items()],
        }
        for task, datasets in tables.items()
    ]  # fmt: skip


def read_archive(file: Path) -> tuple[list[Result], list[str]]:
    """The results in a file of evaluation tables, and why rows, or numbers in them, were left out.

    Of rows that multigraft did not write the protocol, split and seeds are not known.

    Raises:
        InputError: the file cannot be read, or is none of evaluation tables.
    """
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"cannot read {file}: {error}") from error
    entries = stored.get("results") if isinstance(stored, dict) else stored
    if isinstance(entries, list) and any(isinstance(one, dict) and "model" in one for one in entries):
        raise InputError(f"{file} holds results, not evaluation tables: take it with `{SUBMIT}`")
    if not isinstance(stored, list) or not all(isinstance(one, dict) and "task" in one for one in stored):
        raise InputError(f"{file} must hold a list of tasks, each an object with 'task' and 'datasets'")
    found: list[Result] = []
    notes: list[str] = []
    first: dict[str, Result] = {}
    known = Known()
    for where, row, place in _rows(stored, "", notes):
        try:
            for one in _results(row, *place, known, notes, where):
                there = first.setdefault(one.key, one)
                if OURS in row or there is one:
                    found.append(one)
                elif there.value != one.value:
                    notes.append(f"{where}: {one.metric} {one.value:g}, but a row before has {there.value:g}")
        except (InputError, KeyError, TypeError, ValueError, AttributeError) as error:
            notes.append(f"{where}: {shortened(str(error), 200)}")
    return found, notes


def _dataset(name: str, results: list[Result]) -> dict[str, Any]:
    titles = dict.fromkeys(_title(one) for one in results)
    return {
        "dataset": name, "description": "", "dataset_links": [], "dataset_citations": [], "subdatasets": [],
        "sota": {"metrics": list(titles), "rows": [_row(one) for one in results]},
    }  # fmt: skip


def _title(one: Result) -> str:
    known = METRICS.get(one.metric)
    return one.printed.get("metric", one.metric if known is None else known.title)


def _row(one: Result) -> dict[str, Any]:
    return {
        "model_name": one.model, "metrics": {_title(one): one.printed.get("value", f"{one.value:g}")},
        "paper_title": one.paper, "paper_url": one.paper_url, "paper_date": one.date or None,
        "code_links": [{"title": one.code, "url": one.code}] if one.code else [], "model_links": [],
        "uses_additional_data": bool(one.options.get("start")), OURS: one.to_json(),
    }  # fmt: skip


def _rows(tasks: Any, above: str, notes: list[str]) -> Iterator[tuple[str, Any, tuple[str, str]]]:
    """Every row with where it stands, those of subtasks and parts of data sets as well."""
    for task in _objects(tasks, shortened(above), notes):
        name = str(task.get("task", above))
        datasets = list(_objects(task.get("datasets"), shortened(name), notes))
        while datasets:
            dataset = datasets.pop(0)
            title = str(dataset.get("dataset", ""))
            where = f"{shortened(name)}, {shortened(title)}"
            datasets += [
                {**part, "dataset": f"{title}, {part.get('dataset', '')}"}
                for part in _objects(dataset.get("subdatasets"), where, notes)
            ]
            (sota,) = list(_objects([dataset.get("sota") or {}], where, notes)) or [{}]
            rows = sota.get("rows") or []
            if not isinstance(rows, list):
                notes.append(f"{where}: its rows are no list")
                continue
            for number, row in enumerate(rows, start=1):
                yield f"{where}, row {number}", row, (name, title)
        yield from _rows(task.get("subtasks"), name, notes)


def _objects(given: Any, where: str, notes: list[str]) -> Iterator[dict[str, Any]]:
    """The objects in what should be a list of them; what is none is noted."""
    if not isinstance(given or [], list):
        notes.append(f"{where}: {shortened(str(given))!r} is no list")
        return
    for one in given or []:
        if isinstance(one, dict):
            yield one
        else:
            notes.append(f"{where}: {shortened(str(one))!r} is no object")


def _results(row: Any, task: str, dataset: str, known: Known, notes: list[str], where: str) -> Iterator[Result]:
    if OURS in row:
        yield Result.from_json(row[OURS])
        return
    links = [link["url"] for link in row.get("code_links") or [] if _is_link(link.get("url"))]
    url, date = row.get("paper_url"), str(row.get("paper_date") or "")[:10]
    if not isinstance(row.get("model_name"), str):
        raise TypeError(f"model_name {shortened(str(row.get('model_name')))!r} is no text")
    for title, text in row["metrics"].items():
        number = _NUMBER.match(str(text))
        try:
            metric = metric_of(title)
        except InputError as error:
            notes.append(f"{where}: {error}")
            continue
        if number is None or not math.isfinite(float(number[1])):
            notes.append(f"{where}: {shortened(str(text))!r} is no number")
            continue
        value = float(number[1])
        value *= 100.0 if metric.share and 0 <= value <= 1 and "%" not in str(text) else 1.0
        if not metric.low <= value <= metric.high:
            notes.append(f"{where}: {shortened(str(text))!r} is out of range for {metric.title}")
            continue
        yield Result(
            task=known.here("task", task), dataset=known.here("dataset", dataset), protocol=UNSTATED,
            split=UNSTATED, metric=metric.name, model=row["model_name"], value=value, source=PUBLISHED,
            paper=str(row.get("paper_title") or ""), paper_url=str(url) if _is_link(url) else "",
            code=links[0] if links else "", date=date if day_of(date) else "",
            printed={"task": task, "dataset": dataset, "metric": title, "value": str(text)},
        )  # fmt: skip


def _is_link(given: Any) -> bool:
    return isinstance(given, str) and given.startswith(("https://", "http://")) and len(given) <= LONGEST_LINK
