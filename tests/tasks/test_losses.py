"""Means over some terms, with gradients that no term left out can spoil."""

import math

import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.tasks.losses import mean_where


@given(st.lists(st.tuples(st.floats(-10, 10), st.booleans()), max_size=20))
def test_the_mean_of_the_chosen(terms):
    values = torch.tensor([value for value, _ in terms], dtype=torch.float64)
    chosen = torch.tensor([flag for _, flag in terms], dtype=torch.bool)
    picked = [value for value, flag in terms if flag]
    expected = sum(picked) / len(picked) if picked else 0.0
    assert math.isclose(mean_where(values, chosen).item(), expected, abs_tol=1e-12)


def test_tables_count_cell_by_cell():
    terms = torch.tensor([[1.0, 100.0], [3.0, 8.0]])
    assert mean_where(terms, torch.tensor([[True, False], [True, True]])).item() == 4.0


def test_what_is_left_out_neither_counts_nor_learns():
    logits = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    terms = logits * torch.tensor([2.0, math.inf, 5.0])
    loss = mean_where(terms, torch.tensor([True, False, True]))
    assert loss.item() == 8.5
    nothing = mean_where(logits, torch.zeros(3, dtype=torch.bool))
    (gradient,) = torch.autograd.grad(nothing, logits)
    assert nothing.item() == 0
    assert gradient.tolist() == [0, 0, 0]
