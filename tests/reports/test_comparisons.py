"""Which score stands beside which, which is best, and what the paired differences say."""

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.evaluation.table import Difference, ProbeRow
from multigraft.reports.comparisons import Verdict, comparisons, encoders_of, metric_title
from tests.helpers.reports import differences, rows, table, usual_table

SCORES = st.floats(0, 1).map(lambda value: round(value, 4))


def only(**scores: float | tuple[float, float, float]):
    return comparisons(table(rows("gc", scores)))[0]


def test_rows_are_grouped_and_the_first_question_of_a_task_is_its_headline():
    found = comparisons(usual_table())
    assert [(one.task, one.features, one.headline) for one in found] == [
        ("gc", "mean", True),
        ("nc", "node", True),
        ("lp", "hadamard", True),
        ("lp", "concat", False),
    ]
    assert list(found[0].rows) == ["trained", "untrained", "attributes", "majority"]
    assert list(found[3].rows) == ["trained", "untrained"]


def test_order_of_encoders_in_the_table_does_not_matter():
    mixed = table(rows("gc", {"majority": 0.5}), rows("gc", {"own": 0.3, "trained": 0.6}))
    assert encoders_of(comparisons(mixed)) == ("trained", "majority", "own")


def test_best_ignores_what_is_not_defined_and_names_all_that_look_equal():
    assert only(trained=0.61, untrained=math.nan, majority=0.5).best == {"trained"}
    assert only(trained=0.6101, untrained=0.6099, majority=0.5).best == {"trained", "untrained"}
    assert only(trained=math.nan).best == set()


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.001, 0.2, "above"),
        (-0.2, -0.001, "below"),
        (-0.1, 0.3, "undecided"),
        (0.0, 0.2, "undecided"),
        (-0.2, 0.0, "undecided"),
        (0.0, 0.0, "undecided"),
        (math.nan, math.nan, "unknown"),
    ],
)
def test_verdict_is_the_paired_differences(low: float, high: float, verdict: Verdict):
    """Whatever the intervals of the two scores: here they overlap widely, then they lie apart."""
    for apart in (0.001, 0.4):
        part = rows("gc", {"trained": (0.5 + apart, 0.4 + apart, 0.6 + apart), "untrained": (0.5, 0.4, 0.6)})
        [paired] = differences(part)
        found = dataclasses.replace(table(part), differences=[dataclasses.replace(paired, low=low, high=high)])
        assert comparisons(found)[0].verdict("trained", "untrained") == verdict


def test_intervals_that_lie_apart_decide_nothing_without_a_paired_difference():
    pair = comparisons(table(rows("gc", {"trained": 0.9, "untrained": 0.1}), margin=None))[0]
    assert pair.verdict("trained", "untrained") == "unknown"
    assert pair.paired_difference("trained", "untrained") is None
    assert pair.difference("trained", "untrained") == 0.8


def test_a_difference_belongs_to_its_task_metric_and_features():
    both = comparisons(table(rows("gc", {"trained": 0.9, "untrained": 0.1}), rows("gc", {"trained": 0.1}, "balanced")))
    assert [list(one.paired) for one in both] == [[("trained", "untrained")], []]


def test_verdict_on_someone_who_was_not_measured():
    assert only(trained=0.5).verdict("trained", "untrained") == "unknown"
    assert math.isnan(only(trained=0.5).difference("untrained", "trained"))
    assert only(trained=math.nan, untrained=0.5).verdict("trained", "untrained") == "unknown"


@given(SCORES, SCORES, st.floats(0, 0.5))
def test_verdicts_mirror_each_other(one: float, other: float, margin: float):
    pair = comparisons(table(rows("gc", {"trained": one, "untrained": other}), margin=margin))[0]
    mirrored = {"above": "below", "below": "above", "undecided": "undecided"}
    assert pair.verdict("untrained", "trained") == mirrored[pair.verdict("trained", "untrained")]
    assert pair.difference("untrained", "trained") == -pair.difference("trained", "untrained")
    forward, back = pair.paired_difference("trained", "untrained"), pair.paired_difference("untrained", "trained")
    assert back == Difference(
        "gc", "accuracy", "mean", "untrained", "trained", -forward.value, -forward.high, -forward.low
    )
    assert pair.best <= set(pair.rows)


