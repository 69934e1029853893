"""Data and encoders are opened with their notes said aloud; options are kept beside a result."""

import dataclasses
import json
from pathlib import Path

import pytest

from multigraft.cli.inputs import keep_options, loaded, opened
from multigraft.errors import InputError
from multigraft.graphs.packed import Origin
from tests.helpers.cli import write_folder
from tests.helpers.graphs import pack, random_graphs


def test_notes_name_their_data_set(capsys, monkeypatch):
    origin = Origin(name="orchard", notes=("degrees are the input", "two columns"))
    graphs = dataclasses.replace(pack([]), origin=origin)
    monkeypatch.setattr("multigraft.graphs.catalog.load", lambda data, node_label_column: graphs)
    assert loaded("orchard", 0) is graphs
    assert capsys.readouterr() == ("", "note: orchard: degrees are the input\nnote: orchard: two columns\n")


def test_the_column_of_node_labels_is_passed_on(tmp_path):
    folder = write_folder(tmp_path / "orchard", random_graphs(5))
    assert len(loaded(str(folder), 0)) == 5
    with pytest.raises(InputError, match="column"):
        loaded(str(folder), 1)


def test_an_encoder_and_its_data(encoder, folder):
    trained, graphs = opened(encoder, str(folder), 0)
    assert trained.origin.checksum == graphs.origin.checksum


def test_a_wrong_encoder_is_found_before_the_data_is_read(tmp_path):
    with pytest.raises(InputError, match="no-encoder"):
        opened(tmp_path / "no-encoder", "no-data", 0)


def test_options_lie_beside_the_result(tmp_path):
    out = tmp_path / "new" / "page.html"
    keep_options(out, "report", encoder=Path("a/b"), seed=3, tasks=("gc",))
    assert json.loads((tmp_path / "new" / "page.html.json").read_text()) == {
        "verb": "report",
        "options": {"encoder": "a/b", "seed": 3, "tasks": ["gc"], "out": str(out)},
    }
