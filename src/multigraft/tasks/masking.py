"""What attribute masking hides, and what it asks of it, for a whole batch at once."""

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

from multigraft.graphs.arrays import arrays
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.pairs import undirected_edges
from multigraft.graphs.sampling import sampled
from multigraft.graphs.vocabulary import vocabulary
from multigraft.tasks.base import Examples


def masked_atoms(graphs: PackedGraphs, rate: float, bonds: bool, generator: torch.Generator) -> list[Examples]:
    """Some atoms of each molecule masked and asked for; with ``bonds``, all that touch them as well, in a second part.

    A bond is asked for once, and masked in both directions; its class is numbered on behind those of atoms. What was
    computed from bonds is hidden at both of its ends, as it would tell of an aromatic one.
    """
    on, counts = arrays(graphs.device), graphs.node_counts.numpy()
    number = sampled(counts, _share(counts, rate), generator, on)
    atoms = on.marked(graphs.num_nodes, number)
    hidden = replace(graphs, nodes={**graphs.nodes, "masked": on.tensor(atoms)})
    if bonds:
        first, second = on.of(graphs.edge_index)
        touched = on.tensor(on.take(atoms, first) | on.take(atoms, second))
        hidden = replace(_blank_ends(hidden, touched), edges={**graphs.edges, "masked": touched})
    elements = on.take(on.of(graphs.nodes["codes"])[:, 0], number)
    parts = [Examples(hidden, on.tensor(number).expand(2, -1), on.tensor(elements).long())]
    if bonds:
        once = (touched & (graphs.edge_index[0] < graphs.edge_index[1])).nonzero()[:, 0]
        kinds = graphs.edges["codes"][:, 0].index_select(0, once).long()
        classes = kinds + vocabulary(graphs.origin.featurization).nodes[0]
        parts.append(Examples(hidden, graphs.edge_index.index_select(1, once), classes))
    return parts


def masked_interactions(graphs: PackedGraphs, rate: float, generator: torch.Generator) -> Examples:
    """Some edges of each graph masked in both directions, and asked for their types ``[asked, types]``."""
    edges = undirected_edges(graphs)
    on, counts = arrays(graphs.device), edges.host_counts
    number = on.tensor(sampled(counts, _share(counts, rate), generator, on))
    proper = (edges.edge_pair >= 0).nonzero()[:, 0]
    pair, types = edges.edge_pair.index_select(0, proper), graphs.edges["types"]
    drawn = torch.zeros_like(edges.pairs[0], dtype=torch.bool).index_fill_(0, number, True)
    masked = torch.zeros_like(edges.edge_pair, dtype=torch.bool).index_copy_(0, proper, drawn.index_select(0, pair))
    of_pair = types.new_zeros(len(drawn), types.shape[1]).index_copy_(0, pair, types.index_select(0, proper))
    hidden = replace(graphs, edges={**graphs.edges, "masked": masked})
    answers = of_pair.index_select(0, number).to(graphs.x.dtype)
    return Examples(hidden, edges.pairs.index_select(1, number), answers)


def _share(counts: Int64[np.ndarray, " graphs"], rate: float) -> Int64[np.ndarray, " graphs"]:
    """Of each graph's things, the rate rounded down, and one more; in double precision, as the release counts."""
    return (counts * rate + 1).astype(np.int64)


def _blank_ends(graphs: PackedGraphs, touched: Tensor) -> PackedGraphs:
    """What was computed from the edges blanked at both ends of the edges that are ``touched``."""
    ends = graphs.edge_index.index_select(1, touched.nonzero()[:, 0]).flatten()
    shown = torch.ones(graphs.num_nodes, dtype=torch.bool, device=graphs.device).index_fill_(0, ends, False)
    blank = {
        name: graphs.nodes[name] * shown[:, None] for name in ("structure", "structure_codes") if name in graphs.nodes
    }
    return replace(graphs, nodes={**graphs.nodes, **blank})
