"""Sentences must say what the numbers say: better, worse, not settled, not known."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.reports.comparisons import comparisons
from multigraft.reports.reading import details, headline, protocol_sentences
from tests.helpers.reports import Interval, rows, table, usual_table

BETTER = {"trained": 0.78, "untrained": 0.7}
WORSE = {"trained": 0.6, "untrained": 0.7}
CLOSE = {"trained": 0.71, "untrained": 0.7}
SAYS_NOTHING = "The table does not compare the trained encoder with the untrained one."


def said(**by_task: dict[str, Interval | float]) -> str:
    return headline(comparisons(table(*(rows(task, scores) for task, scores in by_task.items()))))


def detail(**scores: Interval | float) -> str:
    [(task, text)] = details(comparisons(table(rows("gc", scores))))
    assert task == "gc"
    return text


@pytest.mark.parametrize(
    ("by_task", "sentence"),
    [
        ({"lp": BETTER, "gc": CLOSE},
         "The trained encoder beats the untrained one on lp by 0.08; on gc the intervals overlap."),
        ({"gc": BETTER, "nc": BETTER, "lp": BETTER},
         "The trained encoder beats the untrained one on gc by 0.08, nc by 0.08 and lp by 0.08."),
        ({"gc": WORSE}, "The trained encoder falls behind the untrained one on gc by 0.10."),
        ({"gc": BETTER, "nc": WORSE, "lp": CLOSE},
         "The trained encoder beats the untrained one on gc by 0.08; it falls behind the untrained one on nc by 0.10; "
         "on lp the intervals overlap."),
        ({"gc": WORSE, "nc": CLOSE},
         "The trained encoder falls behind the untrained one on gc by 0.10; on nc the intervals overlap."),
        ({"gc": CLOSE, "nc": CLOSE},
         "On gc and nc the intervals of the trained and the untrained encoder overlap, so these test graphs do not "
         "show that training helped."),
        ({"gc": {"trained": 0.7}}, SAYS_NOTHING),
        ({"gc": {"trained": (0.9, math.nan, math.nan), "untrained": 0.5}}, SAYS_NOTHING),
        ({}, SAYS_NOTHING),
    ],
)  # fmt: skip
def test_headline(by_task: dict[str, dict[str, Interval | float]], sentence: str):
    assert said(**by_task) == sentence


def test_headline_reads_the_first_features_of_a_task_only():
    found = comparisons(table(rows("lp", CLOSE), rows("lp", BETTER, features="concat")))
    assert "do not show that training helped" in headline(found)
    assert len(details(found)) == 1


@given(st.floats(0.1, 0.9), st.floats(0.1, 0.9), st.floats(0.001, 0.1))
def test_headline_never_claims_more_than_the_intervals(trained: float, untrained: float, half: float):
    sentence = said(gc={
        "trained": (trained, trained - half, trained + half),
        "untrained": (untrained, untrained - half, untrained + half),
    })  # fmt: skip
    assert ("beats" in sentence) == (trained - half > untrained + half)
    assert ("falls behind" in sentence) == (trained + half < untrained - half)
    assert ("overlap" in sentence) == (not ("beats" in sentence or "falls behind" in sentence))


def test_detail_against_the_untrained_encoder():
    assert detail(trained=0.78, untrained=0.7) == (
        "0.780 trained, 0.700 untrained (+0.080): the intervals lie apart, so training helped here."
    )
    assert "(-0.100): the intervals lie apart, so training did harm here." in detail(**WORSE)
    assert "these test graphs alone do not settle which is better" in detail(**CLOSE)
    assert "chance is not excluded" in detail(trained=(0.9, math.nan, math.nan), untrained=0.5)


def test_detail_against_the_better_of_the_baselines():
    worse = detail(trained=0.7, attributes=0.6, majority=0.5)
    assert worse == "The tree on the raw attributes reaches 0.600; its interval lies below the trained encoder's."
    better = detail(trained=0.7, attributes=0.8, majority=0.5)
    assert "reaches 0.800; its interval lies above the trained encoder's, without having seen an edge." in better
    majority = detail(trained=0.8, attributes=0.7, majority=0.79)
    assert "Always giving the most frequent answer reaches 0.790; its interval overlaps" in majority
    assert detail(trained=0.7, majority=(0.5, math.nan, math.nan)).endswith("reaches 0.500.")


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
