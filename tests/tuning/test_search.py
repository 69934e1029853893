"""The loop around trials: how many there are, when it ends, what it does about failures. Training is made up."""

import math
import time
from contextlib import contextmanager

import pytest

from multigraft.errors import InputError, MultigraftError
from multigraft.files import write_json
from multigraft.tuning import search as search_module
from multigraft.tuning.journal import Journal
from multigraft.tuning.search import Search
from multigraft.tuning.space import Real, Space
from multigraft.tuning.trial import Setup

SPACE = Space({"rate": Real(0.0, 1.0)})


@pytest.fixture
def setup(tmp_path):
    return Setup(tmp_path, "esame", ("gc",), 4, "stratified", 0, "cpu")


@pytest.fixture
def journal(setup):
    return Journal(setup.folder / "journal.log", SPACE, 0, {"rate": 0.5})


@pytest.fixture
def outcomes(monkeypatch):
    """What becomes of trials, by number; those that are not named are done."""
    planned = {}

    def pretend(setup, trial):
        became = planned.get(trial.number, "done")
        if isinstance(became, BaseException):
            raise became
        write_json(setup.result(trial.number), {"state": became, "validation": {"gc": 0.5}, "message": "why"})

    monkeypatch.setattr(search_module, "perform", pretend)
    return planned


def run(journal, setup, trials, deadline=math.inf, processes=None, progress=False):
    kept = []
    search = Search(journal, setup, trials)
    search.run(processes, deadline, progress, lambda: kept.append(len(journal.trials("done"))))
    return search, kept


def numbers(journal, state):
    return [trial.number for trial in journal.trials(state)]


def test_there_are_as_many_trials_as_wanted(journal, setup, outcomes):
    search, kept = run(journal, setup, 4)
    assert search.left == 0
    assert numbers(journal, "done") == [0, 1, 2, 3]
    assert kept == [1, 2, 3, 4], "what was found is written after every trial"


def test_finished_trials_count_when_more_are_wanted(journal, setup, outcomes):
    run(journal, setup, 2)
    run(journal, setup, 5)
    assert numbers(journal, "done") == [0, 1, 2, 3, 4]
    assert run(journal, setup, 3)[0].left == 0
    assert len(numbers(journal, "done")) == 5


def test_trials_that_diverge_count_and_failed_ones_do_not(journal, setup, outcomes):
    outcomes |= {1: "diverged", 2: ValueError("bad luck")}
    run(journal, setup, 4)
    assert numbers(journal, "done") == [0, 1, 3, 4]
    assert numbers(journal, "failed") == [2]


def test_what_is_refused_ends_the_search_and_says_why(journal, setup, outcomes):
    outcomes[1] = "refused"
    with pytest.raises(InputError, match=r"trial 1 with \{'rate': 0\.\d+\}: why"):
        run(journal, setup, 4)
    assert (numbers(journal, "done"), numbers(journal, "failed"), numbers(journal, "running")) == ([0], [1], [])


def test_failures_in_a_row_end_the_search(journal, setup, outcomes):
    outcomes |= dict.fromkeys((1, 3, 4, 5), ValueError("no memory"))
    with pytest.raises(MultigraftError, match="3 trials in a row failed, the last one with: ValueError: no memory"):
        run(journal, setup, 9)
    assert numbers(journal, "done") == [0, 2]


def test_what_was_running_comes_first(journal, setup, outcomes):
    run(journal, setup, 2)
    outcomes[2] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        run(journal, setup, 4)
    assert numbers(journal, "running") == [2]
    outcomes.clear()
    run(journal, setup, 3)
    assert numbers(journal, "done") == [0, 1, 2]


def test_no_trial_is_begun_when_the_time_is_over(journal, setup, outcomes):
    search, kept = run(journal, setup, 4, deadline=time.monotonic() - 1)
    assert (search.left, kept) == (4, [])
    assert numbers(journal, "running") == []


def test_progress_is_shown_in_epochs(journal, setup, outcomes, monkeypatch):
    shown = []

    @contextmanager
    def counting(what, total, unit, wanted):
        shown.append((what, total, unit, wanted))
        yield shown.append

    monkeypatch.setattr(search_module, "counting", counting)
    run(journal, setup, 2, progress=True)
    assert shown == [("epochs", 8, "epochs", True), 4, 4]


def test_progress_counts_each_epoch_once(journal, setup, outcomes, monkeypatch):
    search = Search(journal, setup, 2)
    one, other = journal.draw(), journal.draw()
    epochs = {one.number: 1, other.number: 2}
    monkeypatch.setattr(search_module, "epochs_done", lambda _, number: epochs[number])
    assert search._moved([one, other]) == 3
    assert search._moved([one, other]) == 0
    search._finished += 1
    assert search._moved([other]) == 3  # four of the one, two of the other
    epochs[other.number] = 0
    assert search._moved([other]) == 0  # it never goes back
