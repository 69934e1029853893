"""Losses weighed by learned uncertainties."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from multigraft.strategies.balancing.base import Balancer, Balancing
from multigraft.strategies.base import Losses
from multigraft.tasks.base import Task
from multigraft.tasks.model import TaskModel


@dataclass(frozen=True)
class Uncertainty(Balancing):
    """The sum of exp(-s) L + s / 2 over the tasks, with s = log sigma^2 learned for each, 0 at first.

    Source: Kendall, Gal & Cipolla 2018, eq. 10 (classification), with log sigma^2 as parameter as in their section 3.2.
    """

    name: str = "uncertainty"

    def start(self, tasks: Sequence[Task], model: TaskModel) -> Balancer:
        return _Uncertain([task.name for task in tasks])


class _Uncertain(Balancer):
    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.log_variance = nn.ParameterDict({name: nn.Parameter(torch.zeros(())) for name in names})

    def backward(self, losses: Losses, model: TaskModel) -> None:
        weighed = []
        for name, loss in losses.items():
            log_variance = self.log_variance[name].to(loss)
            weighed.append(torch.exp(-log_variance) * loss + log_variance / 2)
        torch.stack(weighed).sum().backward()
