"""What the tests of fine-tuning share: graphs, a start, and two seeds that were tuned from it, once a module."""

import pytest

from tests.helpers.finetuning import binary_graphs, pretrained, tune_small


@pytest.fixture(scope="module")
def graphs():
    return binary_graphs()


@pytest.fixture(scope="module")
def start():
    return pretrained()


@pytest.fixture(scope="module")
def tuned(start, graphs, tmp_path_factory):
    """Two seeds from a start, kept in a directory."""
    out = tmp_path_factory.mktemp("tunings") / "tuned"
    return tune_small(start, graphs, seeds=(0, 1), out=out)
