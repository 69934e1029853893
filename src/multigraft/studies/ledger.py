"""The ledger: a directory with one JSON file a run, written whole or not at all, merged by copying.

``runs/KEY.json`` holds a run's configuration, scores and circumstances, and a digest of all of it; ``plans/STUDY.json``
how a study was last run; ``encoders/`` the trained encoders, which can be deleted: they are trained again if needed.
"""

import hashlib
import json
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.files import write_json, write_text
from multigraft.studies.grid import Run, key_of, runs
from multigraft.studies.study import Setting, Study

PARTS = ("run", "scores", "data", "split", "training", "seconds", "versions", "time")
TRAINED, SOURCES, BEFORE = "trained", "sources", "seconds_before"


@dataclass(frozen=True)
class Record:
    """What a file of the ledger holds.

    Attributes:
        run: The run's configuration; the file's name is its digest.
        scores: A row for each task, features and metric, as `multigraft.evaluation.table.ProbeRow` has it.
        data: Name, checksum and identity of the graphs.
        split: Kind, seed and digest of the split.
        training: Fingerprint, epochs, best epoch, seconds and validation scores of the encoder, None without one; of
            one that met a corpus or began with released weights also the checksums of those, by name; of one that
            goes on from others the seconds of those, by fingerprint.
        seconds: What the measurement took.
        versions: Of the libraries.
        time: When it was written, UTC.
    """

    run: dict[str, Any]
    scores: list[dict[str, Any]]
    data: dict[str, Any]
    split: dict[str, Any]
    training: dict[str, Any] | None
    seconds: float
    versions: dict[str, str]
    time: str

    def score(
        self,
        task: str,
        encoder: str = TRAINED,
        metric: str | None = None,
        features: str | None = None,
        probes: Container[str] = (),
    ) -> dict[str, Any] | None:
        """The row of a task, the headline's where no metric or features are named; None where there is none.

        ``probes``: who may have answered; empty: whoever did.
        """
        for row in self.scores:
            named = (row["task"], row["encoder"]) == (task, encoder) and (not probes or row["probe"] in probes)
            if named and metric in (None, row["metric"]) and features in (None, row["features"]):
                return row
        return None

    @property
    def sources(self) -> dict[str, str]:
        """The checksums of the corpora and released weights behind the encoder, by name."""
        return {} if self.training is None else self.training.get(SOURCES, {})

    def content(self) -> dict[str, Any]:
        """What does not depend on the machine or the hour: equal for equal runs."""
        training = None
        if self.training is not None:
            training = {name: value for name, value in self.training.items() if name not in ("seconds", BEFORE)}
        return {"run": self.run, "scores": self.scores, "data": self.data, "split": self.split, "training": training}


@dataclass(frozen=True)
class Spoilt:
    """A file of the ledger that cannot be believed, and why."""

    path: Path
    reason: str


class Ledger:
    """The runs in a directory."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def file(self, run: Run) -> Path:
        """Where the run's record is."""
        return self.path / "runs" / f"{run.key}.json"

    def read(self, run: Run) -> Record | None:
        """The run's record; None where there is none, or none that can be believed."""
        found = read_record(self.file(run))
        return found if isinstance(found, Record) else None

    def write(self, run: Run, record: Record) -> None:
        """Put the record in its place."""
        stored = {part: getattr(record, part) for part in PARTS}
        write_json(self.file(run), stored | {"digest": _digest(stored)})

    def records(self) -> Iterator[tuple[Path, Record | Spoilt]]:
        """Every file of the directory, in the order of their names."""
        for path in sorted((self.path / "runs").glob("*.json")):
            found = read_record(path)
            if found is not None:
                yield path, found

    def set_aside(self, spoilt: Spoilt) -> Path:
        """Rename a spoilt file so that its run is done again, and nothing is lost; returns the new name."""
        place = spoilt.path.with_name(f"{spoilt.path.name}.spoilt")
        spoilt.path.replace(place)
        return place

    # --- plans -------------------------------------------------------------------------------------------------------

    def keep_plan(self, study: Study, epochs: int | None, settings: list[Setting]) -> None:
        """Remember how the study is run here; data sets join those of an earlier run that was otherwise the same."""
        plan = {"splits": study.splits, "epochs": epochs, "settings": [_stored(setting) for setting in settings]}
        before = self._plan(study.name) or {}
        same = {name: before.get(name) for name in plan} == plan
        names = {*study.datasets, *(before.get("datasets", []) if same else [])}
        write_json(self._plan_file(study.name), {**plan, "datasets": sorted(names)})

    def planned(self, study: Study) -> Study:
        """The study as it was last run here; as its file says, where it was not."""
        plan = self._plan(study.name)
        if plan is None:
            return study
        known = [name for name in plan["datasets"] if name in study.datasets]
        return study.planned(known, plan["splits"], plan["epochs"], [_setting(one) for one in plan["settings"]])

    def has_plan(self, study: Study) -> bool:
        """Whether the study was run here."""
        return self._plan(study.name) is not None

    def holds(self, study: Study) -> bool:
        """Whether there is anything of the study: it was run here, or runs of it came from elsewhere."""
        every = (self.file(run) for protocol in study.protocols for run in runs(study, protocol))
        return self.has_plan(study) or any(file.exists() for file in every)

    def _plan_file(self, name: str) -> Path:
        return self.path / "plans" / f"{name}.json"

    def _plan(self, name: str) -> dict[str, Any] | None:
        path = self._plan_file(name)
        try:
            plan = json.loads(path.read_text(encoding="utf-8"))
            plan["datasets"], plan["splits"], plan["epochs"], plan["settings"]
            return plan
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"the plan {path} cannot be read ({error}): delete it, or run the study again") from error

    # --- encoders ----------------------------------------------------------------------------------------------------

    @property
    def encoders(self) -> Path:
        """Where trained encoders are kept; git does not look into it."""
        folder = self.path / "encoders"
        if not (folder / ".gitignore").is_file():
            write_text(folder / ".gitignore", "*\n")
        return folder


def read_record(path: Path) -> Record | Spoilt | None:
    """The record in a file, or why it cannot be believed; None where there is no file."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        parts = {part: stored[part] for part in PARTS}
        named, sound = key_of(stored["run"]) == path.stem, _digest(parts) == stored["digest"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        return Spoilt(path, f"it cannot be read: {error}")
    except (KeyError, TypeError, AttributeError):
        return Spoilt(path, "it is not a record")
    if not sound:
        return Spoilt(path, "its content has been changed")
    return Record(**parts) if named else Spoilt(path, "its name belongs to another run")


def _digest(parts: dict[str, Any]) -> str:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _stored(setting: Setting) -> dict[str, Any]:
    return {
        "options": dict(setting.options), "strategies": list(setting.strategies), "tasks": list(setting.tasks),
        "datasets": list(setting.datasets),
    }  # fmt: skip


def _setting(stored: dict[str, Any]) -> Setting:
    return Setting(stored["options"], *(tuple(stored[name]) for name in ("strategies", "tasks", "datasets")))
