"""A run in lockstep keeps the books that it would keep alone."""

import pytest
import torch

from multigraft.errors import MultigraftError
from multigraft.models.storage import load_encoder
from multigraft.training import module
from multigraft.training.side import Side
from tests.helpers.lockstep import runs


def made(tmp_path, **options):
    return Side(runs((0,), **options)[0], tmp_path / "run")


def scored(side, value):
    """A validation in which every task scores so much."""
    side._validated = {f"validation/{task.name}": value for task in side.tasks} | {"validation/sum": value}


def closed(side, epoch, value, loss=3.0):
    """Close an epoch with that score."""
    side.epoch = epoch
    scored(side, value)
    return side.close_epoch({task.name: torch.tensor(loss) for task in side.tasks}, 2.0, 0.5)


def test_an_epoch_is_booked(tmp_path):
    side = made(tmp_path)
    assert [closed(side, epoch, value) for epoch, value in enumerate((0.5, 0.4, 0.6))] == [True, False, True]
    assert [row["seconds"] for row in side.history.rows] == [2.0, 4.0, 6.0]
    assert [row["epoch"] for row in side.history.rows] == [0, 1, 2]
    assert side.history.rows[0]["train/gc"] == 3.0 / side.steps
    assert (side.best.epoch, side.best.score) == (2, 0.6)
    assert side.speed.graphs_per_second == pytest.approx(3 * side.steps * 6 / 1.5)


def test_it_is_spent_at_its_last_epoch_or_when_patience_ends(tmp_path):
    side = made(tmp_path, epochs=9, patience=2)
    spent = []
    for epoch, value in enumerate((0.5, 0.4, 0.3)):
        closed(side, epoch, value)
        spent.append(side.spent)
    assert spent == [False, False, True]
    side = made(tmp_path, epochs=2)
    closed(side, 1, 0.5)
    assert side.spent


def test_a_loss_that_is_no_number_is_an_error(tmp_path):
    with pytest.raises(MultigraftError, match="no longer a number"):
        closed(made(tmp_path), 0, 0.5, loss=float("nan"))


def test_exams_are_those_of_the_run_alone_and_kept_where_they_are_few(tmp_path, monkeypatch):
    side = made(tmp_path)
    found = side.exams(0)
    assert side.exams(0) is found
    for task, graphs, draws in side.validations(0):
        exam, asked = found[task]
        alone = side.method.exam(task, graphs, draws)
        assert torch.equal(exam.target.queries, alone.target.queries)
        assert torch.equal(asked.answers, alone.target.answers)
    monkeypatch.setattr(module, "MOST_GRAPHS_VALIDATED_AT_ONCE", 2)
    many = made(tmp_path)
    assert many.exams(0) is not many.exams(0)


def test_the_result_is_written_with_the_weights_given(tmp_path):
    side = made(tmp_path)
    closed(side, 0, 0.5)
    weights = {name: torch.full_like(value, 0.5) for name, value in side.model.named_parameters()}
    trained = side.finish(weights, 7)
    assert trained.metadata["lockstep"] == 7
    assert trained.metadata["validation"] == {"gc": 0.5, "nc": 0.5, "lp": 0.5}
    assert (tmp_path / "run/training/history.csv").is_file()
    assert all((value == 0.5).all() for value in load_encoder(tmp_path / "run").encoder.parameters())


def test_books_are_opened_again(tmp_path):
    side, again = made(tmp_path, patience=3), made(tmp_path, patience=3)
    for epoch, value in enumerate((0.5, 0.4)):
        closed(side, epoch, value)
    again.open_books(1, side.books())
    assert (again.epoch, again.best.epoch, again.best.waited, again.seconds) == (1, 0, 1, 4.0)
    closed(again, 2, 0.7)
    assert [row["seconds"] for row in again.history.rows] == [2.0, 4.0, 6.0]
