"""Shared fixtures: real data where there is any, and single-threaded small products."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import settings

# Times say nothing where tests run side by side; a run that gates others should not fail by the luck of its draws.
settings.register_profile("multigraft", deadline=None, max_examples=25, derandomize="CI" in os.environ)
settings.load_profile("multigraft")


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Tests run side by side, one process a core; a thread pool in each would only get in the way."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Packed data sets and checksums go to a directory of this run, not to the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MULTIGRAFT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def real_data() -> Path:
    """The directory of raw data that ``MULTIGRAFT_DATA`` names."""
    root = os.environ.get("MULTIGRAFT_DATA")
    if not root:
        pytest.skip("needs real data: set MULTIGRAFT_DATA to a directory with tudataset/NAME/raw/")
    return Path(root)
