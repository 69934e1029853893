"""The encoders' names are had without waiting for torch, and are those of the registry."""

import subprocess
import sys
from pathlib import Path

from multigraft.encoders import names
from multigraft.encoders.registry import ENCODERS


def test_the_names_are_those_of_the_registry():
    assert set(names.ENCODER_NAMES) == set(ENCODERS)


def test_reading_the_names_imports_nothing_heavy():
    script = "import sys, multigraft.encoders.names; print('torch' in sys.modules)"
    source = str(Path(names.__file__).parents[2])
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONPATH": source}
    )
    assert result.stdout.strip() == "False"
