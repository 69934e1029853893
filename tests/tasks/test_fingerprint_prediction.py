"""Fingerprint prediction: RDKit's bits in bytes and back, the plain loss, average precision."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from multigraft.graphs.fingerprints import BITS, fingerprint_of
from multigraft.randomness import generator
from multigraft.tasks.base import Examples
from multigraft.tasks.fingerprint_prediction import FingerprintPrediction, unpacked
from tests.helpers.coded import molecules
from tests.reference import descriptions as plain

TASK = FingerprintPrediction()


@given(st.lists(st.lists(st.booleans(), min_size=16, max_size=16), min_size=1, max_size=4))
def test_bits_come_back_from_bytes(rows):
    packed = torch.from_numpy(np.packbits(np.array(rows), axis=1))
    assert unpacked(packed).tolist() == rows


def test_answers_are_rdkits_bits():
    graphs = molecules(30)
    asked = TASK.examples(TASK.equipped(graphs, torch.arange(30)), generator(0))
    assert asked.answers.shape == (30, BITS // 8)
    assert np.array_equal(unpacked(asked.answers).numpy(), fingerprint_of(graphs, "ecfp-binary") > 0)


def questions(bits):
    packed = torch.from_numpy(np.packbits(bits.numpy(), axis=1))
    return Examples(molecules(len(bits)), torch.arange(len(bits)), packed)


def test_the_loss_is_the_plain_one():
    draws = generator(0)
    bits = torch.rand(4, 24, generator=draws) < 0.3
    logits = torch.randn(4, 24, generator=draws, dtype=torch.float64)
    expected = plain.cross_entropy(logits.tolist(), bits.tolist())
    assert abs(TASK.loss(logits, questions(bits)) - expected) < 1e-12


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_the_score_is_average_precision_over_all_bits(share):
    draws = generator(1)
    bits = torch.rand(9, 40, generator=draws) < share
    logits = torch.randn(9, 40, generator=draws, dtype=torch.float64)
    expected = average_precision_score(bits.numpy().ravel(), logits.numpy().ravel())
    assert TASK.metric(logits, questions(bits)) == pytest.approx(expected)
    assert TASK.metric(bits.double(), questions(bits)) == pytest.approx(1)
