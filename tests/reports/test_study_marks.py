"""Marks that mean the same in every picture, also without colour."""

import dataclasses
import math

import pytest
from matplotlib.figure import Figure

from multigraft.reports.palette import MUTED, PALETTE, PAPER
from multigraft.reports.study_marks import (
    colours,
    heading,
    label_of,
    legend,
    published_style,
    shortage,
    spoken,
    spread,
    untrained_of,
    whisker,
)
from tests.helpers.study_tables import shipped_table


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return shipped_table(tmp_path_factory.mktemp("table"), "same-table2", epochs=3)


def keys_of(figure):
    return [text.get_text() for shown in figure.legends for text in shown.get_texts()]


def test_methods_have_colours_of_their_own_and_what_is_untrained_is_grey(table):
    found = colours(table)
    assert [found[model] for model in ("classical", "finetune", "isame", "esame")] == list(PALETTE[:4])
    assert {found[model] for model in ("untrained", "attributes", "majority")} == {MUTED}


def test_labels_name_the_tasks_trained_on_where_they_have_to(table):
    cell = next(cell for cell in table.shown if cell.model == "isame")
    assert label_of(table, cell, True) == "isame on gc,nc"
    assert label_of(table, cell, False) == "isame"
    assert label_of(table, untrained_of(table.shown), True) == "untrained"


def test_an_untrained_encoder_that_was_not_run_is_none(table):
    assert untrained_of([cell for cell in table.shown if cell.trained]) is None
    missing = [dataclasses.replace(cell, values={}) for cell in table.shown]
    assert untrained_of(missing) is None


def test_of_several_untrained_architectures_none_is_the_untrained_encoder(table):
    cell = untrained_of(table.shown)
    assert untrained_of([cell, dataclasses.replace(cell, model="untrained gat", architecture="other")]) is None
    assert untrained_of([cell, dataclasses.replace(cell, model="untrained (knn)")]) is cell


def test_the_heading_says_protocol_splits_and_epochs(table):
    figure = Figure()
    heading(table, figure)
    assert figure.get_suptitle() == "same-table2, protocol strict, means over 2 splits, 1 epoch"
    one = dataclasses.replace(table, study=table.study.planned(splits=1))
    heading(one, figure)
    assert "one split" in figure.get_suptitle()


def test_what_is_missing_is_said(table):
    cell = table.shown[0]
    assert shortage(cell) == ""
    assert shortage(dataclasses.replace(cell, expected=10)) == "2/10"
    assert shortage(dataclasses.replace(cell, values={})) == "not run"


def test_a_spread_is_one_deviation_to_either_side(table):
    cell = dataclasses.replace(table.shown[0], mean=50.0, std=2.0)
    assert spread(cell) == (48.0, 52.0)
    assert spread(dataclasses.replace(cell, std=math.nan)) == (50.0, 50.0)


def test_the_legend_has_a_key_for_what_is_there(table):
    figure = Figure(figsize=(12, 4))
    legend(figure, table.shown, [(MUTED, "--", "a line")])
    assert keys_of(figure) == ["mean ± 1 standard deviation", "published", "a line"]
    bare = Figure()
    legend(bare, [dataclasses.replace(table.shown[-1], values={0: 50.0})])
    assert bare.legends == []
    narrow = Figure(figsize=(3, 4))
    legend(narrow, table.shown, bars=True)
    assert keys_of(narrow) == ["± 1 standard deviation", "published"]
    assert narrow.legends[0]._ncols == 1


def test_published_numbers_are_hollow():
    style = published_style()
    assert style["markerfacecolor"] == PAPER
    assert style["markeredgecolor"] != PAPER


@pytest.mark.parametrize("upright", [True, False])
def test_whiskers_run_along_the_scores(table, upright):
    axes = Figure().add_subplot()
    cell = dataclasses.replace(table.shown[0], mean=50.0, std=2.0)
    whisker(axes, cell, 3.0, MUTED, upright)
    xs, ys = axes.lines[-1].get_data()
    along, across = (ys, xs) if upright else (xs, ys)
    assert list(along) == [48.0, 52.0]
    assert list(across) == [3.0, 3.0]


def test_every_number_is_spoken(table):
    text = spoken(table)
    for cell in table.shown:
        assert f"{cell.mean:.1f}" in text
    assert "ENZYMES, gc, isame on gc,nc: " in text
    missing = dataclasses.replace(table, cells=[dataclasses.replace(table.cells[0], values={})])
    assert spoken(missing).endswith("not run")
