"""Sentences that can turn out wrong, and do."""

import dataclasses
import math

import pytest

from multigraft.errors import InputError
from multigraft.evaluation.significance import corrected_difference
from multigraft.studies.cells import cells
from multigraft.studies.claims import FAILS, HOLDS, NOT_RUN, OPEN, Claim, judge, read_claims
from multigraft.studies.ledger import Ledger
from multigraft.studies.names import STUDY_NAMES
from multigraft.studies.reading import read_study
from multigraft.studies.study import Row
from tests.helpers.made_up import likely, made_up, noise
from tests.helpers.studies import small_study

STUDY = small_study(
    rows=(
        Row("classical", "single", (("gc",), ("lp",)), "own"),
        Row("isame", "isame", (("gc",), ("gc", "lp"))),
        Row("esame", "esame", (("gc",), ("gc", "lp"))),
    ),
    splits=5,
)
CLAIM = Claim("better", "SAME is better.", "nobody", "small", ("isame", "esame"), ("classical",))


def judged(claim, tmp_path, score=likely, kept=lambda run: True, study=STUDY):
    ledger = made_up(study, tmp_path, score, kept)
    return judge(claim, study, cells(study, "strict", ledger), "strict")


def ahead(points, shake=0.005):
    """Every encoder of SAME is so much better than others, and a little chance."""

    def score(run, task):
        gain = points if run.training is not None and run.training.strategy in ("isame", "esame") else 0.0
        return 0.5 + gain / 100 + shake * noise(run.key, task)

    return score


@pytest.mark.parametrize(
    ("points", "margin", "verdict"),
    [(10, 0.0, HOLDS), (-10, 0.0, FAILS), (0, 0.0, OPEN), (-1, 3.0, HOLDS), (-5, 3.0, FAILS)],
)
def test_the_interval_decides(tmp_path, points, margin, verdict):
    found = judged(dataclasses.replace(CLAIM, margin=margin), tmp_path, ahead(points))
    assert found.verdict == verdict
    assert found.found.value == pytest.approx(points, abs=1.0)


@pytest.mark.parametrize(
    ("trained", "against", "pairs"),
    [
        ("same", ("classical",), {("isame", "gc", "gc"), ("esame", "gc", "gc")}),
        ("asked", ("classical",), {(model, task, trained) for model in ("isame", "esame")
                                   for task, trained in (("gc", "gc"), ("gc", "gc,lp"), ("lp", "gc,lp"))}),
        ("none", ("untrained",), {(model, task, trained) for model in ("isame", "esame")
                                  for task, trained in (("gc", "gc"), ("gc", "gc,lp"), ("lp", "gc,lp"))}),
        ("same", ("nobody", "classical"), {("isame", "gc", "gc"), ("esame", "gc", "gc")}),
    ],
)  # fmt: skip
def test_the_mean_is_over_all_pairs_on_each_split(tmp_path, trained, against, pairs):
    ledger = made_up(STUDY, tmp_path)
    shown = {(one.model, one.task, one.trained): one for one in cells(STUDY, "strict", ledger) if one.headline}
    claim = dataclasses.replace(CLAIM, trained=trained, against=against)
    found = judge(claim, STUDY, list(shown.values()), "strict")
    other = against[-1]
    gaps = [
        [
            shown[model, task, on].values[split] - shown[other, task, "" if trained == "none" else task].values[split]
            for model, task, on in sorted(pairs)
        ]
        for split in range(5)
    ]
    means = [math.fsum(of_split) / len(of_split) for of_split in gaps]
    expected = corrected_difference(means, [0.0] * 5, 0.2 / 0.7)
    assert (found.pairs, found.wanted) == (len(pairs), len(pairs))
    assert found.found.value == pytest.approx(expected.value)
    assert found.found.low == pytest.approx(expected.low)
    by_pair = [math.fsum(gap) / 5 for gap in zip(*gaps, strict=True)]
    assert (found.worst, found.best) == (pytest.approx(min(by_pair)), pytest.approx(max(by_pair)))


