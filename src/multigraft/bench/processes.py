"""A process for each race, so that its memory is its own: asks `multigraft.bench.worker`, and ends it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from multigraft.errors import MultigraftError

WORKER = "multigraft.bench.worker"
PATIENCE = 10.0  # seconds that a process may take to close its race


class RaceFailed(MultigraftError):  # noqa: N818 - it is said of a race
    """A race could not be run; the message is its error."""


class RaceProcess:
    """A fresh Python that serves one race; with ``source``, of the multigraft that this folder holds.

    Leaving the block lets it close its race; an error ends it at once. Whatever it has started ends with it.
    """

    def __init__(self, name: str, source: Path | None = None, debug: bool = False) -> None:
        self._side = "" if source is None else "at the commit: "
        self._errors = None if debug else tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", WORKER, name, *(["--debug"] if debug else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
            env=_environment(source),
            start_new_session=True,  # Ctrl-C is for whoever started us, and its group can be ended as one
        )

    def __enter__(self) -> "RaceProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pipes = (self._process.stdin, self._process.stdout, self._errors)
        _close(pipes[0])  # nobody asks any more
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(PATIENCE if kind is None else 0)
        if hasattr(os, "killpg") and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        for pipe in pipes[1:]:
            _close(pipe)

    def ask(self, do: str, **details: Any) -> dict[str, Any]:
        """The answer of the worker.

        Raises:
            RaceFailed: it failed, or its process ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            print(json.dumps({"do": do, **details}), file=self._process.stdin, flush=True)
        except BrokenPipeError:
            raise RaceFailed(self._epitaph()) from None
        line = self._process.stdout.readline()
        if not line:
            raise RaceFailed(self._epitaph())
        answer = json.loads(line)
        if "error" in answer:
            raise RaceFailed(self._side + answer["error"])
        return answer

    def _epitaph(self) -> str:
        """How the process ended, and its last words."""
        code = self._process.wait()
        words: list[bytes] = []
        if self._errors is not None:
            self._errors.seek(0)
            words = self._errors.read().strip().splitlines()
        last = f": {words[-1].decode(errors='replace')}" if words else ""
        return f"{self._side}its process ended with code {code}{last}"


def _close(file: Any) -> None:
    """Close it, even where there is nobody left to read what was written last."""
    if file is not None:
        with suppress(OSError):
            file.close()


def _environment(source: Path | None) -> Mapping[str, str]:
    """Ours; with ``source`` first among the places where Python looks for packages."""
    if source is None:
        return os.environ
    places = [str(source), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
