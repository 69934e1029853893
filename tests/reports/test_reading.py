"""Sentences must say what the numbers say: better, worse, not settled, not known."""

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.reports.comparisons import comparisons
from multigraft.reports.reading import details, headline, protocol_sentences
from tests.helpers.reports import Interval, rows, table, usual_table
from tests.reports.test_comparisons import of_targets

BETTER = {"trained": 0.78, "untrained": 0.7}
WORSE = {"trained": 0.6, "untrained": 0.7}
CLOSE = {"trained": 0.71, "untrained": 0.7}
SAYS_NOTHING = "The table has no paired difference between the trained encoder and the untrained one."


def said(margin: float | None = 0.02, **by_task: dict[str, Interval | float]) -> str:
    parts = (rows(task, scores) for task, scores in by_task.items())
    return headline(comparisons(table(*parts, margin=margin)))


def detail(margin: float | None = 0.02, **scores: Interval | float) -> str:
    [(task, text)] = details(comparisons(table(rows("gc", scores), margin=margin)))
    assert task == "gc"
    return text


@pytest.mark.parametrize(
    ("by_task", "sentence"),
    [
        ({"lp": BETTER, "gc": CLOSE},
         "The trained encoder beats the untrained one on lp by 0.08; on gc the interval of their difference contains "
         "zero."),
        ({"gc": BETTER, "nc": BETTER, "lp": BETTER},
         "The trained encoder beats the untrained one on gc by 0.08, nc by 0.08 and lp by 0.08."),
        ({"gc": WORSE}, "The trained encoder falls behind the untrained one on gc by 0.10."),
        ({"gc": BETTER, "nc": WORSE, "lp": CLOSE},
         "The trained encoder beats the untrained one on gc by 0.08; it falls behind the untrained one on nc by 0.10; "
         "on lp the interval of their difference contains zero."),
        ({"gc": WORSE, "nc": CLOSE},
         "The trained encoder falls behind the untrained one on gc by 0.10; on nc the interval of their difference "
         "contains zero."),
        ({"gc": CLOSE, "nc": CLOSE},
         "On gc and nc the interval of the paired difference between the trained and the untrained encoder contains "
         "zero, so these test graphs do not show that training helped."),
        ({"gc": {"trained": 0.7}}, SAYS_NOTHING),
        ({"gc": {"trained": math.nan, "untrained": 0.5}}, SAYS_NOTHING),
        ({}, SAYS_NOTHING),
    ],
)  # fmt: skip
def test_headline(by_task: dict[str, dict[str, Interval | float]], sentence: str):
    assert said(**by_task) == sentence


def test_headline_claims_nothing_from_two_intervals_that_lie_apart():
    assert said(None, gc=BETTER, nc=WORSE) == SAYS_NOTHING


def test_headline_reads_the_first_features_of_a_task_only():
    found = comparisons(table(rows("lp", CLOSE), rows("lp", BETTER, features="concat")))
    assert "do not show that training helped" in headline(found)
    assert len(details(found)) == 1


@given(st.floats(0.1, 0.9), st.floats(0.1, 0.9), st.floats(0.001, 0.1))
def test_headline_never_claims_more_than_the_paired_difference(trained: float, untrained: float, half: float):
    sentence = said(half, gc={"trained": trained, "untrained": untrained})
    assert ("beats" in sentence) == (trained - untrained - half > 0)
    assert ("falls behind" in sentence) == (trained - untrained + half < 0)
    assert ("contains zero" in sentence) == (not ("beats" in sentence or "falls behind" in sentence))


def test_detail_against_the_untrained_encoder():
    assert detail(trained=0.78, untrained=0.7) == (
        "0.780 trained, 0.700 untrained: paired difference +0.080 (95 % interval +0.060 to +0.100), "
        "so training helped here."
    )
    assert detail(**WORSE).endswith(
        "paired difference -0.100 (95 % interval -0.120 to -0.080), so training did harm here."
    )
    assert detail(**CLOSE).endswith(
        "paired difference +0.010 (95 % interval -0.010 to +0.030), "
        "so these test graphs alone do not settle which is better."
    )
    assert detail(None, trained=0.9, untrained=0.5) == (
        "0.900 trained, 0.500 untrained (+0.400): the table has no interval of this difference, "
        "so chance is not excluded."
    )


def test_nothing_is_minus_zero():
    same = detail(0.0, trained=0.7, untrained=0.7)
    assert "paired difference +0.000 (95 % interval +0.000 to +0.000), so these test graphs alone do not" in same
    assert "-0.000" not in detail(0.0, trained=0.7, untrained=0.7001)


def test_detail_against_the_better_of_the_baselines():
    worse = detail(trained=0.7, attributes=0.6, majority=0.5)
    assert worse == (
        "The tree on the raw attributes reaches 0.600; trained minus this: paired difference +0.100 "
        "(95 % interval +0.080 to +0.120), so the trained encoder is better here."
    )
    better = detail(trained=0.7, attributes=0.8, majority=0.5)
    assert "reaches 0.800; trained minus this: paired difference -0.100" in better
    assert better.endswith("so this baseline is better here, without having seen an edge.")
    majority = detail(trained=0.8, attributes=0.7, majority=0.79)
    assert "Always giving the most frequent answer reaches 0.790; trained minus this" in majority
    assert majority.endswith("so these test graphs alone do not settle which is better.")
    assert detail(None, trained=0.7, majority=0.5).endswith("reaches 0.500.")


def test_detail_without_anything_to_compare():
    assert detail(trained=0.7) == "Nothing to compare with."


def test_every_task_has_its_detail():
    assert [task for task, _ in details(comparisons(usual_table()))] == ["gc", "nc", "lp"]


def test_protocols_are_told_apart():
    strict, paper = protocol_sentences("strict"), protocol_sentences("paper")
    assert len(strict) == len(paper) == 2
    assert "no part in message passing" in strict[1]
    assert "held-out edges included" in paper[1]
    assert protocol_sentences("own") == ("Measured under protocol own.",)


# --- targets ---------------------------------------------------------------------------------------------------------


def test_of_errors_the_smaller_beats_the_larger():
    found = comparisons(of_targets())
    assert headline(found) == "The trained encoder beats the untrained one on gr by 0.10."
    [(_, text)] = details(found)
    assert "0.900 trained, 1.000 untrained: paired difference -0.100" in text
    assert "so training helped here." in text
    assert "What is read from ecfp-count forest reaches 0.700; trained minus this: paired difference +0.200" in text
    assert text.endswith("so this baseline is better here, without an encoder.")
    assert headline(comparisons(of_targets(trained=1.2))).startswith("The trained encoder falls behind")


def test_a_small_difference_of_small_errors_is_not_said_to_be_none():
    found = comparisons(of_targets("mae", trained=0.0004, untrained=0.0214))
    assert "on gr by 0.02." in headline(found)
    tiny = dataclasses.replace(found[0].paired["trained", "untrained"], value=-0.0004, low=-0.0006, high=-0.0002)
    told = dataclasses.replace(found[0], paired={("trained", "untrained"): tiny})
    assert headline([told]) == "The trained encoder beats the untrained one on gr by 0.0004."


def test_a_constant_is_called_what_it_is():
    [(_, text)] = details(comparisons(of_targets("roc_auc")))
    assert "Always giving the training mean reaches 1.500" in text
