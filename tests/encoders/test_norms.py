"""Batch norm in which a row stands for several nodes: as if it were there several times."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from multigraft.encoders.norms import NodeNorm


def norms(momentum=0.1):
    """Two equal ones in double precision, with weights and statistics of their own."""
    torch.manual_seed(0)
    found = [NodeNorm(4, momentum=momentum).double() for _ in range(2)]
    with torch.no_grad():
        for part in (found[0].weight, found[0].bias, found[0].running_mean):
            part.normal_()
        found[0].running_var.uniform_(0.5, 2)
    found[1].load_state_dict(found[0].state_dict())
    return found


def rows(seed, count):
    return torch.randn(count, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), st.integers(0, 99), st.sampled_from([0.1, 0.7, None]))
def test_rows_count_as_often_as_they_are_told(counts, seed, momentum):
    weighted, repeated = norms(momentum)
    x, y = rows(seed, len(counts)).requires_grad_(), rows(seed, len(counts)).requires_grad_()
    often = torch.tensor(counts)
    out, expected = weighted(x, often.double()), repeated(y.repeat_interleave(often, 0))
    torch.testing.assert_close(out.repeat_interleave(often, 0), expected, rtol=1e-9, atol=1e-12)
    down = rows(seed + 1, int(often.sum()))
    (out.repeat_interleave(often, 0) * down).sum().backward()
    (expected * down).sum().backward()
    for ours, theirs in [(x, y), *zip(weighted.parameters(), repeated.parameters(), strict=True)]:
        torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-9, atol=1e-9)
    for name, value in repeated.state_dict().items():
        torch.testing.assert_close(weighted.state_dict()[name], value, rtol=1e-9, atol=1e-12)


def test_gradients_can_be_differentiated_again():
    seed, (weighted, _) = 0, norms()
    counts = torch.tensor([1.0, 3.0, 2.0], dtype=torch.float64)

    def run(x, weight, bias):
        return torch.func.functional_call(weighted, {"weight": weight, "bias": bias}, (x, counts))

    parts = [rows(seed, 3), weighted.weight.detach(), weighted.bias.detach()]
    assert torch.autograd.gradcheck(run, [part.requires_grad_() for part in parts])
    assert torch.autograd.gradgradcheck(run, parts)


def test_weights_that_do_not_learn_stay_out_of_second_derivatives():
    weighted, _ = norms()
    weighted.requires_grad_(False)
    x = rows(0, 3).requires_grad_()
    (first,) = torch.autograd.grad(weighted(x, torch.ones(3)).square().sum(), x, create_graph=True)
    assert bool(torch.autograd.grad(first.square().sum(), x)[0].isfinite().all())


def test_without_counts_it_is_batch_norm():
    ours, plain = NodeNorm(4).double(), nn.BatchNorm1d(4).double()
    x = rows(0, 7)
    assert torch.equal(ours(x), plain(x))
    assert torch.equal(ours.running_var, plain.running_var)
    assert torch.equal(ours.eval()(x, torch.ones(7)), plain.eval()(x))


@pytest.mark.parametrize("counts", [None, torch.ones(1)])
def test_a_single_node_is_judged_by_what_was_met_before(counts):
    ours, _ = norms()
    x, before = rows(0, 1), ours.running_mean.clone()
    expected = nn.functional.batch_norm(x, ours.running_mean, ours.running_var, ours.weight, ours.bias)
    assert torch.equal(ours(x, counts), expected)
    assert torch.equal(ours.running_mean, before)


def test_one_row_of_many_nodes_has_no_spread():
    ours, _ = norms()
    assert torch.allclose(ours(rows(0, 1), torch.tensor([5.0])), ours.bias[None])


def test_mixed_precision_is_read_and_given_back():
    ours = NodeNorm(4)
    x = rows(0, 6).bfloat16().requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        out = ours(x, torch.tensor([1.0, 2, 1, 1, 3, 1]))
    out.float().square().sum().backward()
    assert out.dtype == x.grad.dtype == torch.bfloat16
    assert ours.weight.grad.dtype == torch.float32
