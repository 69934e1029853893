"""Linear maps of groups of rows, each group by weights of its own: how several models run as one.

The rows of the groups lie one after the other, ``sizes`` of each; weights are stacked, ``[groups, out, in]``.
"""

import torch
from jaxtyping import Float
from torch import Tensor

Sizes = tuple[int, ...]


def product(
    x: Float[Tensor, "rows width"],
    weight: Float[Tensor, "groups out width"],
    sizes: Sizes,
    bias: Float[Tensor, "groups out"] | None = None,
    into: Float[Tensor, "rows out"] | None = None,
) -> Float[Tensor, "rows out"]:
    """X_g W_g' [+ b_g] for every group g, added to ``into`` where that is given; autograd does not look inside."""
    if _batched(x, sizes):
        groups, across = x.unflatten(0, (len(sizes), -1)), weight.transpose(1, 2)
        if into is not None:
            into.unflatten(0, (len(sizes), -1)).baddbmm_(groups, across)
            return into
        made = torch.bmm(groups, across) if bias is None else torch.baddbmm(bias[:, None], groups, across)
        return made.flatten(0, 1)
    if _shared(weight) and (bias is None or _shared(bias)):
        weight, sizes, bias = weight[:1], (len(x),), None if bias is None else bias[:1]
    made = x.new_empty(len(x), weight.shape[1]) if into is None else into
    for group, (rows, out) in enumerate(zip(x.split(sizes), made.split(sizes), strict=True)):
        if into is not None:
            out.addmm_(rows, weight[group].T)
        elif bias is None:
            torch.mm(rows, weight[group].T, out=out)
        else:
            torch.addmm(bias[group], rows, weight[group].T, out=out)
    return made


def outer(
    a: Float[Tensor, "rows out"],
    b: Float[Tensor, "rows width"],
    sizes: Sizes,
    into: Float[Tensor, "groups out width"] | None = None,
) -> Float[Tensor, "groups out width"]:
    """A_g' B_g for every group g, added to ``into`` where that is given."""
    if _batched(a, sizes):
        across, groups = a.unflatten(0, (len(sizes), -1)).transpose(1, 2), b.unflatten(0, (len(sizes), -1))
        return torch.bmm(across, groups) if into is None else into.baddbmm_(across, groups)
    made = a.new_empty(len(sizes), a.shape[1], b.shape[1]) if into is None else into
    for left, right, out in zip(a.split(sizes), b.split(sizes), made.unbind(0), strict=True):
        if into is None:
            torch.mm(left.T, right, out=out)
        else:
            out.addmm_(left.T, right)
    return made


def sums(rows: Float[Tensor, "rows width"], sizes: Sizes) -> Float[Tensor, "groups width"]:
    """The sum of every group's rows."""
    if _batched(rows, sizes):
        return rows.unflatten(0, (len(sizes), -1)).sum(1)
    made, ones = rows.new_empty(len(sizes), rows.shape[1]), rows.new_ones(1, max(sizes))
    for group, (own, size) in enumerate(zip(rows.split(sizes), sizes, strict=True)):
        torch.mm(ones[:, :size], own, out=made[group : group + 1])  # faster than a sum over rows
    return made


def _shared(weights: Tensor) -> bool:
    """Whether all groups have the very same ones, so that one product does for all rows."""
    return len(weights) > 1 and weights.stride(0) == 0


def _batched(rows: Tensor, sizes: Sizes) -> bool:
    """Whether one batched product does, and is worth it: a CPU is faster group by group. Empty groups have no view."""
    return rows.is_cuda and min(sizes) == max(sizes) > 0
