"""What the process of a race answers."""

import io
import json
import os

import pytest

from multigraft.bench import worker
from multigraft.bench.worker import DOES, Runner, own_output, serve


def ask(name, *questions, debug=False):
    """The answers, and the runner that gave them."""
    answers, runner = io.StringIO(), Runner(name)
    serve(runner, iter([json.dumps(question) + "\n" for question in questions]), answers, debug)
    return [json.loads(line) for line in answers.getvalue().splitlines()], runner


def test_a_race_is_answered_with_its_row(clock):
    [row], _ = ask("tests.helpers.races:naps", {"do": "race", "repeats": 2})
    assert (row["name"], row["unit"], row["rounds"]) == ("naps", "ms", 2)


def test_turns_of_the_fast_side(clock):
    answers, runner = ask("tests.helpers.races:naps", {"do": "warm"}, {"do": "turn"}, {"do": "turn"})
    warm, *turns = answers
    assert warm["seconds"] == pytest.approx(runner.fast.expected)
    assert (warm["threads"], warm["what"]) == (1, "naps")
    assert all(turn["seconds"] == pytest.approx(1e-3) for turn in turns)


def test_a_profile():
    [seen], _ = ask("tests.helpers.races:product", {"do": "profile"})
    assert seen["name"] == "product"
    assert seen["operators"][0]["name"] == "aten::mm"


def test_the_machine_is_described_without_building_the_race(monkeypatch):
    monkeypatch.setattr(worker.machine, "describe", lambda: {"cores": 2})
    [found], runner = ask("tests.helpers.races:broken", {"do": "describe"})
    assert found == {"cores": 2}
    runner.close()
    assert vars(runner) == {"name": "tests.helpers.races:broken"}


@pytest.mark.parametrize("do", sorted(DOES.keys() - {"describe"}))
def test_a_failure_is_answered_by_its_error(do):
    answers, _ = ask("tests.helpers.races:broken", {"do": do}, {"do": do})
    assert answers == [{"error": "ValueError: no luck"}] * 2


def test_where_a_failure_came_from_is_shown_on_demand(capsys):
    ask("tests.helpers.races:broken", {"do": "warm"})
    assert capsys.readouterr().err == ""
    ask("tests.helpers.races:broken", {"do": "warm"}, debug=True)
    assert "helpers/races.py" in capsys.readouterr().err


def test_what_a_race_has_started_is_ended(tmp_path, monkeypatch):
    monkeypatch.setenv("TOY_CLOSED", str(tmp_path / "closed"))
    _, runner = ask("tests.helpers.races:product", {"do": "warm"})
    assert not (tmp_path / "closed").exists()
    runner.close()
    assert (tmp_path / "closed").read_text() == "closed"


def test_a_race_without_anything_to_end(clock):
    _, runner = ask("tests.helpers.races:naps", {"do": "warm"})
    assert runner.race.close is None
    runner.close()


def test_answers_have_standard_output_to_themselves(capfd):
    keep = os.dup(1)
    try:
        with own_output() as answers:
            print("{}", file=answers, flush=True)
            os.write(1, b"noise\n")
    finally:
        os.dup2(keep, 1)
        os.close(keep)
    seen = capfd.readouterr()
    assert (seen.out, seen.err) == ("{}\n", "noise\n")
