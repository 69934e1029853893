"""Reading a training run's own notes, gaps and damage included."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.reports.history import History, read_history

FULL = """\
epoch,seconds,train/gc,train/lp,validation/gc,validation/lp,validation/sum
0,1.5,0.7,0.69,,,
1,3.0,0.6,0.66,0.55,0.7,1.25
2,4.5,0.5,0.64,,,
3,6.0,0.4,0.62,0.6,0.6,1.2
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "history.csv"
    path.write_text(text)
    return path


def test_losses_scores_and_gaps(tmp_path: Path):
    history = read_history(written(tmp_path, FULL))
    assert history is not None
    assert history.epochs == (0, 1, 2, 3)
    assert history.tasks == ("gc", "lp")
    assert history.losses["lp"] == (0.69, 0.66, 0.64, 0.62)
    assert math.isnan(history.scores["gc"][0])
    assert history.scores["gc"][1] == 0.55
    assert history.best == 1


def test_no_file_and_an_empty_file_are_no_history(tmp_path: Path):
    assert read_history(tmp_path / "history.csv") is None
    assert read_history(written(tmp_path, "epoch,seconds,train/gc\n")) is None
    assert read_history(written(tmp_path, "")) is None


def test_a_run_that_was_never_validated_has_no_best_epoch(tmp_path: Path):
    history = read_history(written(tmp_path, "epoch,seconds,train/gc\n0,1,0.5\n1,2,0.4\n"))
    assert history is not None
    assert history.best is None
    assert history.scores == {}
    assert len(history.total) == 2


def test_short_lines_and_scores_that_are_not_defined_are_gaps(tmp_path: Path):
    history = read_history(written(tmp_path, "epoch,train/gc,validation/gc,validation/sum\n0,0.5,nan,0\n1,0.4\n"))
    assert history is not None
    assert all(math.isnan(score) for score in history.scores["gc"])
    assert history.best == 0


def test_a_file_without_epochs_is_named(tmp_path: Path):
    with pytest.raises(InputError, match=r"history\.csv has no column 'epoch'"):
        read_history(written(tmp_path, "step,loss\n1,2\n"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epoch,train/gc\n0,0.5\n1,abc\n", r"history\.csv, line 3: train/gc is 'abc'"),
        ("epoch,train/gc\n,0.5\n", "line 2: epoch is ''"),
        ("epoch,train/gc\n1.5,0.5\n", "line 2: epoch is '1.5'"),
    ],
)
def test_cells_that_are_no_numbers_are_named_with_their_line(tmp_path: Path, text: str, message: str):
    with pytest.raises(InputError, match=message):
        read_history(written(tmp_path, text))


@given(st.lists(st.one_of(st.just(math.nan), st.floats(-3, 3)), min_size=1, max_size=12))
def test_best_is_the_first_of_the_highest_sums(total: list[float]):
    best = History(tuple(range(len(total))), {}, {}, tuple(total)).best
    measured = [value for value in total if not math.isnan(value)]
    if not measured:
        assert best is None
    else:
        assert best == next(place for place, value in enumerate(total) if value == max(measured))
