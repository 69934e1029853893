"""The directory of work that takes several runs of training: a new one, or that of the work which is to go on."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from reprlib import repr
from typing import Any

from filelock import FileLock, Timeout

from multigraft.errors import InputError
from multigraft.files import write_json

OPTIONS, LOCK = "options.json", "lock"


@contextmanager
def claimed(
    folder: Path, wanted: dict[str, Any], resume: bool, work: str = "search", free: frozenset[str] = frozenset()
) -> Iterator[None]:
    """Make ``folder`` the directory of the work with the ``wanted`` options, or check that it is; for us alone.

    ``work`` is what it is called; the options that are ``free`` may differ when it is resumed. Nothing is written while
    another process works there.

    Raises:
        InputError: it holds something else, or work with other options, or work that is not to be resumed; another
            process works there.
    """
    _check(folder, wanted, resume, work, free)
    try:
        folder.mkdir(parents=True, exist_ok=resume)
    except FileExistsError as error:
        raise InputError(f"output directory {folder} exists: choose another") from error
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise InputError(
            f"another process works on the {work} in {folder}: wait for it, or choose another directory"
        ) from error
    try:
        if resume:
            _check(folder, wanted, resume, work, free)  # again, as nobody else can write now
        write_json(folder / OPTIONS, wanted)
        yield
    finally:
        lock.release()


def check_free(folder: Path, resume: bool) -> None:
    """Refuse a directory that is there already, unless the work in it is to be resumed.

    Raises:
        InputError: it is there.
    """
    if folder.exists() and not resume:
        started = (folder / OPTIONS).is_file()
        hint = "add --resume to go on with it, or choose another" if started else "choose another"
        raise InputError(f"output directory {folder} exists: {hint}")


def _check(folder: Path, wanted: dict[str, Any], resume: bool, work: str, free: frozenset[str]) -> None:
    file = folder / OPTIONS
    check_free(folder, resume)
    if file.is_file():
        try:
            stored = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"cannot resume, {file} cannot be read: {error}") from error
        differing = [name for name in wanted if name not in free and stored.get(name) != wanted[name]]
        if differing:
            changes = ", ".join(
                f"{name}: {repr(stored.get(name))} there, {repr(wanted[name])} now" for name in differing
            )
            raise InputError(
                f"cannot resume {folder}: it was started with other options ({changes}): give those, or delete it"
            )
    elif folder.exists() and (not folder.is_dir() or any(entry.name != LOCK for entry in folder.iterdir())):
        raise InputError(f"{folder} holds no {work} to resume: choose another directory")
