"""Where a leaderboard's results come from: papers, a ledger, submissions."""

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from multigraft.leaderboard.measured import measured_results, settings_text
from multigraft.leaderboard.printed import printed_results
from multigraft.leaderboard.results import SUBMITTED, Result
from multigraft.leaderboard.site import Material
from multigraft.leaderboard.store import Store
from multigraft.leaderboard.texts import paper_texts
from multigraft.reports.study_table import StudyTable, study_table
from multigraft.studies.ledger import Ledger
from multigraft.studies.reading import read_study
from multigraft.studies.study import Study

PAPER = "paper"


def material_of(ledger: Ledger, store: Store, studies: Sequence[str]) -> Material:
    """Everything: what papers print, what the ledger has of those studies, by name or file, and what was submitted.

    Raises:
        InputError: a study or a submission that cannot be read, or results of different data.
    """
    plans = {name: read_study(name) for name in studies}
    run = [ledger.planned(study) for study in plans.values() if ledger.has_plan(study)]
    measured = measured_results(run, ledger)
    keys = dict.fromkeys(key for one in measured for key in one.runs)
    ours = {one.key: one for one in (*printed_results(), *measured)}  # an import may bring them once more
    repeated = [name for text in paper_texts().values() for name in text.studies]
    stored = store.results()
    brought = [_plain(one) for one in stored if one.key not in ours]
    refuted = [one for one in stored if one.key in ours and ours[one.key].value != one.value]
    return Material(
        [*ours.values(), *brought],
        {name: _judged(plans[name], ledger) for name in repeated if name in plans},
        {key: ledger.path / "runs" / f"{key}.json" for key in keys},
        {study.name: settings_text(study) for study in run},
        frozenset(one.key for one in brought if one.source != SUBMITTED),
        refuted,
    )  # fmt: skip


def _plain(one: Result) -> Result:
    """A submission without what only a ledger can say: how it is measured again, and that it is a baseline."""
    return replace(one, command="", study="", runs=(), baseline=False) if one.source == SUBMITTED else one


def stamp(ledger: Ledger, store: Store) -> frozenset[tuple[str, int, int, int]]:
    """Changes where a file of the ledger or the store does: of each its name, which file it is, its time and size."""
    found = set()
    for folder in _folders(ledger, store):
        for path in folder.glob("*.json"):
            with contextlib.suppress(FileNotFoundError):  # it has gone since
                about = path.stat()
                found.add((str(path), about.st_ino, about.st_mtime_ns, about.st_size))
    return frozenset(found)


def _folders(ledger: Ledger, store: Store) -> tuple[Path, ...]:
    return ledger.path / "runs", ledger.path / "plans", store.path


def _judged(study: Study, ledger: Ledger) -> StudyTable:
    """Under the protocol under which published numbers can be met."""
    judged = PAPER if PAPER in study.protocols else study.protocols[0]
    return study_table(ledger.planned(study), ledger, [judged])
