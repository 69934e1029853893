"""One trial, whole or killed and gone on with."""

import json
from dataclasses import replace

import pytest
import torch

from multigraft.errors import InputError, MultigraftError
from multigraft.graphs.splits import split_graphs
from multigraft.graphs.store import save
from multigraft.training import callbacks
from multigraft.tuning import trial as trial_module
from multigraft.tuning.journal import Drawn
from multigraft.tuning.trial import Result, Setup, epochs_done, perform, read_result
from tests.helpers.training import small_graphs, train_small
from tests.helpers.tuning import NARROW

DRAWN = Drawn(3, {**NARROW, "learning_rate": 0.01, "batch_size": 8})


@pytest.fixture(scope="module")
def graphs():
    return small_graphs()


@pytest.fixture
def setup(tmp_path, graphs):
    found = Setup(tmp_path, "esame", ("gc", "lp"), 3, "stratified", 0, "cpu")
    save(graphs, found.graphs)
    return found


@pytest.fixture(scope="module")
def trained(graphs):
    options = {"tasks": ["gc", "lp"], "strategy": "esame", "epochs": 3, "seed": 0, "split": "stratified"}
    return train_small(graphs, **options | DRAWN.options)


def lasting(result):
    return replace(result, seconds=0.0)


def test_scores_are_those_of_training(setup, trained):
    perform(setup, DRAWN)
    found = read_result(setup, 3)
    assert found.state == "done"
    assert found.validation == trained.metadata["validation"]
    assert (found.epochs, found.best_epoch) == (3, trained.metadata["best_epoch"])
    assert found.score == sum(found.validation.values())
    assert found.seconds > 0


def test_what_was_trained_is_removed(setup):
    perform(setup, DRAWN)
    assert [path.name for path in setup.graphs.parent.iterdir()] == ["graphs.safetensors"]


def test_a_trial_with_a_result_is_not_done_again(setup, monkeypatch):
    perform(setup, DRAWN)
    monkeypatch.setattr(trial_module, "train", lambda *_, **__: pytest.fail("trained again"))
    perform(setup, DRAWN)


def test_a_trial_that_was_killed_goes_on_and_ends_the_same(setup, monkeypatch):
    perform(setup, DRAWN)
    undisturbed = read_result(setup, 3)
    setup.result(3).unlink()
    true_save, epochs = callbacks.SaveState.on_train_epoch_end, []

    def kill_in_the_second_epoch(self, trainer, pl_module):
        true_save(self, trainer, pl_module)
        epochs.append(trainer.current_epoch)
        if epochs == [0, 1]:
            raise KeyboardInterrupt

    monkeypatch.setattr(callbacks.SaveState, "on_train_epoch_end", kill_in_the_second_epoch)
    with pytest.raises(KeyboardInterrupt):
        perform(setup, DRAWN)
    assert not setup.result(3).exists()
    assert epochs_done(setup, 3) == 2
    perform(setup, DRAWN)
    assert epochs == [0, 1, 2]
    assert lasting(read_result(setup, 3)) == lasting(undisturbed)


def test_killed_before_the_first_epoch(setup):
    setup.place(3).mkdir(parents=True)
    (setup.place(3) / "split.json").write_text("{")
    perform(setup, DRAWN)
    assert read_result(setup, 3).state == "done"


def test_a_split_of_ones_own(setup, graphs):
    split = split_graphs(graphs, "random", 7)
    perform(replace(setup, split=split.to_json()), DRAWN)
    perform(setup, Drawn(4, DRAWN.options))
    assert read_result(setup, 3).validation != read_result(setup, 4).validation


@pytest.mark.parametrize(
    ("error", "state"), [(MultigraftError("the loss is no longer a number"), "diverged"), (InputError("no"), "refused")]
)
def test_training_that_fails_is_a_result(setup, monkeypatch, error, state):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(trial_module, "train", fail)
    perform(setup, DRAWN)
    found = read_result(setup, 3)
    assert (found.state, found.message, found.score) == (state, str(error), -float("inf"))


def test_real_divergence(setup):
    perform(setup, Drawn(5, {**NARROW, "inner_lr": 1e30, "inner_steps": 3}))
    assert read_result(setup, 5).state in ("diverged", "done")
    assert torch.isfinite(torch.tensor(read_result(setup, 5).score)) == (read_result(setup, 5).state == "done")


def test_other_errors_are_nobodys_result(setup, monkeypatch):
    monkeypatch.setattr(trial_module, "train", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        perform(setup, DRAWN)
    assert not setup.result(3).exists()


def test_undefined_scores_count_nothing():
    assert Result("done", {"gc": 0.5, "lp": None}).score == 0.5
    assert Result("done", {"gc": None}).score == 0.0


@pytest.mark.parametrize("content", [None, "{", '{"states": "done"}'], ids=str)
def test_results_that_cannot_be_read(setup, content):
    setup.result(3).parent.mkdir()
    if content is not None:
        setup.result(3).write_text(content)
    with pytest.raises(InputError, match=r"lacks .*0003\.json"):
        read_result(setup, 3)


def test_results_are_plain_json(setup):
    perform(setup, DRAWN)
    stored = json.loads(setup.result(3).read_text(), parse_constant=lambda name: pytest.fail(name))
    assert set(stored) == {"state", "validation", "epochs", "best_epoch", "seconds", "message", "sum"}


def test_nothing_is_done_before_it_begins(setup):
    assert epochs_done(setup, 9) == 0


def test_scores_are_added_as_training_adds_them(setup):
    perform(setup, DRAWN)
    found = read_result(setup, 3)
    assert found.score == found.sum == pytest.approx(sum(found.validation.values()))
    assert replace(found, sum=-3.5).score == -3.5
    assert replace(found, sum=None).score == pytest.approx(sum(found.validation.values()))
