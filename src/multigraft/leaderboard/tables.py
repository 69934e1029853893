"""Results as CSV: a line each, all that is known of it."""

import csv
import io
import json
import sys
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.files import write_text
from multigraft.leaderboard.archive import SUBMIT
from multigraft.leaderboard.results import Result

COLUMNS = tuple(one.name for one in fields(Result))
STRUCTURED = ("seeds", "values", "runs", "options", "printed")  # written as JSON
NUMBERS = ("value", "std", "test_share")
SWITCHES = ("baseline", "headline")
TEXTS = ("task", "dataset", "protocol", "split", "metric", "model")  # needed, and may be empty


def write_table(results: Iterable[Result], file: Path) -> None:
    """Write results as CSV, numbers with all their digits."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", quoting=csv.QUOTE_ALL)  # a \r would end the line
    writer.writeheader()
    for one in results:
        stored = one.to_json()
        writer.writerow({name: _cell(name, stored[name]) for name in COLUMNS if name in stored})
    write_text(file, text.getvalue().encode(errors="replace").decode())


def read_table(file: Path) -> list[Result]:
    """The results in such a file.

    Raises:
        InputError: the file cannot be read, or a line is no result.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {file}: {error}") from error
    reader, found = csv.DictReader(io.StringIO(text, newline="")), []
    before = csv.field_size_limit(sys.maxsize)
    try:
        if "source" not in (reader.fieldnames or ()):
            raise InputError(f"no column 'source', so it was not exported; take a submission with `{SUBMIT}`")
        for line in reader:
            stored = {name: _value(name, cell) for name, cell in line.items() if cell or (cell == "" and name in TEXTS)}
            found.append(Result.from_json(stored))
    except (InputError, ValueError, TypeError, RecursionError, csv.Error) as error:
        raise InputError(f"{file}, line {reader.line_num}: {error}") from error
    finally:
        csv.field_size_limit(before)
    return found


def _cell(name: str, value: Any) -> Any:
    return json.dumps(value) if name in STRUCTURED or name in SWITCHES else value


def _value(name: str, cell: str) -> Any:
    if name in STRUCTURED or name in SWITCHES:
        return json.loads(cell)
    return float(cell) if name in NUMBERS else cell
