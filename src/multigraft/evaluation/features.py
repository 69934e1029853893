"""From node embeddings to the features of what is asked: graphs, nodes or node pairs."""

from collections.abc import Callable
from functools import partial
from typing import get_args

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from multigraft.encoders.pooling import centres
from multigraft.encoders.readout import Readout, readout
from multigraft.tasks.base import Examples


def pooled(kind: Readout, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float64[Tensor, "asked width"]:
    """Graphs: the readout of a graph's node embeddings."""
    return readout(z.double(), examples.graphs, kind)[examples.queries]


def mean_and_centre(z: Float[Tensor, "nodes dim"], examples: Examples) -> Float64[Tensor, "asked twice_dim"]:
    """Graphs: the mean of a graph's node embeddings, then the embedding of its centre.

    Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", section 5.2 (ego-networks).
    """
    centre = z.double()[centres(examples.graphs)]
    return torch.cat([readout(z.double(), examples.graphs, "mean"), centre], dim=1)[examples.queries]


def node(z: Float[Tensor, "nodes dim"], examples: Examples) -> Float64[Tensor, "asked dim"]:
    """Nodes: their embeddings."""
    return z[examples.queries].double()


def concat(z: Float[Tensor, "nodes dim"], examples: Examples) -> Float64[Tensor, "asked twice_dim"]:
    """Pairs: one embedding after the other. A linear probe on it cannot tell whether two nodes are alike."""
    first, second = examples.queries
    return torch.cat([z[first], z[second]], dim=1).double()


def hadamard(z: Float[Tensor, "nodes dim"], examples: Examples) -> Float64[Tensor, "asked dim"]:
    """Pairs: the entrywise product, whatever the order of the two nodes."""
    first, second = examples.queries
    return z[first].double() * z[second].double()


def absdiff(z: Float[Tensor, "nodes dim"], examples: Examples) -> Float64[Tensor, "asked dim"]:
    """Pairs: the entrywise distance, whatever the order of the two nodes."""
    first, second = examples.queries
    return (z[first].double() - z[second].double()).abs()


Features = Callable[[Tensor, Examples], Tensor]
FEATURES: dict[str, Features] = {
    **{kind: partial(pooled, kind) for kind in get_args(Readout)},
    "mean+centre": mean_and_centre,
    "node": node,
    "concat": concat,
    "hadamard": hadamard,
    "absdiff": absdiff,
}
