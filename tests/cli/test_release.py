"""``multigraft release``."""

import pytest

from multigraft.models.storage import load_encoder
from tests.helpers.cli import answer, complaint, multigraft
from tests.helpers.finetuning import pretrained


@pytest.fixture
def place(tmp_path):
    return pretrained().save(tmp_path / "whole")


def test_an_encoder_is_made_small(place, tmp_path):
    out = tmp_path / "small"
    found = answer("release", place, "--out", out)
    assert (found["verb"], found["out"], found["encoder"]) == ("release", str(out), str(place))
    assert found["bytes"] == sum(file.stat().st_size for file in out.iterdir())
    assert found["bytes"] < sum(file.stat().st_size for file in place.iterdir() if file.is_file())
    again = load_encoder(out)
    assert (again.fingerprint, again.width()) == (found["fingerprint"], found["dim"])


def test_people_are_told_its_size(place, tmp_path):
    shown = multigraft("release", place, "--out", tmp_path / "small").stdout
    assert f"{tmp_path / 'small'}: 0.0 MB, graphs become {load_encoder(place).width()} numbers" in " ".join(
        shown.split()
    )


def test_its_card_can_begin_with_files(place, tmp_path):
    (tmp_path / "a.md").write_text("# Mine\n")
    (tmp_path / "b.md").write_text("Scores.\n")
    answer("release", place, "--out", tmp_path / "small", "--about", f"{tmp_path / 'a.md'},{tmp_path / 'b.md'}")
    assert "# Mine\n\nScores.\n\n## " in (tmp_path / "small" / "README.md").read_text()
    assert "cannot read" in complaint("release", place, "--out", tmp_path / "no", "--about", tmp_path / "c.md")
    assert not (tmp_path / "no").exists()


def test_mistakes_are_named(place, tmp_path):
    assert "no trained encoder" in complaint("release", tmp_path / "none", "--out", tmp_path / "out")
    assert "exists" in complaint("release", place, "--out", place)
    assert not (tmp_path / "out").exists()