def test_pairs_that_decide_alone_are_counted(tmp_path):
    found = judged(dataclasses.replace(CLAIM, trained="asked"), tmp_path, ahead(10))
    assert (found.above, found.below) == (6, 0)
    found = judged(dataclasses.replace(CLAIM, trained="asked"), tmp_path / "worse", ahead(-10))
    assert (found.above, found.below) == (0, 6)


def test_only_splits_that_all_pairs_have_count(tmp_path):
    found = judged(CLAIM, tmp_path, kept=lambda run: run.seed != 3 or "isame" not in str(run.config()))
    assert found.found.n == 4


def test_some_tasks_and_some_trainings_can_be_meant(tmp_path):
    found = judged(dataclasses.replace(CLAIM, trained="asked", tasks=("lp",)), tmp_path)
    assert found.pairs == 2
    found = judged(dataclasses.replace(CLAIM, trained="asked", begun=("lp", "gc")), tmp_path / "begun")
    assert found.pairs == 4


def test_what_was_not_run_is_said(tmp_path):
    found = judged(CLAIM, tmp_path, kept=lambda run: False)
    assert (found.verdict, found.pairs, found.wanted) == (NOT_RUN, 0, 2)
    assert math.isnan(found.worst)


def test_one_split_leaves_it_open(tmp_path):
    found = judged(CLAIM, tmp_path, ahead(10), kept=lambda run: run.seed == 0)
    assert (found.verdict, found.found.n) == (OPEN, 1)


def test_a_score_that_is_a_difference_is_compared_with_nothing(tmp_path):
    study = read_study("same-table3").planned(["ENZYMES"], 3)
    ledger = made_up(study, tmp_path)
    claim = dataclasses.replace(CLAIM, study="same-table3", against=("nothing",), margin=3.0)
    found = judge(claim, study, cells(study, "strict", ledger), "strict")
    gains = [cell for cell in cells(study, "strict", ledger) if cell.model in ("isame", "esame")]
    assert found.pairs == len(gains) == 8
    assert found.found.value == pytest.approx(sum(sum(cell.values.values()) / 3 for cell in gains) / 8)


def test_smaller_errors_are_better(tmp_path):
    found = [
        dataclasses.replace(one, metric="rmse") for one in cells(STUDY, "strict", made_up(STUDY, tmp_path, ahead(10)))
    ]
    assert judge(CLAIM, STUDY, found, "strict").verdict == FAILS


# --- the claims that come along --------------------------------------------------------------------------------------


@pytest.mark.parametrize("claim", read_claims(), ids=lambda claim: claim.name)
def test_shipped_claims_meet_cells(claim, tmp_path):
    """With every run made up there is a pair for each claim, and no pair is missing."""
    assert claim.study in STUDY_NAMES
    study = read_study(claim.study)
    found = judge(claim, study, cells(study, "strict", Ledger(tmp_path)), "strict")
    assert found.wanted >= 2
    assert found.verdict == NOT_RUN


def test_names_of_claims_are_their_own():
    names = [claim.name for claim in read_claims()]
    assert len(set(names)) == len(names)


WHOLE = """[[claims]]
name = "a"
says = "b"
source = "c"
study = "d"
first = ["e"]
against = ["f"]
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[claims", "cannot be read"),
        ('[[claims]]\nname = "a"', "claim 1: .*missing"),
        (WHOLE + 'trained = "no"', "claim 1: trained is one of same, asked, none, got 'no'"),
        (WHOLE + WHOLE + "spread = 1", "claim 2: .*unexpected keyword"),
    ],
    ids=["toml", "lacking", "relation", "unknown"],
)
def test_bad_claims_are_named(tmp_path, text, message):
    file = tmp_path / "claims.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=message):
        read_claims(file)
