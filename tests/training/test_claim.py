"""Whose directory it is."""

import json

import pytest
from filelock import FileLock

from multigraft.errors import InputError
from multigraft.training.claim import LOCK, OPTIONS, check_free, claimed

WANTED = {"strategy": "esame", "epochs": 5, "space": {"dim": [4, 8]}, "trials": 20, "device": "cpu"}


def claim(*arguments, **options):
    """Take the directory, and leave it at once."""
    with claimed(*arguments, **options):
        pass


@pytest.mark.parametrize("resume", [False, True])
def test_a_new_directory_is_made(tmp_path, resume):
    claim(tmp_path / "new" / "search", WANTED, resume)
    assert json.loads((tmp_path / "new" / "search" / OPTIONS).read_text()) == WANTED


def test_a_search_goes_on_only_when_asked(tmp_path):
    claim(tmp_path / "search", WANTED, False)
    with pytest.raises(InputError, match="exists: add --resume to go on with it"):
        claim(tmp_path / "search", WANTED, False)
    claim(tmp_path / "search", WANTED, True)


def test_only_what_was_begun_there_may_be_resumed_is_said_before_anything_is_made(tmp_path):
    check_free(tmp_path / "new", resume=False)
    assert not (tmp_path / "new").exists()
    with pytest.raises(InputError, match="exists: choose another"):
        check_free(tmp_path, resume=False)
    check_free(tmp_path, resume=True)


@pytest.mark.parametrize("changed", [{"trials": 40}, {"device": "cuda"}], ids=str)
def test_what_may_change(tmp_path, changed):
    claim(tmp_path / "search", WANTED, False)
    claim(tmp_path / "search", WANTED | changed, True, free=frozenset({"trials", "device"}))
    assert json.loads((tmp_path / "search" / OPTIONS).read_text()) == WANTED | changed


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"epochs": 6}, "epochs: 5 there, 6 now"),
        ({"strategy": "isame"}, "strategy: 'esame' there, 'isame' now"),
        ({"space": {"dim": [4, 16]}}, "space: .*8.* there, .*16.* now"),
    ],
    ids=str,
)
def test_what_may_not_change(tmp_path, changed, words):
    claim(tmp_path / "search", WANTED, False)
    with pytest.raises(InputError, match=words):
        claim(tmp_path / "search", WANTED | changed, True)
    assert json.loads((tmp_path / "search" / OPTIONS).read_text()) == WANTED


def test_the_work_has_a_name(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(InputError, match="holds no fine-tuning to resume"):
        claim(tmp_path, WANTED, True, "fine-tuning")


@pytest.mark.parametrize("resume", [False, True])
def test_other_directories_are_left_alone(tmp_path, resume):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(InputError, match="choose another"):
        claim(tmp_path, WANTED, resume)
    with pytest.raises(InputError, match="choose another"):
        claim(tmp_path / "thesis.tex", WANTED, resume)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_an_empty_directory_can_be_taken_on_request(tmp_path):
    claim(tmp_path, WANTED, True)
    assert (tmp_path / OPTIONS).is_file()


def test_options_that_cannot_be_read(tmp_path):
    claim(tmp_path / "search", WANTED, False)
    (tmp_path / "search" / OPTIONS).write_text("{")
    with pytest.raises(InputError, match=r"cannot resume, .*options\.json cannot be read"):
        claim(tmp_path / "search", WANTED, True)


def test_nothing_is_written_while_another_process_works_there(tmp_path):
    claim(tmp_path / "search", WANTED, False)
    with FileLock(tmp_path / "search" / LOCK), pytest.raises(InputError, match="another process works on the search"):
        claim(tmp_path / "search", WANTED | {"trials": 40}, True, free=frozenset({"trials"}))
    assert json.loads((tmp_path / "search" / OPTIONS).read_text()) == WANTED


def test_work_that_was_killed_before_it_had_options_can_be_taken(tmp_path):
    (tmp_path / LOCK).touch()
    claim(tmp_path, WANTED, True)
    assert json.loads((tmp_path / OPTIONS).read_text()) == WANTED


def test_the_lock_is_given_back(tmp_path):
    with pytest.raises(ZeroDivisionError), claimed(tmp_path / "search", WANTED, False):
        raise ZeroDivisionError
    claim(tmp_path / "search", WANTED, True)
