"""The command line, called from a test."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from multigraft.graphs.packed import PackedGraphs
from tests.helpers.tu import write_tudataset

ROOT = Path(__file__).parents[2]


def write_folder(folder: Path, graphs: PackedGraphs) -> Path:
    """A folder in TU layout whose files start with its own name; returns ``folder``."""
    return write_tudataset(folder, folder.name, graphs)


def tu_file(folder: Path, kind: str) -> Path:
    """The file of that kind, e.g. ``node_labels``, in a folder that `write_folder` wrote."""
    return folder / f"{folder.name}_{kind}.txt"


def multigraft(*words: object) -> Result:
    """Run the command line in this process, as ``multigraft WORDS`` would run in a process of its own."""
    from multigraft.cli.main import app

    return CliRunner().invoke(app, [str(word) for word in words], prog_name="multigraft")


def answer(*words: object) -> dict[str, Any]:
    """The object in the last line of standard output of ``multigraft WORDS --json``, which must succeed."""
    result = multigraft(*words, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def complaint(*words: object) -> str:
    """What ``multigraft WORDS`` says on bad usage or input: exit code 2, nothing printed, one line of error."""
    result = multigraft(*words)
    *before, line = result.stderr.splitlines()
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert all(other.startswith("note: ") for other in before), result.stderr
    assert line.startswith("error: ")
    return line


def environment(**variables: str) -> dict[str, str]:
    """For a fresh Python: the package on its path, and one thread, as tests run side by side."""
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1", **variables}


def python(*words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """What a fresh Python makes of ``words``."""
    return subprocess.run(
        [sys.executable, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env=environment(**variables),
        timeout=300,
    )
