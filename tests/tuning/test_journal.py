"""Trials on disk: what is drawn follows from seed and past alone, and nothing is lost when a process is killed."""

import warnings

import pytest

from multigraft.tuning.journal import Journal
from multigraft.tuning.space import Choice, Real, Space, Whole
from tests.helpers.cli import python
from tests.helpers.packages import without

SPACE = Space({"rate": Real(1e-4, 1e-1, log=True), "size": Choice((8, 16, 32)), "steps": Whole(1, 3)}, {"dim": 4})
DEFAULTS = {"rate": 0.01, "size": 16, "steps": 1}


@pytest.fixture
def opened(tmp_path):
    def open_(name="journal.log", space=SPACE, seed=0, defaults=DEFAULTS):
        return Journal(tmp_path / name, space, seed, defaults)

    return open_


def score(options):
    """A made-up training: large rates and small batches are good."""
    return options.get("rate", 0.01) - options.get("size", 16) / 1000


def search(journal, count):
    for _ in range(count):
        trial = journal.draw()
        journal.finish(trial.number, score(trial.options))
    return [trial.options for trial in journal.trials("done")]


def test_the_first_trial_gives_training_nothing_but_what_is_held(opened):
    first = opened().draw()
    assert (first.number, first.options) == (0, {"dim": 4})


def test_later_trials_lie_in_the_space(opened):
    journal = opened()
    _, *later = search(journal, 14)
    assert len({options["rate"] for options in later}) == 13
    for options in later:
        assert SPACE.inside(options).keys() == SPACE.parameters.keys()
        assert options["dim"] == 4
        assert isinstance(options["steps"], int)


def test_equal_seeds_draw_equal_trials(opened):
    one, same, other = (search(opened(f"{name}.log", seed=seed), 13) for name, seed in (("a", 0), ("b", 0), ("c", 1)))
    assert one == same
    assert one[1:] != other[1:]


def test_what_was_learned_decides_what_is_drawn(opened, monkeypatch):
    one = search(opened("a.log"), 14)
    monkeypatch.setitem(globals(), "score", lambda options: -options.get("rate", 0.01))
    other = search(opened("b.log"), 14)
    assert one[:10] == other[:10]  # until there are ten, draws are random
    assert one[11:] != other[11:]


def test_an_interrupted_search_draws_what_the_undisturbed_one_draws(opened):
    undisturbed = search(opened("a.log"), 14)
    for part in (5, 1, 8):
        interrupted = search(opened("b.log"), part)
    assert interrupted == undisturbed


def test_a_trial_that_was_running_runs_again_and_is_not_done(opened):
    journal = opened()
    search(journal, 2)
    trial = journal.draw()
    again = opened()
    assert again.trials("running") == [trial]
    assert len(again.trials("done")) == 2
    again.finish(trial.number, 1.0)
    assert opened().trials("running") == []
    assert opened().trials("done")[-1] == trial


@pytest.mark.parametrize("before", [0, 3])
def test_a_trial_that_was_not_wholly_drawn_is_drawn_again(opened, before, monkeypatch):
    """Killed while values are drawn: they are not known, and the next trial takes its place."""
    from optuna.trial import Trial

    undisturbed = search(opened("a.log"), before + 2)
    search(opened("b.log"), before)
    monkeypatch.setattr(Trial, "set_user_attr", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        opened("b.log").draw()
    monkeypatch.undo()
    journal = opened("b.log")
    assert journal.trials("running") == journal.trials("failed") == []
    assert search(journal, 2) == undisturbed


def test_killed_between_the_defaults_and_the_first_trial(opened, monkeypatch):
    from optuna import Study

    undisturbed = search(opened("a.log"), 3)
    monkeypatch.setattr(Study, "ask", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        opened("b.log").draw()
    monkeypatch.undo()
    assert search(opened("b.log"), 3) == undisturbed


def test_a_failed_trial_counts_for_nothing_and_is_not_drawn_again(opened):
    journal = opened()
    search(journal, 1)
    trial = journal.draw()
    journal.fail(trial.number)
    assert journal.trials("failed") == [trial]
    assert len(journal.trials("done")) == 1
    assert journal.draw().options != trial.options


def test_trials_that_diverge_are_results(opened):
    journal = opened()
    for _ in range(12):
        journal.finish(journal.draw().number, float("-inf"))
    journal.finish(journal.draw().number, 1.0)
    journal.draw()
    assert len(opened().trials("done")) == 13


def test_trials_side_by_side_differ(opened):
    journal = opened()
    assert len({trial.options.get("rate") for trial in (journal.draw() for _ in range(6))}) == 6


@pytest.mark.parametrize(
    "defaults", [{"rate": 5.0, "size": 16, "steps": 1}, {"rate": 5.0, "size": 64, "steps": 9}], ids=str
)
def test_defaults_outside_the_space_are_tried_all_the_same(opened, defaults):
    journal = opened(defaults=defaults)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, *later = search(journal, 13)
    assert first == {"dim": 4}
    assert all(SPACE.inside(options).keys() == SPACE.parameters.keys() for options in later)


@pytest.mark.parametrize("cut", [1, 20])
def test_half_a_line_at_the_end_is_cut_off(opened, tmp_path, cut):
    search(opened(), 3)
    whole = (tmp_path / "journal.log").read_bytes()
    (tmp_path / "journal.log").write_bytes(whole + whole[:cut])
    assert len(opened().trials("done")) == 3
    search(opened(), 1)
    assert len(opened().trials("done")) == 4


def test_locks_of_the_dead_do_not_hold(opened, tmp_path):
    search(opened(), 1)
    (tmp_path / "journal.log.lock").touch()
    assert len(search(opened(), 1)) == 2


def test_optunas_news_is_not_told(opened, capfd):
    search(opened(), 2)
    assert capfd.readouterr() == ("", "")


def test_without_optuna():
    script = without("optuna") + "from multigraft.tuning.journal import check_installed; check_installed()"
    assert (
        "MissingExtraError: tuning needs the extra 'tuning': pip install 'multigraft[tuning]'"
        in python("-c", script).stderr
    )
