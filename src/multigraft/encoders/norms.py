"""What normalises nodes between layers; batch norm where a row may stand for several of them."""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from multigraft.errors import InputError


class NodeNorm(nn.BatchNorm1d):
    """Batch norm over nodes; a batch of a single one, which has no spread, is judged by what was met before.

    With ``counts`` every row counts as so many nodes: outcome, gradients and running statistics are those of the batch
    in which it is repeated.
    """

    def forward(
        self, input: Float[Tensor, "rows dim"], counts: Float[Tensor, " rows"] | None = None
    ) -> Float[Tensor, "rows dim"]:
        if not self.training:
            return super().forward(input)
        nodes = len(input) if counts is None else int(counts.sum())
        if nodes < 2:
            known = self.running_mean, self.running_var
            return nn.functional.batch_norm(input, *known, self.weight, self.bias, eps=self.eps)
        if counts is None:
            return super().forward(input)
        shares = counts.to(self.weight.dtype) / nodes
        normed, mean, variance = _Weighted.apply(input, self.weight, self.bias, shares, self.eps)
        self._remember(mean, variance * (nodes / (nodes - 1)))
        return normed

    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        with torch.no_grad():
            self.num_batches_tracked += 1
            rate = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum
            self.running_mean.lerp_(mean, rate)
            self.running_var.lerp_(variance, rate)


class _Weighted(torch.autograd.Function):
    """(x - m) / sqrt(v + eps) a + b with m and v the weighted mean and variance of the rows; also m and v.

    With s the shares, y = (x - m) / sqrt(v + eps) and g the gradient of the outcome, the gradient of row i is
    (g_i - s_i (sum_j g_j + y_i sum_j g_j y_j)) a / sqrt(v + eps).
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, shares: Tensor, eps: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        with torch.autocast(x.device.type, enabled=False):
            wide = x.to(weight.dtype)
            mean = shares @ wide
            centred = wide - mean
            variance = shares @ centred.square()
            scale = (variance + eps).rsqrt()
            ctx.save_for_backward(x, weight, bias, shares, centred, scale)
            ctx.eps = eps
            ctx.mark_non_differentiable(mean, variance)
            return torch.addcmul(bias, centred, scale * weight).to(x.dtype), mean, variance

    @staticmethod
    def backward(ctx: Any, gradient: Tensor, *_: Any) -> tuple[Tensor | None, ...]:
        x, weight, bias, shares, centred, scale = ctx.saved_tensors
        if torch.is_grad_enabled():  # it will be differentiated again
            normed = _written_out(x, weight, bias, shares, ctx.eps)
            learned = [one for one in (x, weight, bias) if one.requires_grad]
            found = iter(torch.autograd.grad(normed, learned, gradient, create_graph=True))
            return *(next(found) if one.requires_grad else None for one in (x, weight, bias)), None, None
        wide = gradient.to(weight.dtype)
        for_bias, for_weight = wide.sum(0), (wide * centred).sum(0) * scale
        mean_part = torch.addcmul(for_bias, centred, for_weight * scale).mul_(shares[:, None])
        for_x = torch.sub(wide, mean_part, out=mean_part).mul_(scale * weight)
        return for_x.to(x.dtype), for_weight, for_bias, None, None


def _written_out(x: Tensor, weight: Tensor, bias: Tensor, shares: Tensor, eps: float) -> Tensor:
    """The same by operations that autograd knows."""
    wide = x.to(weight.dtype)
    centred = wide - (shares[:, None] * wide).sum(0)
    variance = (shares[:, None] * centred.square()).sum(0)
    return (centred * ((variance + eps).rsqrt() * weight) + bias).to(x.dtype)


NORMS: dict[str, Callable[[int], nn.Module]] = {
    "batch": NodeNorm, "layer": nn.LayerNorm, "none": lambda dim: nn.Identity(),
}  # fmt: skip


def normalisation(name: str, dim: int) -> nn.Module:
    """A fresh norm of embeddings that are ``dim`` wide.

    Raises:
        InputError: an unknown name.
    """
    if name not in NORMS:
        raise InputError(f"unknown norm {name!r}: choose from {', '.join(NORMS)}")
    return NORMS[name](dim)
