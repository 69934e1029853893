"""The passes through SAME's GCN written out: forward, backward, and the second order that meta-learning needs.

Layer l, with P = Â H, where Â X comes as input, and M = 1 where U > 0:

    U = P W' + b,  S = M U [+ H, from the second layer on],  n = |S| row by row,  H' = S / n

Backward, from G = dL/dH':

    T = dL/dS = (G - H' (H'.G)) / n,  D = dL/dU = M T,  dL/dW = D' P,  dL/db = sum D,  dL/dH = Â' (D W) [+ T]

Second order: R{.} is how a value changes along a direction (V, c) in the weights. Of the product of the gradient with
(V, c), the derivative by the last layer's G is R{H'}, that by the weights R{dL/dW} and R{dL/db}. Autograd would keep
and walk through every operation of both passes; here nothing is computed twice.

Source: Pearlmutter 1994, "Fast Exact Multiplication by the Hessian"; the layer as in `multigraft.encoders.gcn`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

from multigraft.encoders.grouped import Sizes, outer, product, sums
from multigraft.encoders.propagation import Adjacency

LEAST = 1e-12  # a shorter row is divided by this, as PyTorch's normalize does it
Rows = Float[Tensor, "nodes dim"]
Layers = Sequence[tuple[Tensor, Tensor]]  # W and b of each layer, stacked by groups


@dataclass(frozen=True, eq=False)
class Forward:
    """What a layer leaves on the way forward: P, M, n and H'."""

    heard: Float[Tensor, "nodes width"]
    active: Rows
    length: Float[Tensor, "nodes 1"]
    hidden: Rows


@dataclass(frozen=True, eq=False)
class Backward:
    """What it leaves on the way back: G, T and D."""

    gradient: Rows
    by_sum: Rows
    by_update: Rows


@dataclass(frozen=True, eq=False)
class Passes:
    """Who hears whom, and which rows are each group's."""

    adjacency: Adjacency
    sizes: Sizes

    def forward(self, heard: Float[Tensor, "nodes width"], layers: Layers, keep: bool = True) -> list[Forward]:
        """The layers in turn, from Â X; of those before the last nothing stays unless ``keep``."""
        left: list[Forward] = []
        for weight, bias in layers:
            below = left[-1].hidden if left else None
            heard = heard if below is None else self.adjacency.spread(below)
            update = product(heard, weight, self.sizes, bias).relu_()
            active = update.sign() if keep else update
            total = update if below is None else update.add_(below)
            length = torch.linalg.vector_norm(total, dim=1, keepdim=True).clamp_min_(LEAST)
            done = Forward(heard, active, length, total.div_(length))
            left = [*left, done] if keep else [done]
        return left

    def backward(self, gradient: Rows, left: Sequence[Forward], layers: Layers) -> tuple[list[Backward], list[Tensor]]:
        """The layers from the last on, and the gradients by W and b of each."""
        back: list[Backward] = []
        gradients: list[Tensor] = []
        for there, (weight, _) in zip(reversed(left), reversed(layers), strict=True):
            by_sum = _across(gradient, there.hidden, _dot(gradient, there.hidden), there.length)
            by_update = by_sum * there.active
            back.append(Backward(gradient, by_sum, by_update))
            gradients[:0] = [outer(by_update, there.heard, self.sizes), sums(by_update, self.sizes)]
            if len(back) < len(left):
                gradient = self._to_below(product(by_update, weight.transpose(1, 2), self.sizes)).add_(by_sum)
        return back[::-1], gradients

    def along(self, directions: Layers, left: Sequence[Forward], layers: Layers) -> list[tuple[Tensor | None, ...]]:
        """R{P}, R{H'} and R{n} of every layer; the first one's P does not change."""
        changes: list[tuple[Tensor | None, ...]] = []
        below: Tensor | None = None
        for there, (weight, _), (v, c) in zip(left, layers, directions, strict=True):
            heard = None if below is None else self.adjacency.spread(below)
            total = product(there.heard, v, self.sizes, c)
            if heard is not None:
                product(heard, weight, self.sizes, into=total)
            total.mul_(there.active)
            if below is not None:
                total.add_(below)
            length = _dot(there.hidden, total)
            below = _across(total, there.hidden, length, there.length)
            changes.append((heard, below, length))
        return changes

    def back_along(
        self,
        directions: Layers,
        changes: Sequence[tuple[Tensor | None, ...]],
        left: Sequence[Forward],
        back: Sequence[Backward],
        layers: Layers,
    ) -> list[Tensor]:
        """R{dL/dW} and R{dL/db} of every layer, for a G of the last that does not change."""
        gradients: list[Tensor] = []
        above: Tensor | None = None
        for depth in reversed(range(len(left))):
            there, here, (heard, hidden, length) = left[depth], back[depth], changes[depth]
            assert hidden is not None
            assert length is not None
            total = self._curved(there, here, hidden, length, above)
            update = total * there.active
            by_weight = outer(update, there.heard, self.sizes)
            if heard is not None:
                outer(here.by_update, heard, self.sizes, into=by_weight)
            gradients[:0] = [by_weight, sums(update, self.sizes)]
            if depth:
                moved = product(update, layers[depth][0].transpose(1, 2), self.sizes)
                product(here.by_update, directions[depth][0].transpose(1, 2), self.sizes, into=moved)
                above = self._to_below(moved).add_(total)
        return gradients

    def _curved(self, there: Forward, here: Backward, hidden: Tensor, length: Tensor, above: Tensor | None) -> Tensor:
        """R{T} = (R{G} - R{H'} (H'.G) - H' (R{H'}.G + H'.R{G}) - T R{n}) / n."""
        turned = _dot(hidden, here.gradient)
        if above is not None:
            turned = turned + _dot(there.hidden, above)
        lost = torch.mul(hidden, _dot(there.hidden, here.gradient))
        lost.addcmul_(there.hidden, turned).addcmul_(here.by_sum, length)
        return (lost.neg_() if above is None else torch.sub(above, lost, out=lost)).div_(there.length)

    def _to_below(self, rows: Tensor) -> Tensor:
        """Â' of some rows."""
        return self.adjacency.transposed.spread(rows)


