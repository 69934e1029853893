"""The verbs are there, help is quick, and nothing heavy loads for it."""

import resource
import subprocess
import sys

import pytest

import multigraft as mg
from tests.helpers.cli import environment, multigraft, python

VERBS = ("train", "tune", "probe", "embed", "report", "bench", "doctor", "data")
HEAVY = ("torch", "lightning", "torch_geometric", "sklearn", "pandas", "pyarrow", "matplotlib", "rdkit", "numpy")


def test_help_names_every_verb():
    result = multigraft("--help")
    assert result.exit_code == 0
    for verb in VERBS:
        assert f"\n  {verb} " in result.stdout


def test_no_verb_means_help():
    assert multigraft().stdout == multigraft("--help").stdout
    assert multigraft("data").stdout == multigraft("data", "--help").stdout


@pytest.mark.parametrize("verb", [*VERBS[:-1], "data list", "data show", "data check"])
def test_every_verb_has_the_common_options(verb):
    result = multigraft(*verb.split(), "--help")
    assert result.exit_code == 0
    for option in ("--json", "--config", "--debug", "--help"):
        assert option in result.stdout


def test_version():
    assert multigraft("--version").stdout == f"multigraft {mg.__version__}\n"


def test_the_module_is_the_command_line_too():
    result = python("-m", "multigraft", "--version")
    assert (result.returncode, result.stdout) == (0, f"multigraft {mg.__version__}\n")


def test_help_is_quick():
    """Processor seconds of a fresh process, best of three: waiting for a busy machine does not count."""
    seconds = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert python("-m", "multigraft", "--help").returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(seconds) < 0.5


def test_help_loads_nothing_heavy():
    code = f"import multigraft.cli.main, sys; print([name for name in {HEAVY} if name in sys.modules])"
    assert python("-c", code).stdout == "[]\n"


def test_completion_needs_nothing_heavy():
    script = f"""
import sys
from multigraft.cli import options
options.complete_data("chem"), options.complete_tasks("gc,"), options.complete_strategy(), options.complete_protocol()
print([name for name in {HEAVY} if name in sys.modules])
"""
    assert python("-c", script).stdout == "[]\n"


def test_a_closed_pipe_leaves_no_traceback():
    head = f"{sys.executable} -m multigraft data list | head -n 1"
    result = subprocess.run(
        ["bash", "-c", head], capture_output=True, text=True, check=False, timeout=60, env=environment()
    )
    assert result.stdout.startswith("name")
    assert "Traceback" not in result.stderr
