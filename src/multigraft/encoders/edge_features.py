"""What is known of edges, as numbers whose weighted sums over a node's neighbours are all that most layers need."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from multigraft.encoders.inputs import InputSchema, one_hot_codes
from multigraft.graphs.packed import Columns, PackedGraphs

SIZES = {"codes": "edge_codes", "types": "edge_types"}  # columns of edges, and what the schema calls their sizes
LOOP, MASK = 0, 1  # places behind the categories, or types, that the data has


def edge_places(schema: InputSchema) -> list[int]:
    """How many places each kind of edge feature has; the loop's and the mask's are in the first."""
    if schema.edge_codes:
        return [schema.edge_codes[0] + 2, *schema.edge_codes[1:]]
    if schema.edge_types:
        return [schema.edge_types + 2, 1]  # the last is always 1: the bias of a linear layer
    return [1]


def entry_table(graphs: PackedGraphs, schema: InputSchema) -> Columns:
    """What is known of every edge, then of every node's own loop: ``loop``, ``hidden``, and ``codes`` or ``types``.

    Codes and types of what is hidden, and of loops, are blank.
    """
    edges, nodes = graphs.num_edges, graphs.num_nodes
    hidden = graphs.edges.get("masked", torch.zeros(edges, dtype=torch.bool, device=graphs.device))
    loop = torch.cat([torch.zeros_like(hidden), hidden.new_ones(nodes)])
    table = {"loop": loop, "hidden": torch.cat([hidden, hidden.new_zeros(nodes)])}
    for name in ("codes", "types"):
        if getattr(schema, SIZES[name]):
            written = graphs.edges[name] * ~hidden[:, None]
            table[name] = torch.cat([written, written.new_zeros(nodes, written.shape[1])])
    return table


def features_of(table: Columns, schema: InputSchema, dtype: torch.dtype) -> Float[Tensor, "entries places"]:
    """Features of the rows of an `entry_table`.

    Categories are one-hot; a loop and a masked edge have categories of their own, and the first of all other kinds, as
    in the release of Hu et al. Types are multi-hot; a loop and a mask are types as well, and a masked edge has no
    other. Edges of which nothing is known are zero, and loops one.

    Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", appendix A, and its release.
    """
    loop, hidden = table["loop"], table["hidden"]
    if schema.edge_codes:
        codes = table["codes"].to(torch.int64, copy=True)
        special = schema.edge_codes[0] + torch.where(loop, LOOP, MASK)
        codes[:, 0] = torch.where(loop | hidden, special, codes[:, 0])
        return one_hot_codes(codes, edge_places(schema)).to(dtype)
    features = torch.zeros(len(loop), sum(edge_places(schema)), dtype=dtype, device=loop.device)
    features[:, schema.edge_types + LOOP] = loop.to(dtype)
    if schema.edge_types:
        features[:, : schema.edge_types] = table["types"].to(dtype)
        features[:, schema.edge_types + MASK] = hidden.to(dtype)
        features[:, -1] = 1
    return features


def edge_features(graphs: PackedGraphs, schema: InputSchema) -> Float[Tensor, "entries places"]:
    """Features of every edge, then of every node's own loop; see `features_of`."""
    return features_of(entry_table(graphs, schema), schema, graphs.x.dtype)


class EdgeEmbedding(nn.Linear):
    """A vector for each edge, linear in `edge_features`: sums of table rows for categories.

    Being linear, it embeds weighted sums of features just as well: sum_j w_j E f_j = E sum_j w_j f_j.
    """

    def __init__(self, schema: InputSchema, width: int) -> None:
        places = edge_places(schema)
        super().__init__(sum(places), width, bias=False)
        with torch.no_grad():
            for table in self.weight.split(places, dim=1):
                nn.init.xavier_uniform_(table)
            if schema.edge_types:
                self.weight[:, -1].zero_()
