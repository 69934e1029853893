"""A number by which a graph is known again, whatever data set it stands in and in whatever order its nodes are.

Nodes have colours, hashes of what an encoder is shown of them; in every round a node's colour becomes a hash of its own
and of the multiset of its neighbours' with the edges between. Graphs with the same number are those that no encoder of
that many message-passing layers could tell apart, but for less than one chance in 2^50 a pair. Integers alone, so that
all machines agree.

Source: Shervashidze et al. 2011, "Weisfeiler-Lehman graph kernels", algorithm 1.
"""

import torch
from jaxtyping import Int64
from torch import Tensor

from multigraft.graphs.packed import Columns, PackedGraphs
from multigraft.graphs.segments import segment_ids

ROUNDS = 6  # one more than the layers of the pre-training paper's encoders
CHUNK = 20_000  # graphs at once: a corpus may be larger than memory
FIRST, SECOND, STEP = -4658895280553007687, -7723592293110705685, -7046029254386353131  # of splitmix64


def likeness(graphs: PackedGraphs) -> Int64[Tensor, " graphs"]:
    """A number for each graph from its edges, attributes and categories; answers have no part in it.

    Computed once a `PackedGraphs`.
    """
    return graphs.once(_likeness)


def _likeness(graphs: PackedGraphs) -> Int64[Tensor, " graphs"]:
    if len(graphs) <= CHUNK:
        return _of_chunk(graphs.to("cpu"))
    pieces = torch.arange(len(graphs)).split(CHUNK)
    return torch.cat([_of_chunk(graphs.select(piece).to("cpu")) for piece in pieces])


def _of_chunk(graphs: PackedGraphs) -> Int64[Tensor, " graphs"]:
    colours = _rows([graphs.x, *_columns(graphs.nodes, ("codes",))], graphs.num_nodes)
    between = _rows(_columns(graphs.edges, ("codes", "types")), graphs.num_edges)
    source, target = graphs.edge_index
    for _ in range(ROUNDS):
        heard = torch.zeros_like(colours).index_add_(0, target, _mixed(colours[source] + between * STEP))
        colours = _mixed(colours * STEP + heard)
    sums = torch.zeros(len(graphs), dtype=torch.int64)
    return _mixed(sums.index_add_(0, segment_ids(graphs.node_counts), _mixed(colours)) + graphs.node_counts)


def _columns(table: Columns, names: tuple[str, ...]) -> list[Tensor]:
    return [table[name] for name in names if name in table]


def _rows(tables: list[Tensor], rows: int) -> Int64[Tensor, " rows"]:
    """A hash of each row of several tables, beside each other; the place of a column counts."""
    found = torch.zeros(rows, dtype=torch.int64)
    for place, table in enumerate(tables):
        bits = (table.double() + 0.0).view(torch.int64) if table.is_floating_point() else table.long()  # -0.0 is 0.0
        salts = _mixed(torch.arange(1, bits.shape[1] + 1) + place * STEP)
        found += _mixed(bits * STEP + salts).sum(1)
    return _mixed(found)


def _mixed(values: Int64[Tensor, "*any"]) -> Int64[Tensor, "*any"]:
    """Numbers without a likeness to what they were; sums and products wrap around.

    Source: Steele et al. 2014, "Fast splittable pseudorandom number generators", figure 17.
    """
    values = values + STEP  # as zero would stay zero
    values = (values ^ (values >> 30)) * FIRST
    values = (values ^ (values >> 27)) * SECOND
    return values ^ (values >> 31)
