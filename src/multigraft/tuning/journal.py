"""Optuna's study in a file of the search's directory: what was drawn, what came of it."""

import logging
import warnings
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from multigraft.errors import MissingExtraError
from multigraft.randomness import seed_of
from multigraft.tuning.space import Choice, Parameter, Space, Whole

if TYPE_CHECKING:
    from optuna import Study

NAME = "tuning"
STATES = {"running": "RUNNING", "done": "COMPLETE", "failed": "FAIL"}
OPTIONS = "options"  # a trial's attribute; one without it was killed before all its values were drawn


@dataclass(frozen=True)
class Drawn:
    """A trial to do: its number, and the options that it gives to training beside those of all trials."""

    number: int
    options: dict[str, Any]


class Journal:
    """The trials of one search, on disk; one process at a time writes them.

    Every trial's sampler is seeded by its place among the trials, so that a search that was interrupted draws what
    the undisturbed search draws, where trials run one after another.
    """

    def __init__(self, path: Path, space: Space, seed: int, defaults: dict[str, Any]) -> None:
        """The journal in the file ``path``, which is made if it is not there."""
        self._space = space
        self._seed = seed
        self._defaults = defaults
        _mend(path)
        self._study = _opened(path)
        for trial in self._in("RUNNING"):
            if OPTIONS not in trial.user_attrs:
                self.fail(trial.number)

    def draw(self) -> Drawn:
        """The next trial: the first has the defaults, the others what Optuna's TPE sampler proposes."""
        drawn = [trial for trial in self._study.get_trials(deepcopy=False) if OPTIONS in trial.user_attrs]
        self._study.sampler = _sampler(seed_of(self._seed, "trial", len(drawn)) % 2**32)
        if drawn:
            trial = self._study.ask(_distributions(self._space.parameters))
            options = dict(trial.params)
        else:
            inside = self._space.inside(self._defaults)
            if not self._in("WAITING"):  # it was killed between the two
                self._study.enqueue_trial(inside)
            trial = self._study.ask(_distributions({name: self._space.parameters[name] for name in inside}))
            options = {}
        options = {**self._space.held, **options}
        trial.set_user_attr(OPTIONS, options)
        return Drawn(trial.number, options)

    def trials(self, state: str) -> list[Drawn]:
        """The trials that are ``running`` (or were, when the search was interrupted), ``done``, or ``failed``."""
        found = [trial for trial in self._in(STATES[state]) if OPTIONS in trial.user_attrs]
        return [Drawn(trial.number, trial.user_attrs[OPTIONS]) for trial in found]

    def finish(self, number: int, score: float) -> None:
        """Keep what a trial achieved; minus infinity where its training diverged."""
        self._study.tell(number, score)

    def fail(self, number: int) -> None:
        """Keep that a trial ended without a result; it counts for nothing."""
        from optuna.trial import TrialState

        self._study.tell(number, state=TrialState.FAIL)

    def _in(self, state: str) -> Sequence[Any]:
        return [trial for trial in self._study.get_trials(deepcopy=False) if trial.state.name == state]


def check_installed() -> None:
    """Raise a `MissingExtraError` unless Optuna is there."""
    try:
        import optuna  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("tuning", "tuning") from error


class _KernelLock:
    """A lock that a killed process gives back; Optuna's own would keep the next one waiting."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path)

    def acquire(self) -> bool:
        self._lock.acquire()
        return True

    def release(self) -> None:
        self._lock.release()


def _opened(path: Path) -> "Study":
    import optuna
    from optuna.storages.journal import JournalFileBackend

    lock: Any = _KernelLock(path.with_name(f"{path.name}.lock"))
    with _quiet():
        storage = optuna.storages.JournalStorage(JournalFileBackend(str(path), lock_obj=lock))
        return optuna.create_study(storage=storage, study_name=NAME, direction="maximize", load_if_exists=True)


def _sampler(seed: int) -> Any:
    from optuna.exceptions import ExperimentalWarning
    from optuna.samplers import TPESampler

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)  # constant_liar is one in Optuna 4
        return TPESampler(seed=seed, constant_liar=True)  # trials that run side by side keep apart


def _distributions(parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    return {name: _distribution(parameter) for name, parameter in parameters.items()}


def _distribution(parameter: Parameter) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(parameter, Choice):
        return CategoricalDistribution(parameter.values)
    if isinstance(parameter, Whole):
        return IntDistribution(parameter.low, parameter.high, log=parameter.log)
    return FloatDistribution(parameter.low, parameter.high, log=parameter.log)


@contextmanager
def _quiet() -> Generator[None]:
    """Without Optuna's news of studies; its level is put back."""
    logger = logging.getLogger("optuna")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


def _mend(path: Path) -> None:
    """Cut off a last line that was not written to its end."""
    if path.is_file():
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            with path.open("r+b") as file:
                file.truncate(whole)
