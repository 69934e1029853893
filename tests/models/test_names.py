"""The names of what can be imported are had without waiting for torch, and all of them are built."""

import subprocess
import sys
from pathlib import Path

import pytest

from multigraft.errors import InputError
from multigraft.models import names
from multigraft.models.importing import FORMATS
from multigraft.models.pretrain_gnns import KINDS


def test_reading_the_names_imports_nothing_heavy():
    script = "import sys, multigraft.models.names; print('torch' in sys.modules)"
    source = str(Path(names.__file__).parents[2])
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONPATH": source}
    )
    assert result.stdout.strip() == "False"


def test_the_names_are_of_what_is_built():
    assert set(names.IMPORT_FORMATS) == set(FORMATS)
    assert set(names.IMPORTED_ENCODERS) == set(KINDS)


def test_a_directory_that_is_not_there_is_refused(tmp_path):
    names.check_directory(tmp_path)
    with pytest.raises(InputError, match=r"no trained encoder at .*nowhere: there is no such directory"):
        names.check_directory(tmp_path / "nowhere")
    with pytest.raises(InputError, match="did you mean 'molecules-small'"):
        names.check_directory(Path("molecule-smal"))
    (tmp_path / "mine.csv").write_text("smiles\n")
    with pytest.raises(InputError, match=r"mine\.csv: it is a file; the encoder is named before the data"):
        names.check_directory(tmp_path / "mine.csv")


def test_a_released_encoder_goes_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in names.RELEASED:
        place = names.encoder_place(name)
        assert place.is_relative_to(Path(names.__file__).parent)
        assert (place / names.WEIGHTS).is_file()
        names.check_directory(Path(name))
        assert names.records_place(name) == Path(f"{name}-measured")
        (tmp_path / name).mkdir()
        assert names.encoder_place(name) == place  # nothing was trained into it
        (tmp_path / name / "training").mkdir()  # one's own encoder of that name goes first
        assert names.encoder_place(name) == names.records_place(name) == Path(name)


def test_other_names_are_directories(tmp_path):
    assert names.encoder_place(tmp_path / "mine") == tmp_path / "mine"
    assert names.encoder_place("mine") == names.records_place("mine") == Path("mine")
    assert names.encoder_place(tmp_path / names.RELEASED[0]) == tmp_path / names.RELEASED[0]
