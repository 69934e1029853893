"""Small graphs and an encoder trained on them, shared by the tests of all verbs."""

from pathlib import Path

import pytest

from tests.helpers.cli import answer, write_folder
from tests.helpers.graphs import random_graphs


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty small graphs with attributes, node labels and graph labels."""
    graphs = random_graphs(40, seed=1, least_nodes=5, most_nodes=12, density=0.4)
    return write_folder(tmp_path_factory.mktemp("data") / "orchard", graphs)


@pytest.fixture(scope="session")
def encoder(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of an encoder trained for two epochs on ``folder``."""
    out = tmp_path_factory.mktemp("encoders") / "encoder"
    answer(
        "train",
        folder,
        "--encoder",
        "gcn",
        "--epochs",
        2,
        "--dim",
        8,
        "--layers",
        2,
        "--validation-draws",
        1,
        "--out",
        out,
    )
    return out
