from multigraft.studies.ledger import Ledger
from multigraft.studies.places import EVIDENCE, ledger_to_read, ledger_to_write
from multigraft.studies.reading import read_study
from tests.helpers.studies import small_study


def test_a_named_ledger_goes_above_all(tmp_path, monkeypatch):
    monkeypatch.setenv("MULTIGRAFT_LEDGER", str(tmp_path / "other"))
    assert ledger_to_write(tmp_path / "mine").path == tmp_path / "mine"
    assert ledger_to_read(tmp_path / "mine", small_study()).path == tmp_path / "mine"


def test_then_comes_the_environments(tmp_path, monkeypatch):
    monkeypatch.setenv("MULTIGRAFT_LEDGER", str(tmp_path / "other"))
    assert ledger_to_write(None).path == tmp_path / "other"
    assert ledger_to_read(None, small_study()).path == tmp_path / "other"


def test_then_the_directory_ledger_here(tmp_path, monkeypatch):
    monkeypatch.delenv("MULTIGRAFT_LEDGER", raising=False)
    monkeypatch.chdir(tmp_path)
    here = ledger_to_write(None)
    assert here.path.resolve() == tmp_path / "ledger"
    here.keep_plan(small_study(), 1, [])
    assert ledger_to_read(None, small_study()).path == here.path


def test_a_study_that_was_not_run_here_is_read_from_the_packages_ledger(tmp_path, monkeypatch):
    monkeypatch.delenv("MULTIGRAFT_LEDGER", raising=False)
    monkeypatch.chdir(tmp_path)
    Ledger(tmp_path / "ledger").keep_plan(small_study("other"), 1, [])
    assert ledger_to_read(None, small_study("same-table1")).path == EVIDENCE


def test_the_packages_ledger_need_not_have_been_made_by_running_the_study(tmp_path, monkeypatch):
    monkeypatch.delenv("MULTIGRAFT_LEDGER", raising=False)
    monkeypatch.chdir(tmp_path)
    study = read_study("recommended-graphs")
    assert not Ledger(EVIDENCE).has_plan(study)
    assert ledger_to_read(None, study).path == EVIDENCE
    Ledger(tmp_path / "ledger").keep_plan(study, None, [])
    assert ledger_to_read(None, study).path.resolve() == tmp_path / "ledger"


def test_a_study_that_was_run_nowhere_is_looked_for_here(tmp_path, monkeypatch):
    monkeypatch.delenv("MULTIGRAFT_LEDGER", raising=False)
    monkeypatch.chdir(tmp_path)
    assert ledger_to_read(None, small_study("mine")).path.resolve() == tmp_path / "ledger"
