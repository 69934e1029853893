"""What is written about the loss within an epoch."""

import csv

import pytest
import torch

from multigraft.training.curve import LONG, ROWS, LossCurve
from multigraft.training.fit import train
from multigraft.training.module import TrainingModule
from tests.helpers.training import FakeTrainer, small_graphs
from tests.training.test_module import made


def after_an_epoch(callback, module, steps, monkeypatch, epoch=0):
    """Tell ``callback`` of an epoch in which the loss of step n is n."""
    monkeypatch.setattr(TrainingModule, "steps", steps)
    for step in range(steps):
        module._losses = {"gc": torch.tensor(step * (step + 1) / 2)}
        module.step = step
        callback.on_train_batch_end(FakeTrainer(current_epoch=epoch), module, None, 0)


def rows_in(path):
    with path.open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


@pytest.mark.parametrize("steps", [LONG, LONG + 7, 1000])
def test_rows_are_means_over_what_came_since_the_last(tmp_path, monkeypatch, steps):
    callback = LossCurve(tmp_path / "steps.csv")
    after_an_epoch(callback, made(), steps, monkeypatch)
    rows, every = rows_in(tmp_path / "steps.csv"), steps // ROWS
    assert ROWS <= len(rows) <= ROWS + 1
    assert [row["step"] for row in rows] == [every * (number + 1) for number in range(len(rows))]
    assert [row["train/gc"] for row in rows] == [every * number + (every - 1) / 2 for number in range(len(rows))]
    assert [row["seconds"] for row in rows] == sorted(row["seconds"] for row in rows)


def test_short_epochs_have_no_curve(tmp_path, monkeypatch):
    after_an_epoch(LossCurve(tmp_path / "steps.csv"), made(), LONG - 1, monkeypatch)
    assert not (tmp_path / "steps.csv").exists()


def test_the_next_epoch_begins_anew_and_a_restart_knows_the_rows(tmp_path, monkeypatch):
    first, module = LossCurve(tmp_path / "steps.csv"), made()
    after_an_epoch(first, module, LONG, monkeypatch)
    again = LossCurve(tmp_path / "steps.csv")
    again.load_state_dict(first.state_dict())
    after_an_epoch(again, module, LONG, monkeypatch, epoch=1)
    rows = rows_in(tmp_path / "steps.csv")
    assert [row["epoch"] for row in rows] == [0.0] * ROWS + [1.0] * ROWS
    assert [row["train/gc"] for row in rows[:ROWS]] == [row["train/gc"] for row in rows[ROWS:]]


def test_training_leaves_it_beside_the_history(tmp_path, monkeypatch):
    monkeypatch.setattr("multigraft.training.curve.LONG", ROWS)
    train(
        small_graphs(40), tasks=["gc"], epochs=1, batch_size=1, dim=4, layers=1, device="cpu", progress=False,
        out=tmp_path / "encoder",
    )  # fmt: skip
    folder = tmp_path / "encoder" / "training"
    means = [row["train/gc"] for row in rows_in(folder / "steps.csv")]
    assert sum(means) / len(means) == pytest.approx(rows_in(folder / "history.csv")[0]["train/gc"], rel=1e-5)
