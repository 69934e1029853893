"""What ``study table`` and ``study figure`` give to people, scripts and files."""

import csv
import json

import pytest
from PIL import Image

from multigraft.cli.output import plain
from multigraft.cli.study_output import figure, table
from multigraft.errors import InputError
from multigraft.studies.ledger import Ledger
from multigraft.studies.reading import read_study
from tests.helpers.made_up import made_up


@pytest.fixture(scope="module")
def study():
    return read_study("same-table1").planned(["ENZYMES"], 2)


@pytest.fixture(scope="module")
def ledger(study, tmp_path_factory):
    return made_up(study, tmp_path_factory.mktemp("ledger"), kept=lambda run: run.seed == 0 or run.probe != "own")


def printed(found, capsys) -> str:
    found.print(False)
    return capsys.readouterr().out


def test_json_has_the_promised_shape(study, ledger):
    found = json.loads(json.dumps(plain(table(study, ledger, ["strict"]).json), allow_nan=False))
    assert (found["verb"], found["study"], found["protocol"]) == ("study table", "same-table1", "strict")
    assert len(found["cells"]) == 18
    cell = next(cell for cell in found["cells"] if (cell["model"], cell["task"]) == ("isame", "nc"))
    wanted = {
        "trained": "nc",
        "dataset": "ENZYMES",
        "metric": "accuracy",
        "n": 2,
        "published": 87.3,
        "published_std": 0.8,
    }
    assert wanted.items() <= cell.items()
    assert cell["mean"] == pytest.approx(sum(cell["values"].values()) / 2)
    assert found["splits"] == 2
    assert {"difference", "low", "high", "p", "n", "against"} <= found["differences"][0].keys()


def test_what_is_not_known_is_null_in_json(study, ledger):
    found = plain(table(study, ledger, ["strict"]).json)["cells"]
    single = next(cell for cell in found if cell["model"] == "classical")
    assert (single["n"], single["std"]) == (1, None)
    assert next(cell for cell in found if cell["model"] == "majority")["published"] is None


def test_both_protocols_are_in_one_answer(study, ledger):
    found = table(study, ledger).json
    assert found["protocol"] == "both"
    assert {cell["protocol"] for cell in found["cells"]} == {"paper", "strict"}
    assert len(found["cells"]) == 36


def test_people_see_numbers_published_ones_differences_and_notes(study, ledger, capsys):
    text = printed(table(study, ledger, ["strict"]), capsys)
    for words in ("Protocol strict", "isame", "untrained", "majority", "87.3 ± 0.8", "Paired differences", "Nadeau"):
        assert words in text
    assert "[1/2]" in text


def test_files_are_written_whole_and_named_after_study_and_protocol(study, ledger, tmp_path, capsys):
    found = table(study, ledger, ["strict"], out=tmp_path / "new" / "tables")
    names = [
        "same-table1-strict.csv",
        "same-table1-strict-differences.csv",
        "same-table1-strict.md",
        "same-table1-strict.tex",
    ]
    written = sorted(path.name for path in (tmp_path / "new" / "tables").iterdir())
    assert written == sorted(names)
    assert sorted(path.name for path in found.json["files"]) == sorted(names)
    assert f"kept in {tmp_path / 'new' / 'tables' / names[0]}" in printed(found, capsys)
    with (tmp_path / "new" / "tables" / names[0]).open() as file:
        assert len(list(csv.DictReader(file))) == 21


@pytest.mark.parametrize(
    ("form", "start"), [("markdown", "# One task"), ("csv", "protocol,trained"), ("latex", "% One task")], ids=str
)
def test_a_format_is_printed_as_it_is(study, ledger, tmp_path, capsys, form, start):
    found = table(study, ledger, ["paper"], form=form, out=tmp_path)
    text = printed(found, capsys)
    assert text.startswith(start)
    ending = {"markdown": "md", "csv": "csv", "latex": "tex"}[form]
    assert text == (tmp_path / f"same-table1-paper.{ending}").read_text()


def test_a_rehearsal_is_told_by_its_plan(study, ledger):
    plan = read_study("same-table1")
    assert any("2 of the 10 splits" in note for note in table(study, ledger, ["strict"], plan).json["notes"])


def test_unknown_formats_and_protocols_are_refused(study, ledger):
    with pytest.raises(InputError, match="unknown format"):
        table(study, ledger, form="html")
    with pytest.raises(InputError, match="no protocol 'loose'"):
        table(study, ledger, ["loose"])


def test_a_figure_is_an_svg_and_a_png_a_protocol(study, ledger, tmp_path, capsys):
    found = figure(study, ledger, tmp_path)
    names = ["same-table1-paper.png", "same-table1-paper.svg", "same-table1-strict.png", "same-table1-strict.svg"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert sorted(path.name for path in found.json["files"]) == names
    assert found.json["protocols"] == ["strict", "paper"]
    assert (tmp_path / names[1]).read_text().startswith("<svg")
    with Image.open(tmp_path / names[0]) as image:
        assert image.format == "PNG"
    assert printed(found, capsys).count("kept in ") == 4


def test_one_protocol_has_one_figure(study, ledger, tmp_path):
    figure(study, ledger, tmp_path, ["paper"])
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".png", ".svg"]


def test_nothing_is_written_where_there_is_nothing_to_draw(study, tmp_path):
    with pytest.raises(InputError, match="no run of study"):
        figure(study, Ledger(tmp_path / "none"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_directory_that_cannot_be_is_named(study, ledger, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        table(study, ledger, ["strict"], out=tmp_path / "file")
