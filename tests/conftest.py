"""Shared fixtures: real data where there is any, and single-threaded small products."""

import os
from pathlib import Path

import pytest
import torch
from hypothesis import settings

# Times say nothing where tests run side by side; a run that gates others should not fail by the luck of its draws.
settings.register_profile("multigraft", deadline=None, max_examples=40, derandomize="CI" in os.environ)
settings.load_profile("multigraft")


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Tests run side by side, one process a core; a thread pool in each would only get in the way."""
    torch.set_num_threads(1)


@pytest.fixture
def real_data() -> Path:
    """The directory of raw data that ``MULTIGRAFT_DATA`` names."""
    root = os.environ.get("MULTIGRAFT_DATA")
    if not root:
        pytest.skip("needs real data: set MULTIGRAFT_DATA to a directory with tudataset/NAME/raw/")
    return Path(root)
