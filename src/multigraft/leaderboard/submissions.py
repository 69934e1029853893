"""Files that somebody submits: JSON or CSV, every result checked, all taken or none."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.leaderboard.entries import NEEDED, result_of, slips
from multigraft.leaderboard.known import Known
from multigraft.leaderboard.metrics import shortened
from multigraft.leaderboard.results import Result

LARGEST = 2**24  # bytes of a file
TOLD = 20  # reasons that are given
IMPORT = "multigraft leaderboard import"


def read_submission(file: Path, known: Known | None = None) -> tuple[list[Result], list[str]]:
    """The results in a submission, and what to look at twice, such as names that were changed to ``known`` ones.

    JSON is a list of results, or an object with it as ``results``; CSV has a line a result. ``model``, ``task``,
    ``dataset``, ``protocol``, ``metric``, ``value``, ``split`` and ``seeds`` are needed; there may be ``std``, ``unit``
    (``share``, the default, or ``percent``), ``better``, ``trained``, ``probe``, ``features``, ``paper``,
    ``paper_url``, ``code``, ``date`` and, in JSON, ``values`` by seed.

    Raises:
        InputError: the file cannot be read, or some entries cannot be taken: where, and why.
    """
    known = known or Known()
    found, notes, reasons = [], [], []
    for where, entry in _entries(file):
        try:
            named, said = known.meant(entry)
            found.append(result_of(named))
            notes += [f"{where}: {note}" for note in (*said, *slips(named))]
        except InputError as error:
            reasons.append(f"{where}: {error}")
    if not found and not reasons:
        raise InputError(f"{file} has no results")
    if reasons:
        more = [f"and {len(reasons) - TOLD} more"] if len(reasons) > TOLD else []
        raise InputError(f"{file}: nothing was taken; " + "; ".join([*reasons[:TOLD], *more]))
    return found, notes


def _entries(file: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        if file.stat().st_size > LARGEST:
            raise InputError(f"{file} is larger than {LARGEST >> 20} MiB: submit it in parts")
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"cannot read {file}: save it as UTF-8 ({error})") from error
    except OSError as error:
        raise InputError(f"cannot read {file}: {error}") from error
    if not text.strip():
        raise InputError(f"{file} is empty")
    read = {".csv": _of_csv, ".json": _of_json}.get(file.suffix.lower())
    if read is None:
        raise InputError(f"{file}: a submission is called .csv or .json, by what it holds")
    yield from read(file, text)


def _of_csv(file: Path, text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text))
    try:
        names = list(reader.fieldnames or [])
        _check_columns(file, names)
        for entry in reader:
            cells = sum(name is not None and cell is not None for name, cell in entry.items())
            cells += len(entry.get(None, ()))  # type: ignore[call-overload]
            if cells != len(names):
                raise InputError(
                    f"{file}, line {reader.line_num}: {cells} cells, but {len(names)} columns; what holds a comma, as "
                    'seeds may, is put in quotes: "0,1,2"'
                )
            yield f"line {reader.line_num}", {name: value for name, value in entry.items() if value.strip()}
    except csv.Error as error:
        raise InputError(f"{file}, line {reader.line_num + 1}: {error}") from error


def _check_columns(file: Path, names: list[str]) -> None:
    for mark, called in ((";", "semicolons"), ("\t", "tabulators")):
        if len(names) == 1 and mark in names[0]:
            raise InputError(f"{file}, line 1: cells are divided by commas, not by {called}")
    if {"source", "headline"} <= set(names):
        raise InputError(f"{file} is a table that was exported: take it with `{IMPORT}`")
    if twice := [name for name in names if names.count(name) > 1]:
        raise InputError(f"{file}, line 1: there are two columns {shortened(twice[0])!r}")
    if lacking := [name for name in NEEDED if name not in names]:
        raise InputError(f"{file}, line 1: there is no column {lacking[0]!r}; needed are {', '.join(NEEDED)}")


def _of_json(file: Path, text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        stored = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file} is not JSON: {error}") from error
    entries = stored.get("results") if isinstance(stored, dict) else stored
    if isinstance(entries, list) and any(isinstance(one, dict) and "datasets" in one for one in entries):
        raise InputError(f"{file} is an archive of evaluation tables: take it with `{IMPORT}`")
    if not isinstance(entries, list):
        raise InputError(f"{file} must hold a list of results, or an object with the list 'results'")
    for place, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            raise InputError(f"{file}, result {place}: a result is an object, got {shortened(json.dumps(entry))}")
        yield f"result {place}", entry


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object that JSON has; what it names twice would else be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise ValueError(f"{shortened(counts.most_common(1)[0][0])!r} stands twice in one object")
    return found
