"""Whom settings are for."""

import dataclasses

import pytest

from multigraft.cli.study_options import planned
from multigraft.errors import InputError
from multigraft.studies.conditions import check_conditions
from multigraft.studies.names import STUDY_NAMES
from multigraft.studies.places import EVIDENCE
from multigraft.studies.reading import read_settings, read_study
from multigraft.studies.study import Row, Setting
from tests.helpers.cli import complaint

STUDY = read_study("same-table1")


def with_setting(**condition):
    return dataclasses.replace(STUDY, settings=(*STUDY.settings, Setting({"epochs": 2}, **condition)))


@pytest.mark.parametrize("name", STUDY_NAMES)
def test_settings_that_come_with_the_package_are_for_somebody(name):
    study = read_study(name)
    assert check_conditions([study]) == []
    for file in EVIDENCE.glob("*-settings.toml"):
        assert check_conditions([study.planned(settings=read_settings(file))]) == []


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"strategies": ("isam",)}, "settings for strategy 'isam' serve no row; did you mean isame"),
        ({"strategies": ("esame", "singel")}, "settings for strategy 'singel' serve no row; did you mean single"),
        ({"datasets": ("ENZYMS",)}, "settings for data set 'ENZYMS' serve no row; did you mean ENZYMES"),
    ],
    ids=str,
)
def test_names_that_nobody_bears_are_mistakes(condition, message):
    with pytest.raises(InputError, match=message):
        check_conditions([with_setting(**condition)])


@pytest.mark.parametrize("condition", [{"strategies": ("reptile",)}, {"datasets": ("MUTAG", "zinc250k")}], ids=str)
def test_settings_may_be_for_what_a_study_lacks(condition):
    assert check_conditions([with_setting(**condition)]) == []


def test_what_another_study_of_the_call_has_is_known_and_what_none_has_is_told():
    theirs = dataclasses.replace(STUDY, datasets=("mine",), rows=(dataclasses.replace(STUDY.rows[0], strategy="own"),))
    ours = with_setting(strategies=("own",), datasets=("mine",))
    assert check_conditions([ours, theirs]) == []
    assert check_conditions([ours]) == [
        "settings for strategy 'own' serve no row", "settings for data set 'mine' serve no row"
    ]  # fmt: skip


def test_the_reference_is_a_row_as_well():
    ours = with_setting(strategies=("mine",))
    assert check_conditions([ours]) != []
    assert check_conditions([dataclasses.replace(ours, reference=Row("own", "mine", (("gc",),)))]) == []


def test_the_command_line_says_so(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('[[settings]]\nfor = { strategy = "isam" }\ninner_lr = 0.1\n')
    for verb in ("run", "status", "table"):
        said = complaint("study", verb, "same-table1", "--settings", file, "--ledger", tmp_path / "ledger")
        assert "settings for strategy 'isam' serve no row; did you mean isame" in said
    assert not (tmp_path / "ledger").exists()


def test_a_study_on_fewer_data_sets_may_have_settings_for_all_that_it_names(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(
        """
        datasets = ["MUTAG", "mutagens"]
        [[settings]]
        for = { datasets = ["mutagens"] }
        epochs = 3
        [[settings]]
        for = { strategy = "zzz" }
        epochs = 4
        [[rows]]
        strategy = "joint"
        tasks = ["gc"]
        """
    )
    (study,) = planned([str(file)], "MUTAG", None, None, None)
    assert study.datasets == ("MUTAG",)
