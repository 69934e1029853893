"""Sentences that can turn out wrong, and do."""

import dataclasses
import math

import pytest

from multigraft.errors import InputError
from multigraft.evaluation.significance import corrected_difference
from multigraft.studies import claims as claims_module
from multigraft.studies.cells import cells
from multigraft.studies.claims import FAILS, HOLDS, NOT_RUN, OPEN, Claim, judge, read_claims
from multigraft.studies.facts import ENOUGH
from multigraft.studies.ledger import Ledger
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
    other = dataclasses.replace(CLAIM, trained="any", begun=("lp", "gc"))
    assert judged(other, tmp_path / "any").pairs == 4


def test_the_baseline_is_read_as_the_claim_says_or_else_alike(tmp_path):
    shown = [one for one in cells(STUDY, "strict", made_up(STUDY, tmp_path)) if one.headline]
    ours = [one for one in shown if one.model == "isame" and one.trained == "gc"]
    forest, linear = (
        dataclasses.replace(ours[0], model="ecfp-count", trained="", probe=probe, values=dict.fromkeys(range(5), value))
        for probe, value in (("forest", 10.0), ("svm", 20.0))
    )
    claim = dataclasses.replace(CLAIM, first=("isame",), against=("ecfp-count",), trained="none")
    mean = sum(ours[0].values.values()) / 5
    for probe, value in (("forest", 10.0), ("svm", 20.0), ("", 20.0)):
        found = judge(dataclasses.replace(claim, probe=probe), STUDY, [*ours, forest, linear], "strict")
        assert found.found.value == pytest.approx(mean - value)


def test_pairs_of_the_whole_study_are_wanted(tmp_path):
    ledger = made_up(STUDY, tmp_path)
    shown = cells(STUDY, "strict", ledger)
    some = [one for one in shown if one.model != "isame"]
    found = judge(CLAIM, STUDY, some, "strict", shown)
    assert (found.pairs, found.wanted) == (1, 2)


def test_pairs_that_share_no_split_are_open(tmp_path):
    found = judged(
        CLAIM,
        tmp_path,
        kept=lambda run: (run.seed < 2) == ("isame" in str(run.config())) or "single" in str(run.config()),
    )
    assert (found.pairs, found.found.n, found.verdict) == (2, 0, OPEN)


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


PAIRS = {
    "one-task": 24, "several-tasks": 72, "fine-tuning-struggles": 48, "unseen-task": 24, "delta-m": 32,
    "delta-m-three-points": 32, "trained-one-task": 24, "trained-several-tasks": 72, "trained-unseen-task": 24,
    "attributes-nodes": 24, "second-order": 6, "tasks-apart": 12, "classical-embeddings": 12, "both-levels": 8,
    "masking-alone": 8, "context-alone": 8, "fingerprints": 8, "frozen-pre-trained": 40, "frozen-fingerprints": 40,
    "gin-untrained": 24, "gin-attributes": 8, "gin-classical": 24, "pretext-joint-frozen": 10, "pretext-am-frozen": 10,
    "pretext-cp-frozen": 10, "pretext-joint-tuned": 10, "pretext-scratch": 10,
    "recommended-untrained": 12, "recommended-specialists": 12, "recommended-tree": 4, "recommended-meta-learning": 12,
    "recommended-training": 6,
    "recommended-readout": 2,
    **{f"recommended-{one}": 6 for one in ("walks", "spectrum", "bins", "fourier", "periods", "degree", "own",
                                           "carry", "layers", "scaling")},
    **{f"recommended-molecules-{one}": 5 for one in ("untrained", "fingerprint", "descriptors", "both", "fused")},
    **{f"recommended-pretexts-{one}": 4 for one in ("trained", "fp", "am", "cp", "cl", "mae", "both")},
    "recommended-pretexts-meta-learning": 8,
}  # fmt: skip


@pytest.mark.parametrize("claim", read_claims(), ids=lambda claim: claim.name)
def test_shipped_claims_meet_their_cells(claim, tmp_path):
    study = read_study(claim.study)
    for protocol in study.protocols:
        shown = cells(study, protocol, Ledger(tmp_path))
        found = judge(claim, study, shown, protocol)
        assert (found.wanted, found.verdict) == (PAIRS[claim.name], NOT_RUN)
        models = {cell.model for cell in shown}
        assert {*claim.first, *claim.against} <= {*models, "nothing"}


@pytest.mark.parametrize("name", sorted({claim.study for claim in read_claims()}))
def test_a_study_plans_as_many_splits_as_its_claims_need(name):
    assert read_study(name).splits >= ENOUGH


def test_fingerprints_are_read_as_the_sentences_say(tmp_path):
    claims = {claim.name: claim for claim in read_claims()}
    assert claims["fingerprints"].probe == "forest"
    study = read_study("frozen-molecules")
    shown = [cell for cell in cells(study, "strict", Ledger(tmp_path)) if cell.model in ("gin", "ecfp-count")]
    pairs = claims_module._pairs(claims["frozen-fingerprints"], shown, "strict")
    assert {(cell.probe, other.probe) for cell, other in pairs} == {("best", "best")}


def test_a_cell_is_not_compared_with_itself(tmp_path):
    claim = dataclasses.replace(CLAIM, first=("isame",), against=("isame",), trained="any")
    found = cells(STUDY, "strict", made_up(STUDY, tmp_path, likely))
    pairs = claims_module._pairs(claim, found, "strict")
    assert pairs
    assert all(one is not other for one, other in pairs)


def test_names_of_claims_are_their_own():
    names = [claim.name for claim in read_claims()]
    assert len(set(names)) == len(names)


WHOLE = """[[claims]]
name = "a"
says = "b"
source = "c"
study = "same-table1"
first = ["e"]
against = ["f"]
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[claims", "cannot be read"),
        ('[[claims]]\nname = "a"', "claim 1: .*missing"),
        (WHOLE + 'trained = "no"', "claim 1: trained is one of same, asked, none, any, got 'no'"),
        (WHOLE + WHOLE + 'spread = "1"', "claim 2: .*unexpected keyword"),
        (WHOLE + 'margin = "1"', "claim 1: margin is a number or a text, got '1'"),
        (WHOLE + 'begun = "cp"', "claim 1: begun is a list, got 'cp'"),
        (WHOLE.replace("same-table1", "same-tabel1"), "claim 1: there is no study 'same-tabel1'"),
        ("claims = 3", r"claims are tables, \[\[claims\]\] each"),
    ],
    ids=["toml", "lacking", "relation", "unknown", "number", "list", "study", "tables"],
)
def test_bad_claims_are_named(tmp_path, text, message):
    file = tmp_path / "claims.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=message):
        read_claims(file)
