"""What a reader of a table has to know besides the rows."""

from collections.abc import Sequence

import torch
from torch import Tensor

from multigraft.evaluation.names import sign
from multigraft.evaluation.protocols import Sitting
from multigraft.graphs.packed import PackedGraphs
from multigraft.models.known import Known, met
from multigraft.tasks.base import Task
from multigraft.tasks.graph_targets import GraphTargets
from multigraft.tasks.scores import SCORES

FEW_TESTED = 30  # graphs
FEW_OF_A_KIND = 5
NAMED = 3  # targets, of those that a remark is about


def few_tested(graphs: int) -> tuple[str, ...]:
    """That scores of so many graphs say little; nothing where there are enough of them."""
    if graphs >= FEW_TESTED:
        return ()
    counted = "1 graph" if graphs == 1 else f"{graphs} graphs"
    return (f"Scores are of {counted} alone: what so few score says little of others.",)


def unmeasured(graphs: PackedGraphs, asked: Sequence[Task]) -> tuple[str, ...]:
    """That molecules without targets are asked for something else; nothing of other graphs."""
    if graphs.origin.targets or "smiles" not in graphs.attached:
        return ()
    named = ", ".join(f"{task.name} ({task.title})" for task in asked)
    return (f"Nothing that was measured of these molecules could be asked for: this is about {named} in their graphs.",)


def recognised(known: Known | None, scored: PackedGraphs, part: str = "test") -> tuple[str, ...]:
    """How many graphs of a part the encoder was trained on, wherever they stood; that nobody knows, if so."""
    if known is None:
        return ("What it was trained on is not known: scores on graphs that it has seen would be too good.",)
    found = met(known, scored)
    if not found:
        return ()
    return (
        f"{found} of the {len(scored)} {part} graphs are among those that the encoder was trained on, or look the same "
        "to it as one of them: scores on them are too good.",
    )


def twins(known: Known | None, tested: PackedGraphs) -> tuple[str, ...]:
    """How many graphs of the encoder's own test part, which it was not trained on, look like one that it was."""
    found = 0 if known is None else met(known, tested)
    if not found:
        return ()
    return (
        f"{found} of the {len(tested)} test graphs were not trained on, but look the same to an encoder as one that "
        "was: the data repeat graphs, and scores on these say little of new ones.",
    )


def remarks(sitting: Sitting) -> tuple[str, ...]:
    """Of how many graphs and targets a score is the mean, and which way it is better; nothing of other tasks."""
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
        units = ", each in its own unit" if sitting.how.kind == "real" else ""
        found.append(f"{name}: {metric} is the mean over {among} targets{units}{without}.")
    if sitting.how.kind == "binary":
        found += _rare(name, answers, sitting.posed["test"].graphs.origin.targets, defined)
    if sign(metric) < 0:
        found.append(f"{name}: the lower {metric}, the better; a difference below zero favours the first.")
    return tuple(found)


def _rare(name: str, answers: Tensor, targets: Sequence[str], defined: Tensor) -> list[str]:
    """That scores of targets hang on a few graphs of one kind; an interval cannot show it."""
    kinds = torch.stack([(answers == 0).sum(0), (answers == 1).sum(0)])
    few = ((kinds.amin(0) < FEW_OF_A_KIND) & defined).nonzero().flatten().tolist()
    if not few:
        return []
    named = [f"{targets[place]} ({int(kinds[1, place])} of {int(kinds[:, place].sum())})" for place in few[:NAMED]]
    more = f" and {len(few) - NAMED} more" if len(few) > NAMED else ""
    return [
        f"{name}: fewer than {FEW_OF_A_KIND} test graphs are of one kind for {', '.join(named)}{more}: what is scored "
        "of so few says little, whatever its interval."
    ]
