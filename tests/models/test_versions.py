"""Versions of what made a result."""

import platform

import torch

from multigraft.models import versions as module
from multigraft.models.versions import versions


def test_versions_name_what_is_installed_and_skip_the_rest(monkeypatch):
    monkeypatch.setattr(module, "LIBRARIES", ("torch", "no-such-library"))
    assert versions() == {"python": platform.python_version(), "torch": torch.__version__}
