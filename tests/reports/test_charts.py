"""Every chart shows all there is to show, and copes with what is missing."""

import dataclasses
import math
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
import pytest

from multigraft.reports.charts import curves_chart, map_chart, results_chart
from multigraft.reports.comparisons import comparisons
from multigraft.reports.history import History
from multigraft.reports.maps import EmbeddingMap, sample
from tests.helpers.graphs import random_graphs
from tests.helpers.reports import rows, split_of, table, usual_history, usual_table
from tests.reports.test_comparisons import of_targets

MARGIN = 1  # CSS pixels by which rounding may push a mark over the edge


def parsed(svg: str) -> Element:
    return ElementTree.fromstring(svg)


def texts(root: Element) -> list[str]:
    return [text.text or "" for text in root.iter("text")]


def uses(root: Element, colour: str) -> int:
    """How many marks are filled with that colour."""
    return sum(
        len(group.findall("use")) for group in root.iter("g") if f"fill:{colour}" in group.get("style", "").split(";")
    )


def test_results_have_a_band_a_question_and_a_mark_a_score():
    root = parsed(results_chart(comparisons(usual_table())))
    assert {"gc · accuracy · mean", "lp · ROC-AUC · hadamard", "lp · ROC-AUC · concat"} <= set(texts(root))
    assert uses(root, "var(--c0)") == 4  # trained, in every question
    assert uses(root, "var(--c2)") == 3  # attributes
    bold = [
        text.text for text in root.iter("text") if "700" in text.get("style", "") or "bold" in text.get("style", "")
    ]
    assert bold == ["gc · accuracy · mean", "nc · accuracy · node", "lp · ROC-AUC · hadamard"]


def test_a_band_is_higher_for_many_marks_and_descriptions_are_told_apart():
    few, many = comparisons(usual_table(tasks=("gc",))), comparisons(of_targets())
    crowded = [dataclasses.replace(many[0], rows={f"{name} {copy}": row for copy in range(3) for name, row in
                                                  many[0].rows.items()})]  # fmt: skip
    heights = [float(parsed(results_chart(found)).get("height", "")) for found in (few, many, crowded)]
    assert heights == sorted(set(heights))
    root = parsed(results_chart(many))
    assert "ecfp-count ridge 0.800, ecfp-count forest 0.700" in (root.findtext("desc") or "")
    assert all(uses(root, f"var(--c{place})") == 1 for place in (0, 2, 3, 4))


def test_results_are_spoken_and_grow_with_the_table():
    one, two = (parsed(results_chart(comparisons(usual_table(tasks=tasks)))) for tasks in (("gc",), ("gc", "nc")))
    assert "gc · accuracy · mean: trained 0.610, untrained 0.600" in (one.findtext("desc") or "")
    assert float(two.get("height", "")) > float(one.get("height", ""))


def test_marks_of_the_results_lie_inside_the_chart():
    root = parsed(results_chart(comparisons(usual_table())))
    for use in root.iter("use"):
        assert -MARGIN <= float(use.get("x", "")) <= float(root.get("width", "")) + MARGIN
        assert -MARGIN <= float(use.get("y", "")) <= float(root.get("height", "")) + MARGIN


def test_scores_without_interval_or_value_and_encoders_of_ones_own():
    scores = {"trained": (0.5, math.nan, math.nan), "untrained": math.nan, "own": 0.4}
    root = parsed(results_chart(comparisons(table(rows("gc", scores)))))
    assert uses(root, "var(--c0)") == 1
    assert uses(root, "var(--c2)") == 1


def test_curves_show_loss_and_score_and_star_the_best_epoch():
    root = parsed(curves_chart(usual_history(), "gc", "accuracy", "curve"))
    assert {"training loss", "validation accuracy", "epoch"} <= set(texts(root))
    assert uses(root, "var(--c0)") == 4
    assert uses(root, "var(--c1)") == 3  # two validated epochs and the star
    assert "training loss: 1.000 at epoch 0, 0.500 at epoch 3" in (root.findtext("desc") or "")


def test_long_curves_have_no_dots():
    epochs = tuple(range(60))
    values = tuple(1 / (1 + epoch) for epoch in epochs)
    root = parsed(curves_chart(History(epochs, {"gc": values}, {}, (math.nan,) * 60), "gc", "accuracy", "curve"))
    assert uses(root, "var(--c0)") == 0
    assert texts(root).count("training loss") == 1


@pytest.mark.parametrize("scores", [{}, {"gc": (math.nan,)}])
def test_a_single_epoch_and_no_validation(scores: dict[str, tuple[float, ...]]):
    root = parsed(curves_chart(History((0,), {"gc": (0.7,)}, scores, (math.nan,)), "gc", "accuracy", "curve"))
    assert "training loss" in texts(root)
    assert not any("validation" in text for text in texts(root))


def test_a_task_with_nothing_measured_gives_an_empty_chart():
    root = parsed(curves_chart(History((0, 1), {"gc": (math.nan, math.nan)}, {}, (0.0, 0.0)), "gc", "score", "curve"))
    assert texts(root) == []


def test_the_map_has_a_mark_a_graph_in_the_colour_of_its_class():
    graphs = random_graphs(30)
    shown = sample(graphs, split_of(graphs), seed=0)
    points = np.random.default_rng(0).normal(size=(30, 2))
    root = parsed(map_chart(EmbeddingMap(points, "PCA"), shown, "Trained", "map"))
    assert len(list(root.iter("use"))) == 30
    for colour in (0, 1):
        assert uses(root, f"var(--c{colour})") == int((shown.colours == colour).sum())
    assert len({path.get("d") for path in root.iter("path") if path.get("id")} - {None}) == 3  # one shape a part
    assert texts(root) == []  # class names stand in the page's legend
    assert "g0, g1" in (root.findtext("desc") or "")


def test_thousands_of_points_stay_small():
    graphs = random_graphs(3000, most_nodes=1)
    shown = sample(graphs, split_of(graphs), seed=0)
    points = np.random.default_rng(0).normal(size=(3000, 2)) * 40
    assert len(map_chart(EmbeddingMap(points, "t-SNE"), shown, "Trained", "map")) < 250_000
