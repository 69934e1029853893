"""Races in processes of their own: they answer, they fail, they end."""

import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from multigraft.bench.processes import RaceFailed, RaceProcess
from tests.test_processes import ended

pytestmark = [
    pytest.mark.usefixtures("fresh_pythons"),
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]


def started(path: Path) -> str:
    """What stands in a file, once it is there."""
    for _ in range(600):
        if path.is_file() and path.read_text():
            return path.read_text()
        time.sleep(0.1)
    raise AssertionError("the race was never built")


def test_questions_are_answered_one_by_one_whatever_libraries_print(tmp_path, monkeypatch):
    monkeypatch.setenv("TOY_CLOSED", str(tmp_path / "closed"))
    with RaceProcess("tests.helpers.races:talkative") as process:
        assert process.ask("warm")["threads"] == 1
        assert process.ask("turn")["seconds"] > 0
        assert not (tmp_path / "closed").exists()
    assert (tmp_path / "closed").read_text() == "closed"


@pytest.mark.slow
def test_a_failure_is_an_error_and_the_process_lives_on():
    with RaceProcess("tests.helpers.races:broken") as process:
        for _ in range(2):
            with pytest.raises(RaceFailed, match=r"^ValueError: no luck$"):
                process.ask("warm")


def test_the_end_of_a_process_is_an_error():
    with RaceProcess("tests.helpers.races:killed") as process:
        for _ in range(2):
            with pytest.raises(RaceFailed, match=r"^its process ended with code -9"):
                process.ask("warm")


def test_its_last_words_are_repeated_and_whose_they_are(tmp_path):
    (tmp_path / "multigraft").mkdir()
    (tmp_path / "multigraft" / "__init__.py").touch()
    with RaceProcess("x", source=tmp_path) as process, pytest.raises(RaceFailed) as failed:
        process.ask("warm")
    assert str(failed.value).startswith("at the commit: its process ended with code 1: ")
    assert "multigraft.bench" in str(failed.value)


def test_an_error_ends_whatever_runs_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("TOY_STARTED", str(tmp_path / "pid"))
    with ExitStack() as stack:
        process = stack.enter_context(RaceProcess("tests.helpers.races:endless"))
        print('{"do": "warm"}', file=process._process.stdin, flush=True)
        pids = [int(pid) for pid in started(tmp_path / "pid").split()]
        stack.pop_all().__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert len(pids) == 2
    assert all(map(ended, pids))
