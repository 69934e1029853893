"""--config FILE: the same names, below the command line, wrong entries named with their file."""

import json

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from multigraft.cli import options as o
from multigraft.cli.config import read_config
from multigraft.cli.verbs import Verbs
from multigraft.errors import InputError


def call(*words: object) -> tuple[dict, str, int]:
    """The options that a verb receives, what is said on standard error, and the exit code."""
    app = typer.Typer(cls=Verbs, pretty_exceptions_enable=False)
    received = {}

    @app.callback()
    def root() -> None:
        """A group needs a callback to stay a group with one verb."""

    @app.command()
    def act(
        data: str = "none",
        inner_steps: int = 1,
        inner_lr: float | None = None,
        first_order: bool = False,
        targets: o.Targets = None,
        config: o.Config = None,
    ) -> None:
        received.update(data=data, inner_steps=inner_steps, inner_lr=inner_lr, first_order=first_order, targets=targets)

    result = CliRunner().invoke(app, ["act", *map(str, words)])
    return received, result.stderr, result.exit_code


@pytest.fixture
def write(tmp_path):
    def written(name, text):
        path = tmp_path / name
        path.write_text(text)
        return path

    return written


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.toml", 'data = "ENZYMES"\ninner-steps = 3\ninner-lr = 0.1\nfirst-order = true\n'),
        ("c.toml", 'data = "ENZYMES"\ninner_steps = 3\ninner_lr = 0.1\nfirst_order = true\n'),
        ("c.yaml", "data: ENZYMES\ninner-steps: 3\ninner-lr: 0.1\nfirst-order: true\n"),
        ("c.yml", "data: ENZYMES\ninner_steps: 3\ninner_lr: 0.1\nfirst_order: yes\n"),
        ("c.json", json.dumps({"data": "ENZYMES", "inner-steps": 3, "inner-lr": 0.1, "first-order": True})),
    ],
)
def test_values_come_from_the_file(write, name, text):
    received, said, code = call("--config", write(name, text))
    assert (code, said) == (0, "")
    assert received == {"data": "ENZYMES", "inner_steps": 3, "inner_lr": 0.1, "first_order": True, "targets": None}


@pytest.mark.parametrize("config_first", [True, False])
def test_the_command_line_goes_before_the_file(write, config_first):
    config = ["--config", write("c.toml", "inner-steps = 3\ninner-lr = 0.1\n")]
    steps = ["--inner-steps", 7]
    received, _, code = call(*(config + steps if config_first else steps + config))
    assert code == 0
    assert (received["inner_steps"], received["inner_lr"]) == (7, 0.1)


def test_without_a_file_the_defaults_hold():
    assert call()[0]["inner_steps"] == 1


def test_a_list_stands_for_values_between_commas(write):
    assert call("--config", write("c.toml", 'targets = ["gc", "nc"]'))[0]["targets"] == "gc,nc"
    assert call("--config", write("c.toml", 'targets = "gc,nc"'))[0]["targets"] == "gc,nc"


@pytest.mark.parametrize(("text", "value"), [("1", 1.0), ("5e-4", 5e-4)])  # YAML takes 5e-4 for text
def test_numbers_may_be_written_in_any_way(write, text, value):
    assert call("--config", write("c.yaml", f"inner-lr: {text}"))[0]["inner_lr"] == value


def test_a_number_serves_where_text_may_stand(write):
    assert call("--config", write("c.toml", "data = 32"))[0]["data"] == "32"


@pytest.mark.parametrize("text", ["", "# nothing\n"])
@pytest.mark.parametrize("name", ["c.toml", "c.yaml"])
def test_an_empty_file_changes_nothing(write, name, text):
    received, _, code = call("--config", write(name, text))
    assert (code, received["inner_steps"]) == (0, 1)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("inner-step = 3", "there is no option 'inner-step'; the nearest is 'inner-steps'"),
        ("epochs = 3", "there is no option 'epochs'"),
        ("config = 'other.toml'", "there is no option 'config'"),
        ("inner-steps = 'three'", "option 'inner-steps'"),
        ("inner-steps = 1.5", "option 'inner-steps'"),
        ("inner-steps = true", "option 'inner-steps' takes <int>, got True"),
        ("first-order = 1", "option 'first-order' takes true or false, got 1"),
        ("[inner-steps]\nx = 1", "option 'inner-steps'"),
    ],
)
def test_wrong_entries_are_named_with_their_file(write, text, named):
    path = write("c.toml", text)
    received, said, code = call("--config", path)
    assert (received, code) == ({}, 2)
    assert said.startswith(f"error: {path}: ")
    assert named in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("c.toml", "a = = 1", "is not TOML"),
        ("c.yaml", "a: [1", "is not YAML"),
        ("c.json", "{", "is not JSON"),
        ("c.yaml", "- 1\n- 2\n", "must hold options and their values, not list"),
        ("c.ini", "a = 1", "name it .toml, .yaml or .json"),
    ],
)
def test_files_that_cannot_be_read(write, name, text, named):
    _, said, code = call("--config", write(name, text))
    assert code == 2
    assert named in said


def test_a_missing_file(tmp_path):
    _, said, code = call("--config", tmp_path / "none.toml")
    assert code == 2
    assert "none.toml" in said


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "c.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot read"):
        read_config(path)


names = st.from_regex(r"[a-z]{1,8}", fullmatch=True)


@given(st.dictionaries(names, st.integers() | st.booleans() | st.floats(-9, 9)))
def test_what_is_written_is_read(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("config") / "c.json"
    path.write_text(json.dumps(table))
    assert read_config(path) == table


def test_an_entry_with_a_comma_stays_one(write):
    file = write("c.toml", 'targets = ["benign, malignant", "other"]\n')
    received, _, code = call("--config", file)
    assert (received["targets"], code) == ('"benign, malignant",other', 0)
