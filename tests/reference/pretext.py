"""The pre-training paper's tasks, molecule by molecule (Hu et al. 2020, section 3.1, and its release).

Whatever is random comes in as numbers between 0 and 1: one for each thing that is chosen.
"""

from collections.abc import Callable
from dataclasses import dataclass

import networkx as nx
import torch
from torch import Tensor

from multigraft.graphs.packed import Origin, PackedGraphs

Pair = tuple[int, int]
Encode = Callable[[PackedGraphs], Tensor]


@dataclass
class Molecule:
    """One molecule, or one network of proteins: columns of its nodes, and those of each edge, smaller number first.

    ``no_edges``: the columns of edges, empty.
    """

    nodes: dict[str, Tensor]
    edges: dict[Pair, dict[str, Tensor]]
    no_edges: dict[str, Tensor]

    @property
    def size(self) -> int:
        return len(self.nodes["x"])

    @property
    def graph(self) -> nx.Graph:
        made = nx.Graph()
        made.add_nodes_from(range(self.size))
        made.add_edges_from(self.edges)
        return made


def unpack(graphs: PackedGraphs) -> list[Molecule]:
    """The graphs of a packed batch, one by one."""
    made = []
    no_edges = {name: column[:0] for name, column in graphs.edges.items()}
    for number in range(len(graphs)):
        first, last = graphs.node_offsets[number : number + 2].tolist()
        start, stop = graphs.edge_offsets[number : number + 2].tolist()
        ends = (graphs.edge_index[:, start:stop] - first).T.tolist()
        edges = {}
        for edge, (u, v) in enumerate(ends, start=start):
            if u < v:
                edges[u, v] = {name: column[edge] for name, column in graphs.edges.items()}
        made.append(Molecule({name: column[first:last] for name, column in graphs.nodes.items()}, edges, no_edges))
    return made


def alone(molecule: Molecule, origin: Origin) -> PackedGraphs:
    """A batch of this one molecule: every bond in both directions."""
    ends = [pair for u, v in molecule.edges for pair in ((u, v), (v, u))]
    rows = [row for row in molecule.edges.values() for _ in range(2)]
    columns = (
        {name: torch.stack([row[name] for row in rows]) for name in molecule.no_edges} if rows else molecule.no_edges
    )
    return PackedGraphs(
        torch.tensor(ends, dtype=torch.int64).reshape(-1, 2).T.contiguous(),
        torch.tensor([0, molecule.size]),
        torch.tensor([0, len(ends)]),
        molecule.nodes,
        columns,
        origin=origin,
    )


def sample(population: int, noise: list[float]) -> set[int]:
    """As many of 0, 1, ... as there are numbers, step by step (Bentley & Floyd 1987, "A sample of brilliance")."""
    chosen: set[int] = set()
    for last, number in enumerate(noise, start=population - len(noise)):
        drawn = int(number * (last + 1))
        chosen.add(last if drawn in chosen else drawn)
    return chosen


# --- attribute masking -----------------------------------------------------------------------------------------------


def noise_of(sizes: list[int], rate: float, generator: torch.Generator) -> list[list[float]]:
    """A number for each thing that is masked, where so many are there in each graph: int(rate * size + 1) of them."""
    counts = [min(int(size * rate + 1), size) for size in sizes]
    drawn = torch.rand(sum(counts), generator=generator, dtype=torch.float64)
    return [part.tolist() for part in drawn.split(counts)]


def masked_atoms(molecule: Molecule, noise: list[float]) -> set[int]:
    """As many of the atoms as there are numbers."""
    return sample(molecule.size, noise)


def touching(molecule: Molecule, atoms: set[int]) -> list[Pair]:
    """The bonds that have one of the atoms at an end."""
    return [pair for pair in molecule.edges if set(pair) & atoms]


def masked_interactions(network: Molecule, noise: list[float]) -> list[Pair]:
    """As many of the edges, which are in order, as there are numbers."""
    chosen = sample(len(network.edges), noise)
    return [pair for place, pair in enumerate(sorted(network.edges)) if place in chosen]


def hide(molecule: Molecule, atoms: set[int], bonds: list[Pair]) -> Molecule:
    """The molecule with marks on what must not be seen; both ends of a hidden bond lose what follows from bonds."""
    nodes = dict(molecule.nodes)
    nodes["masked"] = torch.tensor([atom in atoms for atom in range(molecule.size)], dtype=torch.bool)
    ends = {atom for bond in bonds for atom in bond}
    if "structure_codes" in nodes:
        rows = [row * (atom not in ends) for atom, row in enumerate(nodes["structure_codes"])]
        nodes["structure_codes"] = torch.stack(rows)
    edges = {pair: {**row, "masked": torch.tensor(pair in bonds)} for pair, row in molecule.edges.items()}
    return Molecule(nodes, edges, {**molecule.no_edges, "masked": torch.empty(0, dtype=torch.bool)})


def masking_loss(
    molecules: list[Molecule],
    atoms: list[set[int]],
    bonds: list[list[Pair]],
    z: list[Tensor],
    weights: dict[str, Tensor],
) -> Tensor:
    """Mean cross entropy of the masked atoms' elements, plus that of the masked bonds' types."""
    of_atoms, of_bonds = [], []
    for molecule, some, joined, embedded in zip(molecules, atoms, bonds, z, strict=True):
        for atom in some:
            logits = weights["atom.weight"] @ embedded[atom] + weights["atom.bias"]
            of_atoms.append(-torch.log_softmax(logits, 0)[int(molecule.nodes["codes"][atom, 0])])
        for u, v in joined:
            logits = weights["bond.weight"] @ (embedded[u] + embedded[v]) + weights["bond.bias"]
            of_bonds.append(-torch.log_softmax(logits, 0)[int(molecule.edges[u, v]["codes"][0])])
    return mean(of_atoms) + mean(of_bonds)


