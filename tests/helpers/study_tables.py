"""Study tables from made-up ledgers, for what lays them out and draws them."""

from pathlib import Path

from multigraft.reports.study_table import StudyTable, study_table
from multigraft.studies.reading import read_study
from tests.helpers.made_up import made_up


def shipped_table(
    path: Path, name: str, datasets=("ENZYMES",), splits=2, protocols=("strict",), epochs=None, **options
) -> StudyTable:
    """The table of a shipped study on some data sets, from made-up records of all of its runs."""
    plan = read_study(name)
    study = plan.planned(list(datasets), splits, epochs)
    return study_table(study, made_up(study, path, **options), list(protocols), plan)
