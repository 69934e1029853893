"""What a reader of a table about targets has to know besides the rows."""

import torch

from multigraft.evaluation.names import sign
from multigraft.evaluation.protocols import Sitting
from multigraft.tasks.graph_targets import GraphTargets
from multigraft.tasks.scores import SCORES


def remarks(sitting: Sitting) -> tuple[str, ...]:
    """Of how many targets a score is the mean, and which way it is better; nothing of other tasks."""
    if not isinstance(sitting.task, GraphTargets):
        return ()
    name, metric = sitting.task.name, sitting.how.metrics[0]
    answers = sitting.posed["test"].answers
    targets, defined = answers.shape[1], ~SCORES[metric].by_target(torch.zeros_like(answers), answers).isnan()
    found = []
    if targets > 1:
        counted = int(defined.sum())
        among = f"the {targets}" if counted == targets else f"{counted} of {targets}"
        without = "" if counted == targets else "; the others have none on these test graphs"
        found.append(f"{name}: {metric} is the mean over {among} targets{without}.")
    if sign(metric) < 0:
        found.append(f"{name}: the lower {metric}, the better; a difference below zero speaks for the first.")
    return tuple(found)