def interaction_loss(
    networks: list[Molecule], masked: list[list[Pair]], z: list[Tensor], weights: dict[str, Tensor]
) -> Tensor:
    """Mean binary cross entropy of the types of the masked edges."""
    terms = []
    for network, pairs, embedded in zip(networks, masked, z, strict=True):
        for u, v in pairs:
            logits = weights["types.weight"] @ (embedded[u] + embedded[v]) + weights["types.bias"]
            terms += [belongs(one, bool(here)) for one, here in zip(logits, network.edges[u, v]["types"], strict=True)]
    return mean(terms)


# --- context prediction ----------------------------------------------------------------------------------------------


@dataclass
class Surroundings:
    """A neighbourhood, its context, and the nodes in both; node numbers of the molecule."""

    centre: int
    neighbourhood: list[int]
    context: list[int]
    anchors: list[int]


def surroundings(molecule: Molecule, centre: int, k: int, r1: int, r2: int) -> Surroundings:
    """Breadth-first search, once a radius."""
    within = [set(nx.single_source_shortest_path_length(molecule.graph, centre, radius)) for radius in (k, r1, r2)]
    context = within[1] ^ within[2]
    return Surroundings(centre, sorted(within[0]), sorted(context), sorted(context & within[0]))


def subgraph(molecule: Molecule, nodes: list[int]) -> Molecule:
    """The nodes, renumbered, and the edges between them."""
    place = {node: number for number, node in enumerate(nodes)}
    edges = {(place[u], place[v]): row for (u, v), row in molecule.edges.items() if u in place and v in place}
    return Molecule({name: column[nodes] for name, column in molecule.nodes.items()}, edges, molecule.no_edges)


def context_loss(
    molecules: list[Molecule],
    found: list[Surroundings],
    encode: Encode,
    encode_context: Encode,
    origin: Origin,
    mode: str,
    negatives: int,
) -> Tensor:
    """Centres against contexts of their own molecule and of those further on; who has no anchors is left out."""
    centres, contexts = [], []
    for molecule, around in zip(molecules, found, strict=True):
        if not around.anchors:
            continue
        z = encode(alone(subgraph(molecule, around.neighbourhood), origin))
        centres.append(z[around.neighbourhood.index(around.centre)])
        c = encode_context(alone(subgraph(molecule, around.context), origin))
        contexts.append(torch.stack([c[around.context.index(anchor)] for anchor in around.anchors]))
    count, true, false = len(centres), [], []
    if count < 2:
        return mean([])  # nothing to be confused with
    for i in range(count):
        shifts = [shift for shift in range(1, negatives + 1) if shift % count]
        if mode == "cbow":
            true.append(belongs(centres[i] @ contexts[i].mean(0), True))
            false += [belongs(centres[i] @ contexts[(i + shift) % count].mean(0), False) for shift in shifts]
        else:
            true += [belongs(centres[i] @ anchor, True) for anchor in contexts[i]]
            false += [belongs(centres[(i + s) % count] @ anchor, False) for s in shifts for anchor in contexts[i]]
    return mean(true) + negatives * mean(false)


# --- edge prediction, infomax ----------------------------------------------------------------------------------------


def edge_loss(z: list[Tensor], bonds: list[list[Pair]], others: list[list[Pair]]) -> Tensor:
    """Mean loss of the bonds, plus that of the pairs without one."""
    true = [belongs(one[u] @ one[v], True) for one, pairs in zip(z, bonds, strict=True) for u, v in pairs]
    false = [belongs(one[u] @ one[v], False) for one, pairs in zip(z, others, strict=True) for u, v in pairs]
    return mean(true) + mean(false)


def infomax_loss(z: list[Tensor], weight: Tensor) -> Tensor:
    """Every node with its own summary, plus every node with the next molecule's."""
    summaries = [torch.sigmoid(one.mean(0)) for one in z]
    true = [belongs(node @ (s @ weight), True) for one, s in zip(z, summaries, strict=True) for node in one]
    shifted = [*summaries[1:], summaries[0]]
    false = [belongs(node @ (s @ weight), False) for one, s in zip(z, shifted, strict=True) for node in one]
    return mean(true) + (mean(false) if len(z) > 1 else 0)


# --- targets of graphs -----------------------------------------------------------------------------------------------


def labelled_loss(logits: Tensor, answers: Tensor) -> Tensor:
    """Mean binary cross entropy over the labels that are there."""
    cells = [(i, j) for i in range(len(answers)) for j in range(answers.shape[1]) if not answers[i, j].isnan()]
    return mean([belongs(logits[i, j], bool(answers[i, j])) for i, j in cells])


def squared_loss(logits: Tensor, answers: Tensor, train: Tensor) -> Tensor:
    """Mean squared error in the standard deviations of the training part, over the labels that are there."""
    terms = []
    for target in range(answers.shape[1]):
        known = [float(value) for value in train[:, target] if not value.isnan()]
        middle = sum(known) / len(known)
        deviation = (sum((value - middle) ** 2 for value in known) / len(known)) ** 0.5
        for said, value in zip(logits[:, target], answers[:, target], strict=True):
            if not value.isnan():
                terms.append((said - (value - middle) / deviation) ** 2)
    return mean(terms)


def belongs(logit: Tensor, true: bool) -> Tensor:
    """Binary cross entropy of one logit."""
    probability = torch.sigmoid(logit)
    return -torch.log(probability if true else 1 - probability)


def mean(terms: list[Tensor]) -> Tensor:
    """The mean, 0 of nothing."""
    return torch.stack(terms).mean() if terms else torch.zeros((), dtype=torch.float64)
