"""Embedding graphs with PyG: by its loader, or one at a time."""

import time
from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.loader import DataLoader
from torch_geometric.nn import global_mean_pool

from multigraft.bench.plain.episodes import Graph
from multigraft.bench.plain.same import GCN
from multigraft.encoders import gcn
from multigraft.graphs.packed import PackedGraphs

Encode = Callable[[Graph], Tensor]
SIZES = (16, 32, 64, 128, 256, 512)


def embed(encode: Encode, batches: Iterable[Graph]) -> Tensor:
    """Mean embeddings ``[graphs, dim]`` of all graphs that a loader puts together."""
    with torch.inference_mode():
        return torch.cat([global_mean_pool(encode(batch), batch.batch, batch.num_graphs) for batch in batches])


def embed_each(encode: Encode, data: Sequence[Graph]) -> Tensor:
    """The same, one graph at a time."""
    with torch.inference_mode():
        return torch.stack([encode(graph).mean(0) for graph in data])


def best_loader(encode: Encode, data: Sequence[Graph]) -> DataLoader:
    """PyG's loader, in order, with the batch size out of `SIZES` at which these graphs are embedded fastest here."""
    loaders = [DataLoader(data, batch_size=size) for size in SIZES if size <= len(data)]
    embed(encode, loaders[0])
    return min(loaders, key=lambda loader: _seconds(encode, loader))


def _seconds(encode: Encode, loader: DataLoader) -> float:
    started = time.perf_counter()
    embed(encode, loader)
    return time.perf_counter() - started


def input_list(encoder: gcn.GCN, graphs: PackedGraphs) -> list[Graph]:
    """The graphs one by one with the input features of the package's encoder, computed and normalised beforehand."""
    features = encoder.inputs(graphs)
    ends = zip(graphs.node_offsets.tolist(), graphs.node_offsets[1:].tolist(), strict=False)
    edges = graphs.edge_index.split(graphs.edge_counts.tolist(), dim=1)
    return [
        Data(x=features[first:last].clone(), edge_index=own - first)
        for (first, last), own in zip(ends, edges, strict=True)
    ]


def gcn_like(encoder: gcn.GCN) -> GCN:
    """SAME's network out of ``GCNConv`` with the weights of the package's, in their precision."""
    made = GCN(encoder.inputs.schema.width, encoder.dim, len(encoder.layers))
    made.to(next(encoder.parameters()).dtype)
    weights = {name.replace(".weight", ".lin.weight"): value for name, value in encoder.state_dict().items()}
    made.load_state_dict(weights)
    return made.train(encoder.training)