def gcn_pass(heard: Float[Tensor, "nodes width"], passes: Passes, weights: Sequence[Tensor]) -> Rows:
    """The last layer's H' from Â X; twice differentiable in the ``weights``, W and b of each layer in turn.

    They are stacked: the g-th of each is for the g-th ``passes.sizes[g]`` rows. The input has no gradient.
    """
    return _Pass.apply(heard, passes, *weights)


class _Pass(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, heard: Tensor, passes: Passes, *weights: Tensor) -> Tensor:
        left = passes.forward(heard, _by_layer(weights), keep=any(ctx.needs_input_grad))
        # The output must not hold on to itself, so the last layer gets it back when it is asked for.
        ctx.left = [*left[:-1], replace(left[-1], hidden=left[-1].length.expand_as(left[-1].hidden))]
        ctx.passes = passes
        ctx.save_for_backward(left[-1].hidden, *weights)
        return left[-1].hidden

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        hidden, *weights = ctx.saved_tensors
        left = [*ctx.left[:-1], replace(ctx.left[-1], hidden=hidden.detach())]
        return None, None, *_PassBack.apply(gradient, ctx.passes, left, *weights)


class _PassBack(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, gradient: Tensor, passes: Passes, left: list[Forward], *weights: Tensor) -> Any:
        ctx.back, gradients = passes.backward(gradient, left, _by_layer(weights))
        ctx.passes, ctx.left = passes, left
        ctx.save_for_backward(*weights)
        return tuple(gradients)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *directions: Tensor) -> Any:
        layers, along = _by_layer(ctx.saved_tensors), _by_layer(directions)
        changes = ctx.passes.along(along, ctx.left, layers)
        return changes[-1][1], None, None, *ctx.passes.back_along(along, changes, ctx.left, ctx.back, layers)


def _by_layer(weights: Sequence[Tensor]) -> list[tuple[Tensor, Tensor]]:
    return list(zip(weights[::2], weights[1::2], strict=True))


def _across(rows: Tensor, hidden: Tensor, along: Tensor, length: Tensor) -> Tensor:
    """(R - H' (H'.R)) / n: what of some rows lies across H', by the length of S."""
    return torch.addcmul(rows, hidden, along, value=-1).div_(length)


def _dot(a: Tensor, b: Tensor) -> Float[Tensor, "nodes 1"]:
    return torch.linalg.vecdot(a, b, dim=1)[:, None]
