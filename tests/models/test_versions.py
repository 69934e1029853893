"""Versions of what made a result."""

import platform

import torch

import multigraft as mg
from multigraft.models import versions as module
from multigraft.models.versions import versions


def test_versions_name_what_is_installed_and_skip_the_rest(monkeypatch):
    monkeypatch.setattr(module, "LIBRARIES", ("torch", "no-such-library"))
    wanted = {"python": platform.python_version(), "multigraft": mg.__version__, "torch": torch.__version__}
    assert versions() == wanted
