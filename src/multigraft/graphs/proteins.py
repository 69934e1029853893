"""Protein networks as graphs: an ego-network a protein, its functions as targets, and what degrees alone tell.

Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", appendix D.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from multigraft import randomness
from multigraft.errors import InputError
from multigraft.graphs.ego_networks import Network, ego_networks
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.texts import attached_texts

LARGEST = 100  # proteins of an ego-network; the paper's have 40 on average, and a hub has hundreds of neighbours


@dataclass(frozen=True, eq=False)
class Proteins:
    """The proteins of one or several species, who interacts with whom and how, and what each does.

    Attributes:
        names: In the order in which `network` numbers them.
        species: NCBI taxonomy number of each.
        targets: 1 where a protein has the function, 0 where it has not, NaN throughout where nothing is known of it.
    """

    names: Sequence[str]
    species: Int64[Tensor, " proteins"]
    network: Network
    targets: Float[Tensor, "proteins targets"]


def pack_proteins(
    proteins: Proteins, origin: Origin, *, hops: int = 1, largest: int | None = LARGEST, seed: int = 0
) -> PackedGraphs:
    """The ego-network of every protein, see `ego_networks`; ``seed`` draws the neighbours of those that are too large.

    ``nodes["protein"]`` is a node's number among ``proteins``, the same in every graph: it tells neighbourhoods that
    overlap and is no input. ``origin`` gives name, checksum, targets and notes.

    Raises:
        InputError: as `ego_networks`.
    """
    draws = randomness.generator(seed, "ego-networks")
    graphs = ego_networks(proteins.network, draws, hops=hops, largest=largest)
    numbers = graphs.nodes["node"]
    columns = {"targets": proteins.targets, "species": proteins.species, "row": torch.arange(len(graphs))}
    return dataclasses.replace(
        graphs,
        nodes={"x": graphs.x, "codes": torch.ones(len(numbers), 1, dtype=torch.uint8), "protein": numbers},
        graphs={**graphs.graphs, **columns},
        origin=dataclasses.replace(
            origin,
            featurization="protein",
            target_kind="binary",
            metric="roc_auc",
            notes=(_size_note(graphs, hops, largest), *origin.notes),
        ),
        attached=attached_texts(id=proteins.names),
    )


def degree_features(graphs: PackedGraphs) -> Float[Tensor, "graphs features"]:
    """What can be said of each ego-network by counting: a baseline that every encoder of proteins has to beat.

    Columns: nodes; edges, an edge and its reverse counted once; the centre's edges; the centre's edges of each type.
    No interaction is a self loop.

    Raises:
        InputError: graphs that have no centre or no types of edges.
    """
    if "centre" not in graphs.graphs or "types" not in graphs.edges:
        raise InputError(f"data set {graphs.origin.name!r} holds no ego-networks: degree features need protein data")
    centres = graphs.node_offsets[:-1].to(graphs.device) + graphs.graphs["centre"]
    from_centre = graphs.edge_index[0] == centres[graphs.edge_graph]
    owner = graphs.edge_graph[from_centre]
    each = torch.cat([torch.ones_like(owner)[:, None], graphs.edges["types"][from_centre]], dim=1).float()
    counted = torch.zeros(len(graphs), each.shape[1], device=graphs.device).index_add_(0, owner, each)
    sizes = torch.stack([graphs.node_counts, graphs.edge_counts // 2], dim=1).to(graphs.device).float()
    return torch.cat([sizes, counted], dim=1)


def _size_note(graphs: PackedGraphs, hops: int, largest: int | None) -> str:
    reach = "1 hop" if hops == 1 else f"{hops} hops"
    nodes, pairs = graphs.num_nodes / len(graphs), graphs.num_edges / 2 / len(graphs)
    sizes = f"ego-networks of {reach}: {nodes:.1f} proteins and {pairs:.1f} interactions on average"
    if largest is None:
        return f"{sizes}, {int(graphs.node_counts.max())} proteins at most"
    cut = int((graphs.node_counts == largest).sum())
    return f"{sizes}; {cut} have the most that are kept, {largest} proteins, drawn by seed where there are more"
