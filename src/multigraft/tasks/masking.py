"""What attribute masking hides, and what it asks of it, for a whole batch at once."""

from dataclasses import replace

import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.pairs import undirected_edges
from multigraft.graphs.segments import choose, segment_ids
from multigraft.graphs.vocabulary import vocabulary
from multigraft.tasks.base import Examples


def masked_atoms(graphs: PackedGraphs, rate: float, bonds: bool, generator: torch.Generator) -> list[Examples]:
    """Some atoms of each molecule masked and asked for; with ``bonds``, all that touch them as well, in a second part.

    A bond is asked for once, and masked in both directions; its class is numbered on behind those of atoms. What was
    computed from bonds is hidden at both of its ends, as it would tell of an aromatic one.
    """
    atoms = _drawn(graphs.node_graph, graphs.node_counts.to(graphs.device), rate, generator)
    hidden = replace(graphs, nodes={**graphs.nodes, "masked": atoms})
    if bonds:
        touched = atoms[graphs.edge_index].any(0)
        hidden = replace(_blank_ends(hidden, touched), edges={**graphs.edges, "masked": touched})
    number = atoms.nonzero()[:, 0]
    parts = [Examples(hidden, number.expand(2, -1), graphs.nodes["codes"][number, 0].long())]
    if bonds:
        once = touched & (graphs.edge_index[0] < graphs.edge_index[1])
        classes = graphs.edges["codes"][once, 0].long() + vocabulary(graphs.origin.featurization).nodes[0]
        parts.append(Examples(hidden, graphs.edge_index[:, once], classes))
    return parts


def masked_interactions(graphs: PackedGraphs, rate: float, generator: torch.Generator) -> Examples:
    """Some edges of each graph masked in both directions, and asked for their types ``[asked, types]``."""
    edges = undirected_edges(graphs)
    drawn = _drawn(segment_ids(edges.counts), edges.counts, rate, generator)
    proper = edges.edge_pair >= 0
    number, types = edges.edge_pair[proper], graphs.edges["types"]
    masked = torch.zeros_like(proper)
    masked[proper] = drawn[number]
    of_pair = types.new_zeros(len(drawn), types.shape[1])
    of_pair[number] = types[proper]
    hidden = replace(graphs, edges={**graphs.edges, "masked": masked})
    return Examples(hidden, edges.pairs[:, drawn], of_pair[drawn].to(graphs.x.dtype))


def _drawn(
    ids: Int64[Tensor, " things"], counts: Int64[Tensor, " graphs"], rate: float, generator: torch.Generator
) -> Bool[Tensor, " things"]:
    """Of each graph's things, the rate rounded down, and one more; in double precision, as the release counts."""
    return choose(ids, (counts.double() * rate + 1).long(), generator)


def _blank_ends(graphs: PackedGraphs, touched: Tensor) -> PackedGraphs:
    """What was computed from the edges blanked at both ends of the edges that are ``touched``."""
    shown = torch.ones(graphs.num_nodes, dtype=torch.bool, device=graphs.device)
    shown[graphs.edge_index[:, touched]] = False
    blank = {
        name: graphs.nodes[name] * shown[:, None] for name in ("structure", "structure_codes") if name in graphs.nodes
    }
    return replace(graphs, nodes={**graphs.nodes, **blank})
