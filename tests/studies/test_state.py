import dataclasses

from multigraft.studies.grid import runs
from multigraft.studies.ledger import BEFORE, Ledger
from multigraft.studies.state import Progress, progress_of, spent, spoilt, unpaired
from tests.helpers.studies import a_record, a_run, small_study


def filled(tmp_path, count=None, **changes):
    study, ledger = small_study(), Ledger(tmp_path)
    for place, run in enumerate(list(runs(study, "strict"))[:count]):
        ledger.write(run, a_record(run, fingerprint=f"f{place}", **changes))
    return study, ledger


def test_progress_counts_runs_by_data_and_protocol(tmp_path):
    study, ledger = filled(tmp_path, 3)
    wanted = len(list(runs(study, "strict")))
    (part,) = progress_of(study, ledger)
    assert part == Progress("MUTAG", "strict", 3, wanted, part.seconds)


def test_seconds_count_what_an_encoder_goes_on_from_once(tmp_path):
    before = {"first": 100.0, "second": 10.0}
    one, two = (a_record(a_run(seed), seconds=1.0, fingerprint=name) for seed, name in enumerate("ab"))
    one.training[BEFORE], two.training[BEFORE] = before, {"first": 100.0}
    first = a_record(a_run(2), seconds=100.0, fingerprint="first")
    assert spent([one, two]) == 4 * 1.0 + 110.0
    assert spent([first, one, two]) == 100.0 + 4 * 1.0 + 110.0  # its own measurement besides
    assert one.content() == dataclasses.replace(one, training=one.training | {BEFORE: {"first": 5.0}}).content()


def test_seconds_count_measuring_and_each_training_once(tmp_path):
    study, ledger = small_study(), Ledger(tmp_path)
    for run in list(runs(study, "strict"))[:2]:
        ledger.write(run, a_record(run, seconds=5.0, fingerprint="same"))
    assert progress_of(study, ledger)[0].seconds == 15.0


def test_nothing_is_done_of_an_empty_ledger(tmp_path):
    assert progress_of(small_study(), Ledger(tmp_path))[0].done == 0


def test_spoilt_files_are_named_and_not_counted(tmp_path):
    study, ledger = filled(tmp_path)
    first = next(iter(runs(study, "strict")))
    ledger.file(first).write_text("half")
    (found,) = spoilt(ledger)
    assert found.path == ledger.file(first)
    part = progress_of(study, ledger)[0]
    assert part.done == part.wanted - 1


def test_equal_splits_and_data_are_paired(tmp_path):
    study, ledger = filled(tmp_path)
    assert unpaired(study, ledger) == []


def test_other_splits_or_data_are_named(tmp_path):
    study, ledger = filled(tmp_path)
    first, second, *_ = runs(study, "strict")
    ledger.write(first, a_record(first, identity="other"))
    ledger.write(second, a_record(second, split={"kind": "stratified", "seed": second.seed, "digest": "other"}))
    found = unpaired(study, ledger)
    assert len(found) == len({first.seed, second.seed})
    assert all("are of different data or splits" in one for one in found)
    assert any(f"MUTAG, split {first.seed}" in one for one in found)
