"""The tasks that can be asked for by name: one line each."""

from collections.abc import Sequence

from multigraft.errors import InputError
from multigraft.tasks.attribute_masking import AttributeMasking
from multigraft.tasks.attribute_reconstruction import AttributeReconstruction
from multigraft.tasks.base import Task
from multigraft.tasks.context_prediction import ContextPrediction
from multigraft.tasks.descriptor_regression import DescriptorRegression
from multigraft.tasks.edge_prediction import EdgePrediction
from multigraft.tasks.fingerprint_prediction import FingerprintPrediction
from multigraft.tasks.graph_classification import GraphClassification
from multigraft.tasks.graph_contrast import GraphContrast
from multigraft.tasks.graph_mae import GraphMAE
from multigraft.tasks.graph_regression import GraphRegression
from multigraft.tasks.infomax import Infomax
from multigraft.tasks.link_prediction import LinkPrediction
from multigraft.tasks.multi_label import MultiLabel
from multigraft.tasks.names import TASK_NAMES
from multigraft.tasks.node_classification import NodeClassification

TASKS: dict[str, Task] = {
    GraphClassification.name: GraphClassification(),
    NodeClassification.name: NodeClassification(),
    LinkPrediction.name: LinkPrediction(),
    MultiLabel.name: MultiLabel(),
    GraphRegression.name: GraphRegression(),
    AttributeMasking.name: AttributeMasking(),
    ContextPrediction.name: ContextPrediction(),
    EdgePrediction.name: EdgePrediction(),
    Infomax.name: Infomax(),
    DescriptorRegression.name: DescriptorRegression(),
    FingerprintPrediction.name: FingerprintPrediction(),
    GraphContrast.name: GraphContrast(),
    GraphMAE.name: GraphMAE(),
    AttributeReconstruction.name: AttributeReconstruction(),
}


def resolve(tasks: Sequence[str | Task]) -> list[Task]:
    """The tasks of those names, in that order; a `Task` stands for itself.

    Raises:
        InputError: no task, an unknown name, or a task named twice.
    """
    if not tasks:
        raise InputError(f"name at least one task of {', '.join(TASK_NAMES)}")
    if isinstance(tasks, str):
        raise InputError(f"tasks is a list of names, [{tasks!r}] for instance, got the text {tasks!r}")
    resolved = [task if isinstance(task, Task) else _named(task) for task in tasks]
    names = [task.name for task in resolved]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise InputError(f"task {', '.join(sorted(twice))} is named more than once")
    return resolved


def _named(name: str) -> Task:
    if name not in TASKS:
        raise InputError(f"unknown task {name!r}: choose from {', '.join(TASKS)}")
    return TASKS[name]
