"""The contract of an encoder, and the adapter that makes any PyG model one."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.utils.rnn import pad_sequence

from multigraft.encoders.distinct import Distinct
from multigraft.encoders.inputs import InputFeatures, InputSchema
from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs


class Encoder(nn.Module, ABC):
    """Maps a packed batch to node embeddings ``[nodes, dim]``; message passing sees ``graphs.edge_index``, no more.

    Attributes:
        kind: The name under which it is stored.
        dim: Width of the embeddings.
        inputs: Turns a batch's columns into the input features, as its schema says.
        sharing: Whether what nodes have in common is computed once, where that pays; results are the same.
        lockstep: Whether several of it pass as one by `abreast`, nothing in it but parameters having a state; a
            subclass says it anew.
        scaling: How attributes are normalised where nothing is said.
        dropout: After every layer, in training; None where it has none.
    """

    kind: ClassVar[str]
    scaling: ClassVar[str] = "rows"
    dim: int
    inputs: InputFeatures
    sharing: bool = False
    dropout: float | None = None
    lockstep: ClassVar[bool] = False

    def __init_subclass__(cls, **options: Any) -> None:
        """A subclass that passes graphs in a way of its own says anew what nodes have in common, if it can."""
        super().__init_subclass__(**options)
        if "forward" in vars(cls) and "environments" not in vars(cls):
            cls.environments = Encoder.environments

    @abstractmethod
    def forward(self, graphs: PackedGraphs) -> Float[Tensor, "nodes dim"]:
        """Node embeddings of every node of the batch."""

    def environments(self, graphs: PackedGraphs) -> Distinct | None:
        """The distinct ones among the embeddings of nodes; None where looking for them does not pay.

        See docs/speed/environment-sharing.md.
        """
        return None

    def fit(self, graphs: PackedGraphs) -> None:
        """Take from ``graphs``, the training part, what the input has to know of it, and learn nothing else."""
        self.inputs.fit(graphs)

    def fit_as(self, other: "Encoder") -> None:
        """Take the same from an encoder that knows it."""
        self.inputs.load_state_dict(other.inputs.state_dict())

    def together(self, batches: Sequence[PackedGraphs]) -> list[Float[Tensor, "nodes dim"]]:
        """Node embeddings of several batches; in one pass where a graph's embeddings depend on no other graph."""
        return [self(batch) for batch in batches]

    def apart(self, weights: Mapping[str, Tensor], batches: Sequence[PackedGraphs]) -> list[Float[Tensor, "nodes dim"]]:
        """Node embeddings of several batches, the g-th with the g-th of each of the stacked ``weights``, by name.

        ``weights`` have the parameters' shapes with one axis more in front; what they do not name is shared.
        """
        return [
            functional_call(self, {name: stack[group] for name, stack in weights.items()}, (batch,))
            for group, batch in enumerate(batches)
        ]

    def abreast(
        self, weights: Mapping[str, Tensor], batches: Sequence[PackedGraphs]
    ) -> Float[Tensor, "batches places dim"]:
        """As `apart`, with as many places for each batch as the largest has nodes; what fills the others up is unsaid.

        Each of the stacked weights may be for several batches, equally many, that lie one after the other.
        """
        each = len(batches) // max((len(stack) for stack in weights.values()), default=1)
        own = {name: stack.repeat_interleave(each, 0) for name, stack in weights.items()}
        return pad_sequence(self.apart(own, batches), batch_first=True)

    def blocks(self) -> dict[str, int]:
        """The parts that lie side by side in an embedding, in their order, and how wide each is."""
        return {"embedding": self.dim}

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
