"""Embedding graphs by an encoder that is trained already: from graphs in memory to an embedding of each, on the CPU.

The plain side goes through PyG's loader at its best batch size, which its first call finds, or takes one graph at a
time; the fast one through the function behind the verb ``embed``.
"""

from collections.abc import Callable
from functools import cache
from typing import TypeVar

import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.loader import DataLoader

from multigraft.bench.plain.embedding import best_loader, embed, embed_each, gcn_like, input_list
from multigraft.bench.plain.gin import gin_like
from multigraft.bench.plain.molecules import data_list
from multigraft.bench.race import Race
from multigraft.bench.races.data import attributed_graphs, many_molecules, spaced
from multigraft.encoders.base import Encoder
from multigraft.encoders.edge import GIN
from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.graphs.packed import PackedGraphs
from multigraft.models.precision import Precision, has_bf16
from multigraft.models.trained import embed_batches

SOME = 512  # graphs that the plain side embeds in one call

E = TypeVar("E", bound=Encoder)


def embed_gin() -> Race:
    """GIN, 5 layers of width 300, in float32."""
    graphs = many_molecules()
    encoder = fresh(GIN, graphs)
    return _gin_race("embed-gin", graphs, encoder, lambda: embedded(encoder, graphs), "")


def embed_gin_bf16() -> Race:
    """The fast side in bfloat16, the plain one in float32."""
    graphs, precision = many_molecules(), Precision(bf16=True)
    encoder = fresh(GIN, graphs)
    embedded(encoder, spaced(graphs, SOME), precision)  # which then knows its error
    hardware = "" if has_bf16(torch.device("cpu")) else "; this processor has no bfloat16 products"
    said = f", fast in bfloat16 with a relative error of {precision.error:.1e}{hardware}"
    return _gin_race("embed-gin-bf16", graphs, encoder, lambda: embedded(encoder, graphs, precision), said)


def embed_gcn() -> Race:
    """SAME's network, 3 layers of width 256, the plain side one graph at a time."""
    graphs = attributed_graphs()
    encoder = fresh(GCN, graphs)
    plain, data = gcn_like(encoder), input_list(encoder, spaced(graphs, SOME))
    return _race(
        "embed-gcn",
        graphs,
        lambda: embedded(encoder, graphs),
        lambda: embed_each(lambda graph: plain(graph.x, graph.edge_index), data),
        len(data),
        "GCN 3 x 256, plain one at a time",
    )


def embed_gcn_loader() -> Race:
    """The same, the plain side through PyG's loader."""
    graphs = attributed_graphs()
    encoder = fresh(GCN, graphs)
    plain, data = gcn_like(encoder), input_list(encoder, spaced(graphs, SOME))
    through = _loaded(lambda batch: plain(batch.x, batch.edge_index), data)
    said = "GCN 3 x 256, plain by a loader"
    return _race("embed-gcn-loader", graphs, lambda: embedded(encoder, graphs), through, len(data), said)


def fresh(kind: type[E], graphs: PackedGraphs) -> E:
    """An encoder of the kind's usual shape, the same for every caller, to be used and not trained."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return kind(InputSchema.of(graphs)).eval()


def embedded(encoder: Encoder, graphs: PackedGraphs, precision: Precision | None = None) -> Tensor:
    """Embeddings ``[graphs, dim]`` of all graphs; in float32 where nothing is said."""
    return torch.cat(list(embed_batches(encoder, graphs, device="cpu", precision=precision or Precision())))


def _gin_race(name: str, graphs: PackedGraphs, encoder: GIN, fast: Callable[[], Tensor], said: str) -> Race:
    plain, data = gin_like(encoder), data_list(spaced(graphs, SOME))
    through = _loaded(lambda batch: plain(batch.x, batch.edge_index, batch.edge_attr), data)
    return _race(name, graphs, fast, through, len(data), f"GIN 5 x 300{said}")


def _race(
    name: str, graphs: PackedGraphs, fast: Callable[[], Tensor], plain: Callable[[], Tensor], count: int, said: str
) -> Race:
    """``count``: graphs that a call of the plain side embeds."""
    what = f"a graph of {len(graphs)} of {graphs.origin.name}, {said}"
    return Race(name, fast, plain, what, fast_units=len(graphs), plain_units=count)


def _loaded(encode: Callable[[Data], Tensor], data: list[Data]) -> Callable[[], Tensor]:
    """Embed through a loader that is chosen when it is first needed."""

    @cache
    def loader() -> DataLoader:
        return best_loader(encode, data)

    return lambda: embed(encode, loader())
