"""Readouts as modules: some learn, and one reads a graph's centre."""

from typing import get_args

import torch
from jaxtyping import Float
from torch import Tensor, nn

from multigraft.encoders.edge_layers import segment_softmax
from multigraft.encoders.readout import Readout, pooled_width, readout
from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs

POOLS = (*get_args(Readout), "attention", "set2set", "mean+centre")
ROUNDS = 2  # of set2set, as in the release of Hu et al.


class Pool(nn.Module):
    """From node embeddings ``[nodes, dim]`` to ``[graphs, width]``.

    ``attention``: a softmax over the graph of a linear score (Li et al. 2016, eq. 7, without its second network).
    ``set2set``: an LSTM that attends to the nodes, two rounds, 2 ``dim`` wide (Vinyals et al. 2016, eq. 3 to 7).
    ``mean+centre``: the mean and then the embedding of the node that ``graphs["centre"]`` names, 2 ``dim`` wide (Hu et
    al. 2020, section 5.2).

    Raises:
        InputError: an unknown kind.
    """

    def __init__(self, kind: str, dim: int) -> None:
        super().__init__()
        if kind not in POOLS:
            raise InputError(f"unknown readout {kind!r}: choose from {', '.join(POOLS)}")
        self.kind = kind
        self.width = 2 * dim if kind == "set2set" else pooled_width(kind, dim)
        self.score = nn.Linear(dim, 1) if kind == "attention" else None
        self.memory = nn.LSTMCell(2 * dim, dim) if kind == "set2set" else None

    def forward(self, z: Float[Tensor, "nodes dim"], graphs: PackedGraphs) -> Float[Tensor, "graphs width"]:
        if self.score is not None:
            return _attended(self.score(z).squeeze(1), z, graphs)
        if self.memory is not None:
            return self._set2set(self.memory, z, graphs)
        if self.kind == "mean+centre":
            return torch.cat([readout(z, graphs, "mean"), z.index_select(0, centres(graphs))], dim=1)
        return readout(z, graphs, self.kind)  # ty: ignore[invalid-argument-type]

    def _set2set(self, memory: nn.LSTMCell, z: Tensor, graphs: PackedGraphs) -> Tensor:
        asked = z.new_zeros(len(graphs), self.width)
        state = (z.new_zeros(len(graphs), z.shape[1]), z.new_zeros(len(graphs), z.shape[1]))
        for _ in range(ROUNDS):
            state = memory(asked, state)
            scores = (z * state[0].index_select(0, graphs.node_graph)).sum(1)
            asked = torch.cat([state[0], _attended(scores, z, graphs)], dim=1)
        return asked


def centres(graphs: PackedGraphs) -> Tensor:
    """The number in the batch of every graph's centre.

    Raises:
        InputError: graphs without centres.
    """
    if "centre" not in graphs.graphs:
        raise InputError(f"data set {graphs.origin.name!r} has no centres of graphs: choose another readout")
    return graphs.graphs["centre"] + graphs.node_offsets[:-1].to(graphs.device)


def _attended(scores: Tensor, z: Tensor, graphs: PackedGraphs) -> Tensor:
    weights = segment_softmax(scores[:, None], graphs.node_graph, len(graphs))
    return z.new_zeros(len(graphs), z.shape[1]).index_add(0, graphs.node_graph, z * weights)
