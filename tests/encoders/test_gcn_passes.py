"""The GCN's four passes against autograd's and against finite differences."""

import gc
import weakref
from itertools import pairwise

import pytest
import torch
from torch.nn.functional import normalize

from multigraft.encoders.gcn import GCN
from multigraft.encoders.gcn_passes import Passes, gcn_pass
from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.propagation import normalised_adjacency
from tests.helpers.graphs import random_graphs

SIZES = {"one-group": (1,), "equal": (2, 2), "unequal": (1, 3, 2)}


def plainly(heard, adjacency, sizes, weights):
    """The layers, line by line, with autograd looking."""
    hidden = None
    for weight, bias in zip(weights[::2], weights[1::2], strict=True):
        rows = heard if hidden is None else adjacency @ hidden
        parts = zip(rows.split(sizes), weight, bias, strict=True)
        update = torch.cat([part @ w.T + b for part, w, b in parts]).relu()
        hidden = normalize(update if hidden is None else update + hidden, dim=1)
    return hidden


def case(counts, layers=3, seed=0):
    """Input, adjacency, group sizes in nodes, and stacked weights, in double precision."""
    graphs = random_graphs(sum(counts), seed=seed, least_nodes=2, most_nodes=5, density=0.5).double()
    starts = torch.tensor([0, *counts]).cumsum(0)
    sizes = tuple(graphs.node_offsets[starts].diff().tolist())
    torch.manual_seed(seed)
    widths = [graphs.x.shape[1], *[4] * layers]
    weights = []
    for width, dim in pairwise(widths):
        weights.append(torch.randn(len(counts), dim, width, dtype=torch.float64, requires_grad=True))
        weights.append(torch.randn(len(counts), dim, dtype=torch.float64, requires_grad=True))
    adjacency = normalised_adjacency(graphs)
    return adjacency @ graphs.x, adjacency, sizes, weights


@pytest.mark.parametrize("counts", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_first_and_second_derivatives_equal_autograds(counts, layers):
    heard, adjacency, sizes, weights = case(counts, layers)
    found = []
    for embed in (lambda: gcn_pass(heard, Passes(adjacency, sizes), weights),
                  lambda: plainly(heard, adjacency, sizes, weights)):  # fmt: skip
        z = embed()
        weighing = torch.linspace(-1, 1, z.numel(), dtype=z.dtype).view_as(z)
        loss = ((z * weighing).sin() + z.square() * weighing).sum()
        first = torch.autograd.grad(loss, weights, create_graph=True)
        moved = sum((gradient * (gradient + weight)).sum() for gradient, weight in zip(first, weights, strict=True))
        found.append([z, *first, *torch.autograd.grad(moved, weights)])
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-10)


def test_derivatives_equal_finite_differences():
    heard, adjacency, sizes, weights = case((1, 2), layers=2, seed=3)
    embed = lambda *them: gcn_pass(heard, Passes(adjacency, sizes), them)  # noqa: E731
    assert torch.autograd.gradcheck(embed, weights)
    assert torch.autograd.gradgradcheck(embed, weights)


def test_third_derivatives_are_refused():
    heard, adjacency, sizes, weights = case((1,), layers=1)
    value = gcn_pass(heard, Passes(adjacency, sizes), weights).sin().sum()
    for _ in range(2):
        grads = torch.autograd.grad(value, weights, create_graph=True)
        value = sum((one * weight).sum() for one, weight in zip(grads, weights, strict=True))
    with pytest.raises(RuntimeError, match="once_differentiable"):
        value.backward()


def test_rows_of_zeros_stay_zero_and_have_finite_derivatives():
    heard, adjacency, sizes, weights = case((2,), layers=1)
    z = gcn_pass(heard, Passes(adjacency, sizes), [weights[0] * 0, weights[1] * 0 - 1])
    assert not z.any()
    gradients = torch.autograd.grad(z.sum(), weights)
    assert all(torch.isfinite(gradient).all() for gradient in gradients)


def test_nothing_stays_in_memory_once_the_loss_is_forgotten():
    graphs = random_graphs(4, seed=1)
    encoder = GCN(InputSchema.of(graphs), dim=4)
    gc.disable()
    try:
        z = encoder(graphs)
        gone = weakref.ref(z)
        z.sum().backward(create_graph=False)
        del z
        assert gone() is None
    finally:
        gc.enable()
