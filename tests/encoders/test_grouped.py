"""Products of groups of rows against one product a group."""

import pytest
import torch

from multigraft.encoders import grouped
from multigraft.encoders.grouped import outer, product, sums

SIZES = [(3, 3, 3), (4, 1, 2), (0, 5, 2), (6,)]


def made(sizes, seed=0):
    """Rows of width 4 and of width 3, weights and biases from 4 to 3."""
    torch.manual_seed(seed)
    rows, groups = sum(sizes), len(sizes)
    return torch.randn(rows, 4), torch.randn(rows, 3), torch.randn(groups, 3, 4), torch.randn(groups, 3)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("biased", [False, True], ids=["linear", "affine"])
def test_every_group_meets_its_own_weights(sizes, biased):
    x, _, weight, bias = made(sizes)
    expected = [rows @ w.T + biased * b for rows, w, b in zip(x.split(sizes), weight, bias, strict=True)]
    torch.testing.assert_close(product(x, weight, sizes, bias if biased else None), torch.cat(expected))


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_products_are_added_where_there_is_something(sizes):
    x, y, weight, _ = made(sizes)
    before = y.clone()
    assert product(x, weight, sizes, into=y) is y
    torch.testing.assert_close(y, before + product(x, weight, sizes))


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_outer_products_and_sums_are_each_groups_own(sizes):
    x, y, weight, _ = made(sizes)
    expected = torch.stack([a.T @ b for a, b in zip(y.split(sizes), x.split(sizes), strict=True)])
    torch.testing.assert_close(outer(y, x, sizes), expected)
    torch.testing.assert_close(outer(y, x, sizes, into=weight.clone()), weight + expected)
    torch.testing.assert_close(sums(x, sizes), torch.stack([rows.sum(0) for rows in x.split(sizes)]))


def test_one_batched_product_does_the_same_where_groups_are_equal(monkeypatch):
    sizes = (3, 3, 3)
    x, y, weight, bias = made(sizes)

    def found():
        return [product(x, weight, sizes), product(x, weight, sizes, bias), product(x, weight, sizes, into=y.clone()),
                outer(y, x, sizes), outer(y, x, sizes, into=weight.clone()), sums(x, sizes)]  # fmt: skip

    apart = found()
    monkeypatch.setattr(grouped, "_batched", lambda rows, sizes: True)
    for one, other in zip(apart, found(), strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("own", [False, True], ids=["shared-bias", "own-bias"])
def test_weights_that_all_groups_share_are_met_at_once(sizes, own):
    x, y, weight, bias = made(sizes)
    shared = weight[:1].expand(len(sizes), -1, -1)
    biases = bias if own else bias[:1].expand(len(sizes), -1)
    for b in (None, biases):
        torch.testing.assert_close(product(x, shared, sizes, b), product(x, shared.clone(), sizes, b))
    before = y.clone()
    assert product(x, shared, sizes, into=y) is y
    torch.testing.assert_close(y, before + product(x, shared.clone(), sizes))
