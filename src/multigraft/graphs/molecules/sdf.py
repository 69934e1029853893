"""SDF files: records of a mol block and named properties, one after the other, each up to a line of four dollars."""

import re
from collections.abc import Iterator
from pathlib import Path

from multigraft.graphs.molecules.opening import text_of

Record = list[str]  # its lines


def records(path: Path) -> Iterator[tuple[int, Record]]:
    """The lines of every record, and the line that it begins in, counted from 1; the last may lack its dollars.

    Raises:
        InputError: the file cannot be read.
    """
    with text_of(path) as file:
        record: Record = []
        line = 0
        for line, text in enumerate(file, start=1):
            if text.startswith("$$$$"):
                yield line - len(record), record or [""]
                record = []
            else:
                record.append(text.rstrip("\r\n"))
        if any(text.strip() for text in record):
            yield line - len(record) + 1, record


def mol_block(record: Record) -> str:
    """The part of a record that says what the molecule is, its title first."""
    ends = (place for place, text in enumerate(record) if text.startswith("M  END"))
    return "\n".join(record[: next(ends, len(record)) + 1]) + "\n"


def properties(record: Record) -> dict[str, str]:
    """The data items of a record: ``> <name>``, then lines up to an empty one."""
    found: dict[str, str] = {}
    name = None
    for text in record:
        if heading := re.match(r">.*?<([^>]*)>", text):
            name = heading.group(1)
            found[name] = ""
        elif not text.strip():
            name = None
        elif name is not None:
            found[name] = f"{found[name]}\n{text}".strip()
    return found
