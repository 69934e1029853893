"""Python files of one's own that a study runs first: they add tasks, strategies, encoders to the registries."""

import hashlib
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

from multigraft.errors import InputError


def load_plugins(files: Sequence[Path]) -> None:
    """Run each file once in this process.

    Raises:
        InputError: a file that cannot be read, or that fails.
    """
    for file in files:
        name = f"multigraft_plugin_{_digest(file)}"
        if name in sys.modules:
            continue
        spec = importlib.util.spec_from_file_location(name, file)
        if spec is None or spec.loader is None:
            raise InputError(f"plugin {file} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            del sys.modules[name]
            raise InputError(f"plugin {file} fails: {type(error).__name__}: {error}") from error


def digests(files: Sequence[Path]) -> tuple[str, ...]:
    """What stands for the files in the names of runs: another content gives other runs, another place does not."""
    return tuple(_digest(file) for file in files)


def _digest(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    except OSError as error:
        raise InputError(f"cannot read the plugin {file}: {error}") from error
