"""Errors become one line and an exit code; --debug shows where they came from."""

import json
from collections.abc import Callable

import pytest
import typer
from typer.testing import CliRunner, Result

from multigraft.cli import options as o
from multigraft.cli.verbs import Verbs
from multigraft.errors import InputError, MissingExtraError, MultigraftError
from tests.helpers.cli import complaint, multigraft


def run(action: Callable[[], None], *words: str) -> Result:
    """A command line with the one verb ``act``."""
    app = typer.Typer(cls=Verbs, pretty_exceptions_enable=False)

    @app.callback()
    def root() -> None:
        """A group needs a callback to stay a group with one verb."""

    @app.command()
    def act(count: int = 1, _debug: o.Debug = False) -> None:
        action()

    return CliRunner().invoke(app, list(words))


def raising(error: BaseException) -> Callable[[], None]:
    def action() -> None:
        raise error

    return action


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (InputError("file.txt, line 3: not a number"), 2, "error: file.txt, line 3: not a number"),
        (MissingExtraError("the page", "plots"), 2, "error: the page needs the extra 'plots': pip install"),
        (MultigraftError("the loss is no longer a number"), 1, "error: the loss is no longer a number"),
        (ZeroDivisionError("by zero"), 1, "error: ZeroDivisionError: by zero (a failure of multigraft"),
        (OSError(28, "No space left on device"), 1, "error: OSError: [Errno 28] No space left on device"),
    ],
)
def test_errors_become_one_line_and_an_exit_code(error, code, message):
    result = run(raising(error), "act")
    assert result.exit_code == code
    assert result.stderr.startswith(message)
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_message_of_several_lines_is_closed_up():
    result = run(raising(InputError("first\n   second\n\tthird")), "act")
    assert result.stderr == "error: first second third\n"


def test_an_interruption_exits_with_130():
    result = run(raising(KeyboardInterrupt()), "act")
    assert result.exit_code == 130
    assert result.stderr == "interrupted\n"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["act", "--count", "many"], "--count"),
        (["act", "--cuont", "1"], "--count"),
        (["atc"], "act"),
        (["act", "surplus"], "surplus"),
        (["act", "--count"], "--count"),
    ],
)
def test_bad_usage_is_one_line_that_names_the_word(words, named):
    result = run(lambda: None, *words)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert named in result.stderr


def test_success_is_silent():
    result = run(lambda: None, "act")
    assert (result.exit_code, result.output) == (0, "")


def test_an_exit_of_ones_own_is_kept():
    assert run(raising(typer.Exit(2)), "act").exit_code == 2


@pytest.mark.parametrize("error", [InputError("bad"), ZeroDivisionError("by zero"), MultigraftError("worse")])
def test_debug_shows_where_an_error_came_from(error):
    quiet, loud = run(raising(error), "act"), run(raising(error), "act", "--debug")
    assert "Traceback" not in quiet.stderr
    assert "Traceback" in loud.stderr
    assert "in action" in loud.stderr
    assert loud.stderr.splitlines()[-1] == quiet.stderr.strip()
    assert loud.exit_code == quiet.exit_code


def test_debug_comes_before_other_mistakes_on_the_line():
    result = run(lambda: None, "act", "--count", "many", "--debug")
    assert result.exit_code == 2
    assert "Traceback" in result.stderr


@pytest.mark.parametrize(
    ("verb", "option"),
    [
        (("probe", "a", "b"), "--tasks"), (("finetune", "a", "b"), "--targets"), (("finetune", "a", "b"), "--seeds"),
        (("probe", "a", "b"), "--probes"), (("study", "run", "same-table1"), "--datasets"),
    ],
)  # fmt: skip
def test_a_list_that_is_given_twice_is_refused(verb, option):
    assert f"{option} is given twice: write all" in complaint(*verb, option, "gc", option, "lp")


def test_of_other_options_the_last_counts():
    found = []
    result = run(lambda: found.append(1), "act", "--count", "2", "--debug", "--count", "3", "--debug")
    assert (result.exit_code, found) == (0, [1])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("train", "no-such-data"), 2),
        (("train", "--no-such-option"), 2),
        (("train", "a", "--out", "b", "--out", "c"), 2),
    ],
)
def test_errors_are_json_for_scripts(words, code):
    result = multigraft(*words, "--json")
    assert result.exit_code == code
    said = json.loads(result.stdout)["error"]
    assert said
    assert result.stderr == f"error: {said}\n"


def test_an_interruption_is_json_for_scripts(monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("multigraft.cli.doctor.result", lambda as_json: interrupted())
    result = multigraft("doctor", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (130, {"error": "interrupted"})
