"""What products cost: 2 n k m for n x k times k x m, however they are written, and only where they are dense."""

import pytest
import torch
from torch.nn.functional import linear

from multigraft.bench.products import count

N, K, M, B = 3, 5, 7, 4
COST = 2 * N * K * M
LEFT, RIGHT, OUT = torch.ones(N, K), torch.ones(K, M), torch.ones(N, M)


@pytest.mark.parametrize(
    ("action", "cost"),
    [
        (lambda: LEFT @ RIGHT, COST),
        (lambda: torch.mm(LEFT, RIGHT, out=OUT.clone()), COST),
        (lambda: torch.addmm(OUT, LEFT, RIGHT), COST),
        (lambda: OUT.clone().addmm_(LEFT, RIGHT), COST),
        (lambda: torch.einsum("nk,km->nm", LEFT, RIGHT), COST),
        (lambda: linear(LEFT, RIGHT.T, OUT[0]), COST),
        (lambda: LEFT.expand(B, N, K) @ RIGHT.expand(B, K, M), B * COST),
        (lambda: torch.vmap(lambda one: one @ RIGHT)(LEFT.expand(B, N, K)), B * COST),
        (lambda: (LEFT @ RIGHT) @ RIGHT.T, 2 * COST),
        (lambda: (LEFT + 1).relu().sum(), 0),
        (lambda: LEFT.to_sparse() @ RIGHT, 0),
        (lambda: torch.empty(N, device=LEFT.device), 0),
    ],
    ids=["mm", "out", "addmm", "in place", "einsum", "linear", "bmm", "vmap", "two", "none", "sparse", "device"],
)
@pytest.mark.parametrize("inference", [False, True], ids=["", "inference"])
def test_products_are_counted(action, cost, inference):
    with torch.inference_mode(inference):
        assert sum(count(action).values()) == cost


def test_backward_counts():
    left, right = LEFT.clone().requires_grad_(), RIGHT.clone().requires_grad_()
    assert count(lambda: (left @ right).sum().backward()) == {"float32": 3 * COST}


def test_second_order_counts():
    """The gradient of the squared gradient: two products for y, g by one, and the outer backward."""
    right = RIGHT.clone().requires_grad_()

    def action():
        loss = (LEFT @ right).square().sum()
        (gradient,) = torch.autograd.grad(loss, right, create_graph=True)
        torch.autograd.grad(gradient.square().sum(), right)

    assert count(action) == {"float32": 4 * COST}


def test_types_are_counted_apart():
    def action():
        _ = LEFT @ RIGHT
        _ = LEFT.bfloat16() @ RIGHT.bfloat16()
        _ = LEFT.double() @ RIGHT.double() @ RIGHT.double().T

    assert count(action) == {"float32": COST, "bfloat16": COST, "float64": 2 * COST}


def test_the_action_does_what_it_does_unwatched():
    seen = []
    count(lambda: seen.append(LEFT @ RIGHT))
    assert torch.equal(seen[0], torch.full((N, M), float(K)))
