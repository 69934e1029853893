import pytest

from multigraft.errors import InputError
from multigraft.studies.ledger import Ledger
from multigraft.studies.reading import read_study
from multigraft.studies.schedule import unfinished, units
from tests.helpers.studies import a_record, small_study

TABLES = [f"same-table{number}" for number in range(1, 5)]


def enzymes(names, splits=2):
    return [read_study(name).planned(["ENZYMES"], splits) for name in names]


def test_what_tables_share_is_one_unit():
    work = units(enzymes(TABLES, splits=1), ["strict"])
    assert len(work) == 24 + 1 + 1  # encoders, the untrained one, what sees no graph
    assert len({unit.training for unit in work}) == 26
    runs = [run for unit in work for run in unit.runs]
    assert len(runs) == len(set(runs))


def test_the_first_split_comes_first():
    seeds = [(unit.training or unit.runs[0]).seed for unit in units(enzymes(TABLES, splits=3))]
    assert seeds == sorted(seeds)
    assert set(seeds) == {0, 1, 2}


def test_what_fine_tuning_starts_from_is_a_unit_though_no_run_asks_it():
    work = units(enzymes(["same-table2"], splits=1), ["strict"])
    (base,) = [unit for unit in work if not unit.runs]
    assert base.training.strategy == "joint"
    starts = {unit.training.start for unit in work if unit.training is not None} - {None}
    assert starts == {base.training}
    assert work.index(base) < min(work.index(unit) for unit in work if unit.training and unit.training.start)


def test_a_unit_has_its_runs_under_both_protocols():
    work = units(enzymes(["same-table1"], splits=1))
    isame = next(unit for unit in work if unit.training is not None and unit.training.strategy == "isame")
    assert {run.protocol for run in isame.runs} == {"strict", "paper"}


def test_a_protocol_that_the_study_does_not_name():
    with pytest.raises(InputError, match="study 'small' names no protocol 'paper', but strict"):
        units([small_study()], ["paper"])


def test_only_what_is_missing_is_left(tmp_path):
    work, ledger = units([small_study()]), Ledger(tmp_path)
    assert unfinished(work, ledger) == work
    for run in work[0].runs:
        ledger.write(run, a_record(run))
    assert unfinished(work, ledger) == work[1:]
    for unit in work:
        for run in unit.runs:
            ledger.write(run, a_record(run))
    assert unfinished(work, ledger) == []


def test_a_base_is_left_while_something_that_starts_from_it_is(tmp_path):
    work, ledger = units(enzymes(["same-table2"], splits=1), ["strict"]), Ledger(tmp_path)
    (base,) = [unit for unit in work if not unit.runs]
    for unit in work:
        if unit.training is None or unit.training.start is None:
            for run in unit.runs:
                ledger.write(run, a_record(run))
    left = unfinished(work, ledger)
    assert base in left
    assert len(left) == 1 + 3
