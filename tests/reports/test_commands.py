"""Commands on the page must run as they stand."""

import dataclasses
import shlex

import pytest

from multigraft.graphs.names import EMBEDDED
from multigraft.reports.commands import suggestions
from tests.helpers.reports import HOSTILE, trained_encoder


def commands(trained=None, dataset: str = "MUTAG", encoder_dir: str = "out/encoder") -> list[list[str]]:
    found = suggestions(trained or trained_encoder(), dataset, "strict", encoder_dir)
    return [shlex.split(line) for _, text in found for line in text.splitlines()]


def test_verbs_and_values():
    again, report, other, embed, show, own = commands()
    assert again == shlex.split(
        "multigraft train MUTAG --tasks gc,nc,lp --strategy esame --epochs 4 --seed 4 --out out/encoder-seed4"
    )
    assert report[:4] == ["multigraft", "report", "out/encoder-seed4", "MUTAG"]
    assert other[5:9] == ["--strategy", "isame", "--epochs", "8"]
    assert embed[1:4] == ["embed", "out/encoder", "MUTAG"]
    assert show[1:3] == ["data", "show"]
    assert own[1] == "train"


def test_options_exist_on_the_command_line():
    typer = pytest.importorskip("typer")
    from multigraft.cli.main import app

    verbs = typer.main.get_command(app).commands
    for _, verb, *rest in commands():
        if verb != "data":
            known = {name for parameter in verbs[verb].params for name in parameter.opts}
            assert {word for word in rest if word.startswith("--")} <= known, verb


@pytest.mark.parametrize("name", [*EMBEDDED, "PROTEINS_full"])
def test_a_name_of_the_catalog_is_used(name: str):
    assert commands(dataset=name)[0][2] == name


def test_any_other_data_is_a_placeholder_that_is_explained():
    found = suggestions(trained_encoder(), "my folder", "paper", "out")
    assert "DATA stands for the folder" in found[0][0]
    assert "multigraft train DATA " in found[0][1]
    assert "--protocol paper" in found[0][1]


def test_names_are_quoted_for_a_shell():
    for words in commands(encoder_dir=f"{HOSTILE}; rm -rf x"):
        assert words[0] == "multigraft"
        assert "rm" not in words


def test_other_strategies_lead_to_esame():
    trained = dataclasses.replace(trained_encoder(), strategy={"name": "joint"}, metadata={})
    assert "esame" in commands(trained)[2]
