"""A panel a task and data set, every cell and every published number on it."""

import dataclasses

import pytest
from matplotlib.figure import Figure

from multigraft.reports.palette import PAPER
from multigraft.reports.study_dots import dots
from multigraft.reports.study_marks import OURS, PUBLISHED
from tests.helpers.study_tables import shipped_table


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return shipped_table(tmp_path_factory.mktemp("table"), "same-table1", ("ENZYMES", "COX2"))


def painted(table):
    picture = dots(table)
    figure = Figure(figsize=(picture.width / 72, picture.height / 72), dpi=72, layout="constrained")
    picture.paint(figure)
    return figure


def marks(axes, marker):
    return [line for line in axes.lines if line.get_marker() == marker]


def test_panels_are_tasks_by_data_sets_with_units(table):
    figure = painted(table)
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "nc, ENZYMES", "nc, COX2", "gc, ENZYMES", "gc, COX2", "lp, ENZYMES", "lp, COX2",
    ]  # fmt: skip
    assert {axes.get_xlabel() for axes in figure.axes} == {"accuracy (%)", "ROC-AUC (%)"}


def test_every_cell_is_a_mark_at_its_mean_on_the_line_of_its_method(table):
    for axes in painted(table).axes:
        task, dataset = axes.get_title(loc="left").split(", ")
        here = [cell for cell in table.shown if (cell.task, cell.dataset) == (task, dataset)]
        labels = [cell.model for cell in here]
        found = {
            labels[round(float(mark.get_ydata()[0]) + 0.1)]: float(mark.get_xdata()[0]) for mark in marks(axes, OURS)
        }
        assert found == pytest.approx({cell.model: cell.mean for cell in here})
        printed = sorted(float(mark.get_xdata()[0]) for mark in marks(axes, PUBLISHED))
        assert printed == sorted(cell.published for cell in here if cell.published is not None)


def test_what_is_not_trained_is_hollow_and_the_untrained_encoder_a_line(table):
    for axes in painted(table).axes:
        hollow = [mark for mark in marks(axes, OURS) if mark.get_markerfacecolor() == PAPER]
        assert len(hollow) == 3
        task, dataset = axes.get_title(loc="left").split(", ")
        (free,) = [
            cell.mean for cell in table.shown if (cell.task, cell.dataset, cell.model) == (task, dataset, "untrained")
        ]
        assert [free, free] in [list(line.get_xdata()) for line in axes.lines]


def test_missing_splits_and_runs_are_written_into_the_panel(table):
    first, second, *others = table.cells
    gaps = [dataclasses.replace(first, expected=10), dataclasses.replace(second, values={}), *others]
    texts = [text.get_text() for axes in painted(dataclasses.replace(table, cells=gaps)).axes for text in axes.texts]
    assert texts == ["2/10", "not run"]
    assert not any(axes.texts for axes in painted(table).axes)


def test_gains_have_a_line_at_zero(tmp_path):
    figure = painted(shipped_table(tmp_path, "same-table3"))
    assert len(figure.axes) == 4
    for axes in figure.axes:
        assert [0, 0] in [list(line.get_xdata()) for line in axes.lines]
        assert axes.get_xlabel() == "Delta-m (%)"
    assert "no gain over single" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_labels_say_what_was_trained_on_where_it_differs(tmp_path):
    figure = painted(shipped_table(tmp_path, "same-table2"))
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels[:3] == ["classical on gc", "finetune on gc,nc", "finetune on gc,lp"]
    assert labels[-3:] == ["untrained", "attributes", "majority"]


def test_a_picture_grows_with_its_table(table, tmp_path):
    one, wide = dots(shipped_table(tmp_path, "same-table1")), dots(table)
    assert wide.height == one.height
    four = dots(dataclasses.replace(table, study=dataclasses.replace(table.study, datasets=("A", "B", "C", "D"))))
    assert four.width > wide.width
