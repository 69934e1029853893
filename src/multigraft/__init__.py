"""Train one graph encoder, use its embeddings for every task.

``import multigraft`` loads nothing heavy: a name's module is imported when the name is first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

from multigraft.version import __version__

if TYPE_CHECKING:
    from multigraft.encoders.base import Encoder, ModuleEncoder
    from multigraft.encoders.gcn import GCN
    from multigraft.encoders.inputs import InputSchema
    from multigraft.errors import InputError, MultigraftError
    from multigraft.evaluation.explain import explain
    from multigraft.evaluation.finetuned import FineTuned
    from multigraft.evaluation.finetuning import finetune
    from multigraft.evaluation.probe import probe
    from multigraft.evaluation.table import ProbeTable
    from multigraft.graphs.catalog import load
    from multigraft.graphs.packed import PackedGraphs
    from multigraft.graphs.splits import Split
    from multigraft.models.embedder import GraphEmbedder
    from multigraft.models.prediction import predict
    from multigraft.models.storage import load_encoder
    from multigraft.models.trained import TrainedEncoder, embed
    from multigraft.strategies.balancing.base import Balancing
    from multigraft.strategies.base import Strategy
    from multigraft.studies.register import register_encoder, register_strategy, register_task
    from multigraft.tasks.base import Episode, Examples, Head, Task
    from multigraft.training.fit import train
    from multigraft.training.recipes.registry import recipe
    from multigraft.tuning.tune import tune

_HOMES = {
    "Balancing": "strategies.balancing.base",
    "Encoder": "encoders.base",
    "Episode": "tasks.base",
    "Examples": "tasks.base",
    "FineTuned": "evaluation.finetuned",
    "GCN": "encoders.gcn",
    "GraphEmbedder": "models.embedder",
    "Head": "tasks.base",
    "InputError": "errors",
    "InputSchema": "encoders.inputs",
    "ModuleEncoder": "encoders.base",
    "MultigraftError": "errors",
    "PackedGraphs": "graphs.packed",
    "ProbeTable": "evaluation.table",
    "Split": "graphs.splits",
    "Strategy": "strategies.base",
    "Task": "tasks.base",
    "TrainedEncoder": "models.trained",
    "embed": "models.trained",
    "explain": "evaluation.explain",
    "finetune": "evaluation.finetuning",
    "load": "graphs.catalog",
    "load_encoder": "models.storage",
    "predict": "models.prediction",
    "probe": "evaluation.probe",
    "recipe": "training.recipes.registry",
    "register_encoder": "studies.register",
    "register_strategy": "studies.register",
    "register_task": "studies.register",
    "train": "training.fit",
    "tune": "tuning.tune",
}

__all__ = [  # noqa: RUF022 - what one does with graphs comes first, then what things are
    "load",
    "recipe",
    "train",
    "tune",
    "probe",
    "explain",
    "embed",
    "finetune",
    "predict",
    "load_encoder",
    "GraphEmbedder",
    "TrainedEncoder",
    "PackedGraphs",
    "Encoder",
    "ModuleEncoder",
    "GCN",
    "InputSchema",
    "Task",
    "Examples",
    "Episode",
    "Head",
    "Strategy",
    "Balancing",
    "register_task",
    "register_strategy",
    "register_encoder",
    "ProbeTable",
    "FineTuned",
    "Split",
    "MultigraftError",
    "InputError",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
