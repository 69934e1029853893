"""Data and encoders are opened with their notes said aloud; options are kept beside a result."""

import dataclasses
import json
from pathlib import Path

import pytest

from multigraft.cli.data_options import DataOptions
from multigraft.cli.inputs import featurization_of, keep_options, loaded, opened, read_as
from multigraft.errors import InputError
from multigraft.graphs.packed import Origin
from multigraft.models.storage import load_encoder
from tests.helpers.cli import write_folder
from tests.helpers.graphs import pack, random_graphs


def test_notes_name_their_data_set(capsys, monkeypatch):
    origin = Origin(name="orchard", notes=("degrees are the input", "two columns"))
    graphs = dataclasses.replace(pack([]), origin=origin)
    monkeypatch.setattr("multigraft.graphs.catalog.load", lambda data, **options: graphs)
    assert loaded("MUTAG", DataOptions()) is graphs
    assert capsys.readouterr() == ("", "note: orchard: degrees are the input\nnote: orchard: two columns\n")


def test_the_column_of_node_labels_is_passed_on(tmp_path):
    folder = write_folder(tmp_path / "orchard", random_graphs(5))
    assert len(loaded(str(folder), DataOptions())) == 5
    with pytest.raises(InputError, match="column"):
        loaded(str(folder), DataOptions(node_label_column=1))


def test_molecules_that_are_read_in_another_way_are_not_told_of_twice(capsys, monkeypatch):
    def load(data, **options):
        kind = options["featurization"] or "hu"
        origin = Origin(name="made", notes=("a column is left out", f"read as {kind}"), featurization=kind)
        return dataclasses.replace(pack([]), origin=origin)

    monkeypatch.setattr("multigraft.graphs.catalog.load", load)
    first = loaded("MUTAG", DataOptions())
    assert read_as(first, "ogb", "MUTAG", DataOptions()).origin.featurization == "ogb"
    assert capsys.readouterr().err.splitlines() == [
        "note: made: a column is left out", "note: made: read as hu", "note: made: read as ogb",
    ]  # fmt: skip


def test_an_encoder_and_its_data(encoder, folder):
    trained, graphs = opened(encoder, str(folder), DataOptions())
    assert trained.origin.checksum == graphs.origin.checksum


def test_molecules_become_what_the_encoder_knows_unless_told_otherwise(encoder, monkeypatch):
    trained, asked = load_encoder(encoder), []
    trained = dataclasses.replace(trained, origin=dataclasses.replace(trained.origin, featurization="ogb"))
    monkeypatch.setattr("multigraft.models.storage.load_encoder", lambda directory: trained)
    monkeypatch.setattr("multigraft.graphs.catalog.load", lambda data, **options: asked.append(options) or pack([]))
    opened(encoder, "bbbp", DataOptions(targets="a,b"))
    opened(encoder, "bbbp", DataOptions(featurization="hu"))
    assert [one["featurization"] for one in asked] == ["ogb", "hu"]
    assert asked[0]["targets"] == ("a", "b")


def test_a_wrong_encoder_is_found_before_the_data_is_read(tmp_path):
    with pytest.raises(InputError, match="no-encoder"):
        opened(tmp_path / "no-encoder", "no-data", DataOptions())


def test_other_graphs_for_an_encoder_of_molecules(folder):
    with pytest.raises(InputError, match=r"molecules-small was trained on molecules, .*: .* is data in TU layout"):
        opened(Path("molecules-small"), str(folder), DataOptions())
    with pytest.raises(InputError, match="featurization is for molecules"):
        opened(Path("molecules-small"), str(folder), DataOptions(featurization="hu"))


def test_options_lie_beside_the_result(tmp_path):
    out = tmp_path / "new" / "page.html"
    keep_options(out, "report", encoder=Path("a/b"), seed=3, tasks=("gc",))
    assert json.loads((tmp_path / "new" / "page.html.json").read_text()) == {
        "verb": "report",
        "options": {"encoder": "a/b", "seed": 3, "tasks": ["gc"], "out": str(out)},
    }


def test_salts_are_as_the_encoder_knows_them_and_a_difference_is_said(encoder, monkeypatch, capsys):
    trained, asked = load_encoder(encoder), []
    known = [dataclasses.replace(trained, origin=dataclasses.replace(trained.origin, featurization="hu",
             strip_salts=strip)) for strip in (False, True)]  # fmt: skip
    monkeypatch.setattr("multigraft.graphs.catalog.load", lambda data, **options: asked.append(options) or pack([]))
    for one in known:
        monkeypatch.setattr("multigraft.models.storage.load_encoder", lambda directory, one=one: one)
        opened(encoder, "bbbp", DataOptions())
    assert [one["strip_salts"] for one in asked] == [False, True]
    with pytest.raises(InputError, match="salts cannot be kept"):
        opened(encoder, "bbbp", DataOptions(strip_salts=False))
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("multigraft.models.storage.load_encoder", lambda directory: known[0])
    opened(encoder, "bbbp", DataOptions(strip_salts=True))
    assert asked[-1]["strip_salts"]
    assert capsys.readouterr().err == "note: salts are stripped here, and were kept where the encoder was trained\n"


def test_how_an_encoder_reads_molecules_is_asked_of_its_file(tmp_path):
    assert featurization_of(Path("molecules-small")) == "ogb"
    assert featurization_of(tmp_path / "nowhere") == ""
    for broken in ("{", "[]", '{"data": 3}'):
        (tmp_path / "config.json").write_text(broken)
        assert featurization_of(tmp_path) == ""
