"""``multigraft import``."""

import pytest
import torch

from multigraft.models.importing import FORMATS
from multigraft.models.names import IMPORT_FORMATS, IMPORTED_ENCODERS
from multigraft.models.pretrain_gnns import KINDS
from multigraft.models.storage import load_encoder
from tests.helpers.cli import answer, complaint, multigraft
from tests.helpers.released import released


@pytest.fixture
def file(tmp_path):
    torch.save(released("gat"), tmp_path / "gat.pth")
    return tmp_path / "gat.pth"


def test_the_light_names_are_the_formats():
    assert set(IMPORT_FORMATS) == set(FORMATS)
    assert set(IMPORTED_ENCODERS) == set(KINDS)


def test_weights_become_an_encoder(file, tmp_path):
    found = answer("import", file, "--format", "pretrain-gnns", "--encoder", "gat", "--out", tmp_path / "out")
    assert found["verb"] == "import"
    assert (found["kind"], found["featurization"], found["dim"]) == ("gat", "hu", 6)
    trained = load_encoder(tmp_path / "out")
    assert trained.fingerprint == found["fingerprint"]
    assert trained.encoder.config()["heads"] == 2


def test_people_are_told_what_it_reads(file, tmp_path):
    shown = multigraft("import", file, "--encoder", "gat", "--out", tmp_path / "out")
    assert "gat, 6 wide, reads featurization hu" in shown.stdout


def test_mistakes_are_named_and_nothing_is_written(file, tmp_path):
    out = tmp_path / "out"
    assert "unknown format 'onnx'" in complaint("import", file, "--format", "onnx", "--encoder", "gat", "--out", out)
    assert "not of 'gcn'" in complaint("import", file, "--encoder", "gcn", "--out", out)
    assert "no such file" in complaint("import", tmp_path / "none", "--encoder", "gcn", "--out", out)
    assert not out.exists()
    out.mkdir()
    assert "exists" in complaint("import", file, "--encoder", "gat", "--out", out)