def test_titles():
    assert comparisons(usual_table())[2].title == "lp · ROC-AUC · hadamard"
    assert metric_title("balanced_accuracy") == "balanced accuracy"


def test_every_probe_has_a_comparison_and_baselines_stand_beside_each():
    usual = rows("gc", {"trained": 0.6, "untrained": 0.5})
    others = [dataclasses.replace(row, value=row.value + 0.2, probe="knn") for row in usual]
    baselines = [
        dataclasses.replace(row, probe=probe)
        for row, probe in zip(rows("gc", {"attributes": 0.4, "majority": 0.3}), ("tree", "constant"), strict=True)
    ]
    paired = [dataclasses.replace(one, probe=part[0].probe) for part in (usual, others) for one in differences(part)]
    made = dataclasses.replace(table(usual, others, baselines), differences=paired)
    linear, nearest = comparisons(made)
    assert (linear.headline, nearest.headline) == (True, False)
    assert linear.title == "gc · accuracy · mean"
    assert nearest.title == "gc · accuracy · mean · knn"
    for found, score in ((linear, 0.6), (nearest, 0.8)):
        assert list(found.rows) == ["trained", "untrained", "attributes", "majority"]
        assert found.rows["trained"].value == pytest.approx(score)
        assert found.paired_difference("trained", "untrained") is not None
        assert found.rows["majority"].value == 0.3


def test_baselines_alone_are_a_comparison():
    alone = [dataclasses.replace(row, probe="constant") for row in rows("gc", {"majority": 0.3})]
    [found] = comparisons(table(alone))
    assert list(found.rows) == ["majority"]
    assert found.headline


# --- targets ---------------------------------------------------------------------------------------------------------


def of_targets(metric="rmse", trained=0.9, untrained=1.0):
    """A table about targets: two encoders, two readers of a fingerprint, a constant."""
    told = [("trained", "ridge", trained, "mean"), ("untrained", "ridge", untrained, "mean"),
            ("ecfp-count", "ridge", 0.8, "graph"), ("ecfp-count", "forest", 0.7, "graph"),
            ("constant", "constant", 1.5, "mean")]  # fmt: skip
    made = [ProbeRow("gr", name, metric, features, value, value - 0.1, value + 0.1, 20, probe)
            for name, probe, value, features in told]  # fmt: skip
    paired = [
        Difference("gr", metric, "mean", "trained", name, trained - value, trained - value - 0.01,
                   trained - value + 0.01, "ridge", probe)
        for name, probe, value, _ in told[1:]
    ]  # fmt: skip
    return dataclasses.replace(table(made, margin=None), differences=paired)


def test_of_errors_the_lowest_is_best_and_a_negative_difference_is_good():
    [error] = comparisons(of_targets())
    assert error.best == {"ecfp-count forest"}
    assert error.baselines == ("ecfp-count forest", "ecfp-count ridge", "constant")
    assert error.verdict("trained", "untrained") == "above"
    assert error.verdict("untrained", "trained") == "below"
    assert error.verdict("trained", "ecfp-count forest") == "below"
    [score] = comparisons(of_targets("roc_auc"))
    assert score.best == {"constant"}
    assert score.baselines[0] == "constant"
    assert score.verdict("trained", "untrained") == "below"


def test_descriptions_stand_beside_every_probe_by_the_name_of_their_reader():
    several = of_targets()
    more = [dataclasses.replace(row, probe="knn") for row in several.rows if row.encoder in ("trained", "untrained")]
    found = comparisons(dataclasses.replace(several, rows=[*several.rows, *more]))
    names = ["trained", "untrained", "ecfp-count ridge", "ecfp-count forest", "constant"]
    assert [(one.probe, list(one.rows), one.headline) for one in found] == [
        ("ridge", names, True),
        ("knn", names, False),
    ]
    assert encoders_of(found) == tuple(names)
    paired = found[0].paired_difference("trained", "ecfp-count ridge")
    assert paired is not None
    assert paired.value == pytest.approx(0.1)
    assert found[0].title == "gr · RMSE · mean · ridge"
