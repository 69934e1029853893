"""Single graphs are known again, in some rows of a table or in all of them in another order."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs.splits import split_graphs
from multigraft.models.known import known_after, met, read_known, write_known
from multigraft.models.storage import KNOWN, load_encoder
from tests.helpers.coded import random_coded
from tests.helpers.training import small_graphs, train_small

GRAPHS = random_coded(20, least_nodes=5)
OTHERS = random_coded(10, seed=9, least_nodes=5)
SPLIT = split_graphs(GRAPHS, "random", 3)


@given(st.permutations(range(20)), st.integers(1, 20))
def test_rows_in_any_order_are_known_where_they_were_trained_on(order, count):
    known, test = known_after(None, GRAPHS, SPLIT), set(SPLIT.test.tolist())
    assert met(known, GRAPHS.select(order[:count])) == sum(number not in test for number in order[:count])


def test_later_trainings_add_to_what_is_known():
    known = known_after(known_after(None, GRAPHS, SPLIT), OTHERS, split_graphs(OTHERS, "random", 0))
    assert (met(known, GRAPHS), met(known, OTHERS)) == (16, 8)
    assert known.tolist() == sorted(set(known.tolist()))


def test_what_is_known_is_kept(tmp_path):
    known = known_after(None, GRAPHS, SPLIT)
    write_known(tmp_path / KNOWN, known)
    assert torch.equal(read_known(tmp_path / KNOWN), known)
    assert read_known(tmp_path / "nowhere") is None
    (tmp_path / KNOWN).write_bytes(b"?")
    with pytest.raises(InputError, match=r"known\.safetensors does not say which graphs are known, it is damaged"):
        read_known(tmp_path / KNOWN)


def test_encoders_carry_it_from_one_training_to_the_next(tmp_path):
    first = train_small(small_graphs(24), epochs=1)
    assert met(first.known, small_graphs(24)) == 24 - len(first.split.test)
    there = load_encoder(first.save(tmp_path / "first"))
    assert torch.equal(there.known, first.known)
