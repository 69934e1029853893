"""A study's records under one protocol, read once, and checked to be of the same data and splits."""

from pathlib import Path

from multigraft.errors import InputError
from multigraft.evaluation.names import DESCRIPTIONS, JOINED, sign
from multigraft.studies.grid import Line, Run, runs
from multigraft.studies.ledger import TRAINED, Ledger, Record
from multigraft.studies.study import BASELINES, Study

Question = tuple[str, str]  # metric and features
TITLES = {"logistic": "ridge"}  # what a reader of yes-or-no targets is called where it reads numbers


class Records:
    """What the ledger holds of a study under one protocol.

    Raises:
        InputError: two of them were measured on different data, splits or corpora of one name.
    """

    def __init__(self, study: Study, protocol: str, ledger: Ledger) -> None:
        read = ((run, ledger.read(run)) for run in runs(study, protocol))
        self.found: dict[Run, Record] = {run: record for run, record in read if record is not None}
        _check_pairing({ledger.file(run): record for run, record in self.found.items()})

    def questions(self, line: Line, task: str) -> list[Question]:
        """The metrics and features that the line's records have of a task, the headline first."""
        named = (
            (row["metric"], row["features"])
            for record in self._of(line).values()
            for row in record.scores
            if (row["task"], row["encoder"]) == (task, _encoder(line)) and row["probe"] in _probes(line, row["probe"])
        )
        return list(dict.fromkeys(named))

    def values(self, line: Line, task: str, question: Question) -> dict[int, float]:
        """The scores by split: in percent, errors in the units of the data.

        A split that was not run, or does not define the score, is not there.
        """
        found = {}
        scale = 100 if sign(question[0]) > 0 else 1
        for split, record in self._of(line).items():
            row = record.score(task, _encoder(line), *question, probes=_probes(line))
            if row is not None and row["value"] is not None:
                found[split] = scale * float(row["value"])
        return found

    def epochs(self, line: Line) -> tuple[int, ...]:
        """For how many epochs the line's encoders were trained, each number once."""
        told = (record.training for record in self._of(line).values() if line.row.trains)
        return tuple(sorted({one["epochs"] for one in told if one and one["epochs"] is not None}))

    def _of(self, line: Line) -> dict[int, Record]:
        return {run.seed: self.found[run] for run in line.runs if run in self.found}


def _encoder(line: Line) -> str:
    """What a record calls the encoder that the line is about."""
    if line.row.strategy in BASELINES:
        return line.row.strategy
    return f"{TRAINED}{JOINED}{line.row.fuse}" if line.row.fuse else TRAINED


def _probes(line: Line, *others: str) -> tuple[str, ...]:
    """Whose answers are the line's: a description has several readers, and all else is asked by one."""
    return (TITLES.get(line.row.probe, line.row.probe), line.row.probe) if line.row.strategy in DESCRIPTIONS else others


def _check_pairing(records: dict[Path, Record]) -> None:
    seen: dict[str, tuple[str, Path]] = {}
    for path, record in records.items():
        name = record.run["dataset"]
        of_split = f"split {record.run['seed']} of {name}"
        measured_on = [(name, record.data["identity"]), (of_split, record.split["digest"])]
        trained_on = [(f"{source}, of which encoders were made", value) for source, value in record.sources.items()]
        for what, value in (*measured_on, *trained_on):
            first, before = seen.setdefault(what, (value, path))
            if first != value:
                raise InputError(
                    f"{before} and {path} were measured on two versions of {what}, which no table may mix: "
                    "move one of them out of the ledger and run the study again"
                )
