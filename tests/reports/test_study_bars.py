"""Figures 1 and 3: bars at their means, what is lost, what was published."""

import dataclasses

import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from multigraft.reports.palette import PALETTE, PAPER
from multigraft.reports.study_bars import drops, transfer
from multigraft.reports.study_marks import PUBLISHED
from tests.helpers.study_tables import shipped_table


@pytest.fixture(scope="module")
def figure1(tmp_path_factory):
    return shipped_table(tmp_path_factory.mktemp("figure1"), "same-figure1", splits=3)


@pytest.fixture(scope="module")
def table4(tmp_path_factory):
    return shipped_table(tmp_path_factory.mktemp("table4"), "same-table4", ("ENZYMES", "DHFR"))


def painted(picture):
    figure = Figure(figsize=(picture.width / 72, picture.height / 72), dpi=72, layout="constrained")
    picture.paint(figure)
    return figure


def ticks(axes):
    return [label.get_text() for label in axes.get_xticklabels()]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_each_task_has_its_own_encoders_bar_first(figure1):
    panels = painted(drops(figure1)).axes
    assert [ticks(axes) for axes in panels] == [
        ["gc", "nc -> gc", "lp -> gc"], ["nc", "gc -> nc", "lp -> nc"], ["lp", "gc -> lp", "nc -> lp"],
    ]  # fmt: skip
    assert [axes.get_ylabel() for axes in panels] == ["accuracy (%)", "accuracy (%)", "ROC-AUC (%)"]


def test_bars_stand_at_their_means_from_zero(figure1):
    for axes in painted(drops(figure1)).axes:
        task = axes.get_title(loc="left").split(", ")[0]
        means = {cell.trained: cell.mean for cell in figure1.shown if cell.task == task and cell.trained}
        expected = [means[label.split(" -> ")[0]] for label in ticks(axes)]
        assert [bar.get_height() for bar in axes.patches] == pytest.approx(expected)
        assert {bar.get_y() for bar in axes.patches} == {0}
        assert axes.get_ylim()[0] == 0


def test_own_bars_are_filled_and_transferred_ones_hollow(figure1):
    for axes in painted(drops(figure1)).axes:
        own, *transferred = axes.patches
        assert own.get_facecolor()[:3] == to_rgb(PALETTE[0])
        assert {bar.get_facecolor()[:3] for bar in transferred} == {to_rgb(PAPER)}


def test_the_loss_is_the_paired_mean_difference(figure1):
    for axes in painted(drops(figure1)).axes:
        task = axes.get_title(loc="left").split(", ")[0]
        of = {cell.trained: cell for cell in figure1.shown if cell.task == task and cell.trained}
        for label in ticks(axes)[1:]:
            cell = of[label.split(" -> ")[0]]
            assert f"{cell.mean - of[task].mean:+.1f}" in texts(axes)


def test_own_and_untrained_levels_are_lines_across(figure1):
    for axes in painted(drops(figure1)).axes:
        task = axes.get_title(loc="left").split(", ")[0]
        (own,) = [cell.mean for cell in figure1.shown if cell.task == task == cell.trained]
        (free,) = [cell.mean for cell in figure1.shown if cell.task == task and cell.model == "untrained"]
        levels = [list(line.get_ydata()) for line in axes.lines]
        assert [own, own] in levels
        assert [free, free] in levels


def test_a_missing_bar_is_said_and_nothing_is_lost_to_it(figure1):
    gone = [dataclasses.replace(cell, values={}) if cell.trained == "gc" else cell for cell in figure1.cells]
    panels = painted(drops(dataclasses.replace(figure1, cells=gone))).axes
    assert [len(axes.patches) for axes in panels] == [2, 2, 2]
    assert all("not run" in texts(axes) for axes in panels)
    assert not any(text.startswith("-") for text in texts(panels[0]))


def test_transfer_has_a_panel_a_task_and_data_set_with_the_untrained_encoder_last(table4):
    panels = painted(transfer(table4)).axes
    assert [axes.get_title(loc="left") for axes in panels] == [
        "gc,nc -> lp, ENZYMES", "gc,lp -> nc, ENZYMES", "nc,lp -> gc, ENZYMES", "gc,nc -> lp, DHFR",
        "gc,lp -> nc, DHFR", "nc,lp -> gc, DHFR",
    ]  # fmt: skip
    assert {tuple(ticks(axes)) for axes in panels} == {("classical", "isame", "esame", "untrained")}
    for axes in panels:
        assert axes.patches[-1].get_facecolor()[:3] == to_rgb(PAPER)


def test_published_values_stand_beside_their_bars(table4):
    axes = painted(transfer(table4)).axes[0]
    found = [
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]))
        for line in axes.lines
        if line.get_marker() == PUBLISHED
    ]
    assert [value for _, value in found] == [56.9, 77.3, 78.9]
    for place, (x, _) in enumerate(found):
        bar = axes.patches[place]
        assert bar.get_x() + bar.get_width() < x < place + 0.5


def test_every_bar_has_its_number(table4):
    for axes in painted(transfer(table4)).axes:
        assert [f"{bar.get_height():.1f}" for bar in axes.patches] == texts(axes)


def test_incomplete_bars_say_so(table4):
    fewer = dataclasses.replace(table4, cells=[dataclasses.replace(cell, expected=10) for cell in table4.cells])
    for axes in painted(transfer(fewer)).axes:
        assert all(text.endswith("\n2/10") for text in texts(axes))
