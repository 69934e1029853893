"""Other strategies and balancers, plainly: one step of each, with explicit copies of the parameters.

``loss`` and ``Encode`` are those of `tests.reference.same`.
"""

import math

import torch
from torch import Tensor

from multigraft.tasks.base import Episode
from tests.reference.same import Encode, Parameters, loss


def step(parameters: Parameters, value: Tensor, rate: float, keep_graph: bool) -> Parameters:
    """Return theta - rate * gradient, for every parameter that the loss depends on."""
    gradients = torch.autograd.grad(value, list(parameters.values()), create_graph=keep_graph, allow_unused=True)
    return {
        name: old if gradient is None else old - rate * gradient
        for (name, old), gradient in zip(parameters.items(), gradients, strict=True)
    }


def joint_maml(
    parameters: Parameters, episodes: dict[str, Episode], encode: Encode, steps: int, rate: float, first_order: bool
) -> Tensor:
    """Algorithm 4: adapt to the sum of the support losses, return the sum of the target losses."""
    adapted = dict(parameters)
    for _ in range(steps):
        inner = sum(loss(adapted, task, episode.support, encode) for task, episode in episodes.items())
        adapted = step(adapted, inner, rate, not first_order)
    return sum(loss(adapted, task, episode.target, encode) for task, episode in episodes.items())


def same_step_losses(
    parameters: Parameters, episodes: dict[str, Episode], encode: Encode, adapts_encoder: bool, steps: int, rate: float
) -> Tensor:
    """The target losses after each inner step, their mean for a task, summed over tasks."""
    total = torch.zeros((), dtype=torch.float64)
    for task, episode in episodes.items():
        adapted, met = dict(parameters), []
        for _ in range(steps):
            moving = {
                name: value
                for name, value in adapted.items()
                if name.startswith(f"heads.{task}.") or (adapts_encoder and name.startswith("encoder."))
            }
            inner = loss(adapted, task, episode.support, encode)
            gradients = torch.autograd.grad(inner, list(moving.values()), create_graph=True)
            for (name, old), gradient in zip(moving.items(), gradients, strict=True):
                adapted[name] = old - rate * gradient
            met.append(loss(adapted, task, episode.target, encode))
        total = total + sum(met) / steps
    return total


def reptile_gradient(
    parameters: Parameters, episodes: dict[str, Episode], encode: Encode, steps: int, rate: float
) -> tuple[Parameters, dict[str, float]]:
    """Summed over tasks, (theta - phi) / rate with phi after SGD on support, target, support, ...; mean losses."""
    gradient = {name: torch.zeros_like(value) for name, value in parameters.items()}
    values = {}
    for task, episode in episodes.items():
        phi, met = {name: value.detach().clone() for name, value in parameters.items()}, []
        for number in range(steps):
            for value in phi.values():
                value.requires_grad_(True)
            here = loss(phi, task, episode.target if number % 2 else episode.support, encode)
            met.append(here.item())
            phi = {name: value.detach() for name, value in step(phi, here, rate, False).items()}
        values[task] = sum(met) / steps
        for name in gradient:
            gradient[name] += (parameters[name].detach() - phi[name]) / rate
    return gradient, values


def uncertainty(losses: list[float], log_variances: list[float]) -> float:
    """Kendall et al. 2018, eq. 10, with s = log sigma^2: the sum of L / sigma^2 + log sigma."""
    total = 0.0
    for value, log_variance in zip(losses, log_variances, strict=True):
        sigma = math.sqrt(math.exp(log_variance))
        total += value / sigma**2 + math.log(sigma)
    return total


def gradnorm_weights(
    losses: list[float], first: list[float], norms: list[float], weights: list[float], alpha: float, rate: float
) -> list[float]:
    """Chen et al. 2018, algorithm 1: the weights after one step; ``norms`` are of the unweighted losses' gradients."""
    count = len(losses)
    weighed = [weight * norm for weight, norm in zip(weights, norms, strict=True)]
    mean = sum(weighed) / count
    ratios = [loss_now / loss_then for loss_now, loss_then in zip(losses, first, strict=True)]
    rates = [ratio / (sum(ratios) / count) for ratio in ratios]
    moved = []
    for weight, norm, here, speed in zip(weights, norms, weighed, rates, strict=True):
        target = mean * speed**alpha
        sign = (here > target) - (here < target)
        moved.append(weight - rate * sign * norm)
    return [weight * count / sum(moved) for weight in moved]
