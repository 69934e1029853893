"""Submitted results on disk: a directory with a file each, named by what it claims to be."""

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from multigraft.errors import InputError
from multigraft.files import write_json
from multigraft.leaderboard.metrics import METRICS
from multigraft.leaderboard.results import Result

VARIABLE, DEFAULT = "MULTIGRAFT_SUBMISSIONS", "submissions"


def store_of(named: Path | None) -> "Store":
    """The store named, else the one ``MULTIGRAFT_SUBMISSIONS`` names, else ``submissions/`` here."""
    return Store(named or Path(os.environ.get(VARIABLE) or DEFAULT))


class Store:
    """The submitted results in a directory, which need not be there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def results(self) -> list[Result]:
        """All of them, in the order of their files' names.

        Raises:
            InputError: a file that is none of a result, or bears another's name.
        """
        return [self._read(path) for path in sorted(self.path.glob("*.json"))]

    def add(self, results: Sequence[Result], dry_run: bool = False) -> list[Path]:
        """Put results in their places, all or none; returns the files that are new, or with ``dry_run`` would be.

        Raises:
            InputError: two of them, or one of them and one that is there, are of the same run and differ.
        """
        new: dict[Path, Result] = {}
        for one in results:
            place = self.path / f"{one.key}.json"
            there = self._read(place) if place.is_file() else None
            for other, has in ((there, f"{place} has it"), (new.get(place), "both are in the file")):
                if other is not None and other != one:
                    raise InputError(f"nothing was taken: {_differ(other, one)}; {has}")
            if there is None:
                new[place] = one
        if new and not dry_run:
            self._place(new)
        return list(new)

    def _place(self, new: Mapping[Path, Result]) -> None:
        """Write files that nobody else has written meanwhile, all or none."""
        done: list[Path] = []
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".new.", dir=self.path) as scratch:
                for place, one in new.items():
                    write_json(Path(scratch) / place.name, one.to_json())
                for place, one in new.items():
                    if _taken(Path(scratch) / place.name, place):
                        if (there := self._read(place)) != one:
                            raise InputError(f"nothing was taken: {_differ(there, one)}; {place} has it")
                    else:
                        done.append(place)
        except BaseException as error:
            for place in done:
                place.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise InputError(f"cannot write to {self.path}: {error}; nothing was taken") from error
            raise

    def _read(self, path: Path) -> Result:
        try:
            found = Result.from_json(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, RecursionError, InputError) as error:
            raise InputError(f"{path} is not a submitted result: {error}") from error
        if found.key != path.stem:
            raise InputError(f"{path} claims to be another result than its name says: submit it anew")
        return found


def _differ(there: Result, one: Result) -> str:
    """Which result is claimed twice, and in what the claims differ."""
    unit = " %" if (metric := METRICS.get(one.metric)) and metric.share else ""
    says = f"has the value {there.value:g}{unit} already, not {one.value:g}{unit}"
    if there.value == one.value:
        differ = [name.name for name in fields(one) if getattr(one, name.name) != getattr(there, name.name)]
        says = f"is there already with another {', '.join(differ)}"
    return f"{one.model!r} on {one.dataset!r} ({one.task}, {one.metric}, protocol {one.protocol}) {says}"


def _taken(written: Path, place: Path) -> bool:
    """Put a file in its place, whole; whether somebody else's is there."""
    try:
        os.link(written, place)
    except FileExistsError:
        return True
    except OSError:  # a file system without links
        try:
            file = place.open("x", encoding="utf-8")
        except FileExistsError:
            return True
        try:
            with file:
                file.write(written.read_text(encoding="utf-8"))
        except BaseException:
            place.unlink()
            raise
    return False
