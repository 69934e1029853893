"""A race in a process of its own: ``python -m multigraft.bench.worker NAME``.

Asked by a line of JSON on standard input, ``{"do": "race", "repeats": null}``, it answers with one on standard output.
What libraries print goes to standard error. It ends when nobody asks any more. `multigraft.bench.processes` is who
asks; it may be of another commit, so a question keeps its name and its meaning.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from io import TextIOBase
from typing import Any

from multigraft.bench import machine, registry
from multigraft.bench.race import Race, run, warmed
from multigraft.bench.sides import Side
from multigraft.errors import MultigraftError
from multigraft.processes import die_with_parent


class Runner:
    """Does what is asked about one race, which is built when it is first needed."""

    def __init__(self, name: str) -> None:
        self.name = name

    @cached_property
    def race(self) -> Race:
        """The race, with its data loaded."""
        return registry.race(self.name)

    @cached_property
    def fast(self) -> Side:
        """The fast side, warm."""
        return warmed(self.race.fast, self.race.fast_units, self.race.threads)[0]

    def duel(self, repeats: int | None = None) -> dict[str, Any]:
        """Race the two sides: `multigraft.bench.race.Result.row`."""
        return run(self.race, repeats).row()

    def warm(self) -> dict[str, Any]:
        """Warm the fast side up for its turns; ``seconds`` is what one will take."""
        return {"seconds": self.fast.expected, "threads": self.fast.threads, "what": self.race.what}

    def turn(self) -> dict[str, Any]:
        """A turn of the fast side: ``seconds`` a unit."""
        return {"seconds": self.fast.turn()}

    def profile(self) -> dict[str, Any]:
        """Where the time of the fast side goes: `multigraft.bench.profiling.Profile`."""
        from multigraft.bench.profiling import profile

        return asdict(profile(self.race, self.fast))

    def describe(self) -> dict[str, Any]:
        """The machine: `multigraft.bench.machine.describe`. No race is built for it."""
        return machine.describe()

    def close(self) -> None:
        """End what the race has started, if it was built."""
        if "race" in vars(self) and self.race.close is not None:
            self.race.close()


DOES: dict[str, Callable[..., dict[str, Any]]] = {
    "race": Runner.duel,
    "warm": Runner.warm,
    "turn": Runner.turn,
    "profile": Runner.profile,
    "describe": Runner.describe,
}


def serve(runner: Runner, questions: Iterator[str], answers: TextIOBase, debug: bool) -> None:
    """Answer every question, a failure by its error."""
    for line in questions:
        question = json.loads(line)
        try:
            answer = DOES[question.pop("do")](runner, **question)
        except Exception as error:
            if debug:
                traceback.print_exception(error)
            ours = isinstance(error, MultigraftError)
            answer = {"error": str(error) if ours else f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


@contextmanager
def own_output() -> Iterator[TextIOBase]:
    """Standard output for answers alone: what anything else prints there, C libraries included, goes to errors."""
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        yield answers


def main(arguments: list[str]) -> None:
    """Serve the race named first, until the end of standard input."""
    die_with_parent()
    runner = Runner(arguments[0])
    with own_output() as answers:
        serve(runner, iter(sys.stdin.readline, ""), answers, debug="--debug" in arguments)
    runner.close()


if __name__ == "__main__":
    main(sys.argv[1:])
