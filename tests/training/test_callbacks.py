"""What is kept, written and shown after each epoch."""

import csv

import pytest
import torch

from multigraft.training.callbacks import BestWeights, EpochProgress, History, Speed
from tests.helpers.training import FakeTrainer
from tests.training.test_module import made


def after_epochs(callback, sums, module):
    """Tell ``callback`` of one epoch a score; None for an epoch without validation."""
    trainer = FakeTrainer(current_epoch=0, should_stop=False)
    for epoch, score in enumerate(sums):
        trainer.current_epoch = epoch
        module._losses = {"gc": torch.tensor(3.0)}
        module._validated = {} if score is None else {"validation/gc": score, "validation/sum": score}
        with torch.no_grad():
            next(module.model.parameters()).fill_(epoch)
        callback.on_train_epoch_end(trainer, module)
        if trainer.should_stop:
            break
    return trainer


@pytest.mark.parametrize(
    ("sums", "best"), [([0.1, 0.5, 0.3], 1), ([0.5, 0.5], 0), ([None, 0.2, None], 1), ([0.1, None, 0.3], 2)]
)
def test_best_weights_are_those_of_the_first_highest_score(sums, best):
    callback, module = BestWeights(None), made()
    trainer = after_epochs(callback, sums, module)
    assert callback.epoch == best
    assert callback.score == sums[best]
    assert bool((next(iter(callback.weights.values())) == best).all())
    assert not trainer.should_stop


@pytest.mark.parametrize(
    ("sums", "stopped"), [([0.5, 0.4, 0.3, 0.9], 2), ([0.5, 0.4, 0.6, 0.5, 0.4], 4), ([0.5, None, None, None], None)]
)
def test_patience_counts_validations_without_improvement(sums, stopped):
    trainer = after_epochs(BestWeights(2), sums, made())
    assert trainer.should_stop == (stopped is not None)
    assert trainer.current_epoch == (stopped if stopped is not None else len(sums) - 1)


def test_best_weights_survive_a_restart():
    callback, module = BestWeights(2), made()
    after_epochs(callback, [0.5, 0.4, 0.3], module)
    again = BestWeights(2)
    again.load_state_dict(callback.state_dict())
    assert (again.epoch, again.score, again.waited) == (0, 0.5, 2)
    trainer = FakeTrainer(should_stop=False)
    again.on_fit_start(trainer, module)
    assert trainer.should_stop


def test_history_is_rewritten_whole_with_empty_cells(tmp_path):
    history, module = History(tmp_path / "history.csv"), made()
    after_epochs(history, [None, 0.25], module)
    rows = list(csv.DictReader((tmp_path / "history.csv").read_text().splitlines()))
    assert [row["validation/gc"] for row in rows] == ["", "0.25"]
    assert [row["train/gc"] for row in rows] == ["1.0", "1.0"]
    again = History(tmp_path / "other.csv")
    again.load_state_dict(history.state_dict())
    again.on_fit_start(FakeTrainer(), module)
    assert again.seconds == history.seconds
    after_epochs(again, [0.5], module)
    assert len((tmp_path / "other.csv").read_text().splitlines()) == 4


def test_progress_goes_to_standard_error_and_says_the_scores(capsys):
    module = made()
    progress = EpochProgress()
    trainer = FakeTrainer(current_epoch=0, max_epochs=2)
    progress.on_train_start(trainer, module)
    for _ in range(module.steps):
        progress.on_train_batch_end(trainer)
    module._losses, module._validated = {}, {"validation/gc": 0.123}
    progress.on_train_epoch_end(trainer, module)
    progress.on_train_end(trainer, module)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "3/6" in printed.err
    assert "gc 0.123" in printed.err


def test_speed_counts_the_graphs_of_steps_and_their_time_alone(monkeypatch):
    moments = iter([0.0, 2.0, 100.0, 102.0])
    monkeypatch.setattr("time.monotonic", lambda: next(moments))
    callback, module, trainer = Speed(), made(), FakeTrainer()
    assert callback.graphs_per_second is None
    for step in range(2):
        callback.on_train_batch_start(trainer, module)
        module.step = step
        callback.on_train_batch_end(trainer, module, None, 0)
    assert callback.graphs_per_second == 2 * module.batch_graphs(0) / 4.0
