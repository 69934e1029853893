"""What is known of edges, as numbers whose weighted sums over a node's neighbours are all that most layers need."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from multigraft.encoders.inputs import InputSchema, one_hot_codes
from multigraft.graphs.packed import PackedGraphs

LOOP, MASK = 0, 1  # places behind the categories, or types, that the data has


def edge_places(schema: InputSchema) -> list[int]:
    """How many places each kind of edge feature has; the loop's and the mask's are in the first."""
    if schema.edge_codes:
        return [schema.edge_codes[0] + 2, *schema.edge_codes[1:]]
    if schema.edge_types:
        return [schema.edge_types + 2, 1]  # the last is always 1: the bias of a linear layer
    return [1]


def edge_features(graphs: PackedGraphs, schema: InputSchema) -> Float[Tensor, "entries places"]:
    """Features of every edge, then of every node's own loop.

    Categories are one-hot; a loop and a masked edge have categories of their own, and the first of all other kinds, as
    in the release of Hu et al. Types are multi-hot; a loop and a mask are types as well, and a masked edge has no
    other. Edges of which nothing is known are zero, and loops one.

    Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", appendix A, and its release.
    """
    edges, nodes, dtype = graphs.num_edges, graphs.num_nodes, graphs.x.dtype
    hidden = graphs.edges.get("masked", torch.zeros(edges, dtype=torch.bool, device=graphs.device))
    if schema.edge_codes:
        first = schema.edge_codes[0]
        codes = graphs.edges["codes"].long()
        special = codes.new_zeros(edges + nodes, codes.shape[1])
        special[:edges, 0], special[edges:, 0] = first + MASK, first + LOOP
        shown = torch.cat([~hidden, hidden.new_zeros(nodes)])
        written = torch.cat([codes, codes.new_zeros(nodes, codes.shape[1])])
        return one_hot_codes(torch.where(shown[:, None], written, special), edge_places(schema)).to(dtype)
    features = graphs.x.new_zeros(edges + nodes, sum(edge_places(schema)))
    features[edges:, schema.edge_types + LOOP] = 1
    if schema.edge_types:
        features[:edges, : schema.edge_types] = graphs.edges["types"].to(dtype) * ~hidden[:, None]
        features[:edges, schema.edge_types + MASK] = hidden.to(dtype)
        features[:, -1] = 1
    return features


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
