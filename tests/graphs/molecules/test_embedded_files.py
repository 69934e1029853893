"""The files of the embedded sets are found without torch, and what is missing is said."""

import pytest
from rdkit import RDConfig

from multigraft.errors import InputError
from multigraft.graphs.molecules.embedded_files import FILES, embedded_files
from multigraft.graphs.names import EMBEDDED
from tests.helpers.cli import python
from tests.helpers.packages import without


def test_there_are_files_for_every_embedded_set():
    assert FILES.keys() == set(EMBEDDED)
    for name in EMBEDDED:
        assert all(path.is_file() for path in embedded_files(name))


def test_an_rdkit_without_examples(monkeypatch, tmp_path):
    monkeypatch.setattr(RDConfig, "RDDataDir", str(tmp_path))
    with pytest.raises(InputError, match="this RDKit has no example data"):
        embedded_files("nci5k")


def test_no_rdkit_and_no_torch():
    script = (
        without("rdkit", "torch")
        + """
from multigraft.errors import MissingExtraError
from multigraft.graphs.molecules.embedded_files import embedded_files
try:
    embedded_files("nci5k")
except MissingExtraError as error:
    print(error)
"""
    )
    assert "multigraft[molecules]" in python("-c", script).stdout
