"""The contract of an encoder, and the adapter that makes any PyG model one."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from multigraft.encoders.inputs import InputFeatures, InputSchema
from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs


class Encoder(nn.Module, ABC):
    """Maps a packed batch to node embeddings ``[nodes, dim]``; message passing sees ``graphs.edge_index``, no more.

    Attributes:
        kind: The name under which it is stored.
        dim: Width of the embeddings.
        inputs: Turns a batch's columns into the input features, as its schema says.
    """

    kind: ClassVar[str]
    dim: int
    inputs: InputFeatures

    @abstractmethod
    def forward(self, graphs: PackedGraphs) -> Float[Tensor, "nodes dim"]:
        """Node embeddings of every node of the batch."""

    def stages(self) -> list[list[nn.Module]]:
        """Its modules in the order in which a batch passes them: the input's, then each layer's."""
        return [[self]]

    @abstractmethod
    def config(self) -> dict[str, Any]:
        """What builds the same architecture again, as JSON values."""


class ModuleEncoder(Encoder):
    """Any ``torch.nn.Module`` from (features ``[nodes, in]``, edges ``[2, edges]``) to node embeddings, as an encoder.

    The features are those of the input schema, ``inputs.schema.width`` wide. Weights are stored; the architecture is
    code, so ``load_encoder`` needs the module passed in again.

    Raises:
        InputError: the module does not return ``[nodes, dim]``, or refuses the features.
    """

    kind = "module"

    def __init__(self, module: nn.Module, schema: InputSchema) -> None:
        super().__init__()
        self.inputs = InputFeatures(schema)
        self.module = module
        self.dim = self._width()

    def forward(self, graphs: PackedGraphs) -> Float[Tensor, "nodes dim"]:
        return self.module(self.inputs(graphs), graphs.edge_index)

    def config(self) -> dict[str, Any]:
        return {"module": type(self.module).__name__, "dim": self.dim}

    def _width(self) -> int:
        """The embedding width, found by asking the module for two nodes and one edge."""
        width = self.inputs.schema.width
        like = next(self.module.parameters(), torch.empty(0))
        was_training, edges = self.module.training, torch.tensor([[0, 1], [1, 0]], device=like.device)
        self.module.eval()
        try:
            with torch.no_grad():
                out = self.module(like.new_zeros(2, width), edges)
        except (RuntimeError, TypeError, ValueError) as error:
            name = type(self.module).__name__
            raise InputError(f"{name} cannot take {width} input features and an edge list: {error}") from error
        finally:
            self.module.train(was_training)
        if not (isinstance(out, Tensor) and out.ndim == 2 and len(out) == 2):
            raise InputError(f"{type(self.module).__name__} must return node embeddings [nodes, dim]")
        return out.shape[1]
