"""Descriptor regression: ranks among training molecules, the plain loss, what is unknown left out."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.graphs.fingerprints import fingerprint_of
from multigraft.randomness import generator
from multigraft.tasks.base import Examples
from multigraft.tasks.descriptor_regression import LEVELS, UNKNOWN, DescriptorRegression, ranks
from tests.helpers.coded import molecules
from tests.reference import descriptions as plain

TASK = DescriptorRegression()
NUMBERS = st.one_of(st.integers(-3, 3).map(float), st.sampled_from([math.nan, math.inf, -math.inf]))


def told(byte):
    return None if byte == UNKNOWN else byte / LEVELS


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=12), st.data())
def test_ranks_are_the_plain_ones(rows, data):
    train = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1, unique=True))
    found = ranks(torch.tensor(rows), torch.tensor(train))
    for place in range(2):
        among = [rows[row][place] for row in train]
        for row, byte in zip(rows, found[:, place].tolist(), strict=True):
            expected = plain.rank(row[place], among)
            assert (expected is None) == (byte == UNKNOWN)
            assert expected is None or abs(byte / LEVELS - expected) <= 0.5 / LEVELS + 1e-6


def test_no_molecule_but_those_of_training_decides_what_ranks_mean():
    values = torch.randn(20, 3, generator=generator(0))
    train = torch.arange(12)
    others = values.clone()
    others[15:] *= 100
    assert torch.equal(ranks(values, train)[:15], ranks(others, train)[:15])
    assert ranks(others, train).max() <= LEVELS


@pytest.mark.parametrize("missing", [0.0, 0.5, 1.0])
def test_the_loss_is_the_plain_one(missing):
    draws = generator(1)
    answers = torch.randint(LEVELS + 1, (7, 5), generator=draws, dtype=torch.uint8)
    answers[torch.rand(7, 5, generator=draws) < missing] = UNKNOWN
    logits = torch.randn(7, 5, generator=draws, dtype=torch.float64)
    examples = Examples(molecules(7), torch.arange(7), answers)
    expected = plain.squared_loss(logits.tolist(), [[told(byte) for byte in row] for row in answers.tolist()])
    assert abs(TASK.loss(logits, examples) - expected) < 1e-12


def test_the_score_is_1_for_the_truth_0_for_the_mean_and_skips_what_does_not_vary():
    answers = torch.tensor([[0, 254, UNKNOWN], [100, 254, 7], [254, 254, UNKNOWN]], dtype=torch.uint8)
    examples = Examples(molecules(3), torch.arange(3), answers)
    truth = (answers.double() / LEVELS - 0.5) * math.sqrt(12)
    assert TASK.metric(truth, examples) == pytest.approx(1)
    assert TASK.metric(truth[:, :1].mean(0).expand(3, 3), examples) == pytest.approx(0)
    nothing = Examples(molecules(3), torch.arange(3), torch.full((3, 3), UNKNOWN, dtype=torch.uint8))
    assert math.isnan(TASK.metric(truth, nothing))


def test_ranks_of_real_molecules_rise_with_their_descriptors():
    graphs = molecules(60)
    equipped = TASK.equipped(graphs, torch.arange(60))
    values, found = torch.tensor(fingerprint_of(graphs, "descriptors")), equipped.graphs[TASK.column]
    varied = (found != UNKNOWN).all(0)
    assert varied.sum() > 100
    order = values[:, varied].argsort(0)
    assert bool((found[:, varied].long().gather(0, order).diff(dim=0) >= 0).all())


@pytest.mark.parametrize("count", [3, 7, 50])
def test_a_descriptor_that_is_the_same_for_all_who_are_asked_is_not_scored(count):
    answers = torch.randint(LEVELS + 1, (count, 4), generator=generator(count), dtype=torch.uint8)
    answers[:, 1], answers[:, 2] = 100, UNKNOWN
    said = torch.zeros(count, 4)
    both = Examples(molecules(count), torch.arange(count), answers)
    varied = Examples(both.graphs, both.queries, answers[:, [0, 3]])
    assert TASK.metric(said, both) == pytest.approx(TASK.metric(said[:, :2], varied))
    assert abs(TASK.metric(said, both)) < 10


def test_the_score_of_real_molecules_is_a_usual_number():
    graphs = molecules(200)
    asked = TASK.examples(TASK.equipped(graphs, torch.arange(150)).select(torch.arange(150, 200)), generator(0))
    assert -10 < TASK.metric(torch.zeros(asked.answers.shape), asked) <= 0
