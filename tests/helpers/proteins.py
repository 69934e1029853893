"""Networks of proteins for tests: drawn by Hypothesis, or written as the files that loaders read."""

import gzip
from pathlib import Path

import networkx as nx
import torch
from hypothesis import strategies as st

from multigraft.graphs import yeast
from multigraft.graphs.ego_networks import Network
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.proteins import Proteins, pack_proteins

TYPES = 7

# proteins 0 - 1 - 2, 0 - 2, 2 - 3; 4 interacts with none
SMALL = Network(5, torch.tensor([[0, 0, 1, 2], [1, 2, 2, 3]]), torch.eye(TYPES, dtype=torch.uint8)[:4])

ACTIONS = """
YAL1 YAL2 binding
YAL2 YAL1 binding
YAL1 YAL2 reaction
YAL3 YAL2 catalysis
YAL3 YAL4-A expression
"""
CHAIN = "".join(f"YZZ{number} YZZ{number + 1} ptmod\n" for number in range(6))  # so that there is enough to split
SLIM = """
YAL1 P GO:0000002
YAL1 P GO:0000002
YAL1 P GO:0000001
YAL1 F GO:0000009
YAL2 P GO:0000001
YAL3 P GO:0008150
ELSE P GO:0000002
ELSE C GO:0000003
"""


@st.composite
def networks(draw: st.DrawFn, most_nodes: int = 9) -> Network:
    """Any network, nodes without neighbours among them, from a list of rows with repeats and self loops."""
    size = draw(st.integers(1, most_nodes))
    node = st.integers(0, size - 1)
    rows = draw(st.lists(st.tuples(node, node, st.integers(0, TYPES - 1)), max_size=30))
    ends = torch.tensor([row[:2] for row in rows], dtype=torch.int64).reshape(-1, 2).T
    kinds = torch.tensor([row[2] for row in rows], dtype=torch.int64)
    return Network.of(size, ends, torch.nn.functional.one_hot(kinds, TYPES).to(torch.uint8))


def as_networkx(network: Network) -> nx.Graph:
    """The same network, edges with their ``types`` as a list."""
    graph = nx.Graph()
    graph.add_nodes_from(range(network.size))
    for (u, v), kinds in zip(network.pairs.T.tolist(), network.types.tolist(), strict=True):
        graph.add_edge(u, v, types=kinds)
    return graph


def protein_graphs(network: Network = SMALL, largest: int | None = None, species: int = 4932) -> PackedGraphs:
    """Packed ego-networks of proteins ``p0``, ``p1``, ..., with two targets: even number, odd number."""
    numbers = torch.arange(network.size)
    proteins = Proteins(
        names=[f"p{number}" for number in numbers.tolist()],
        species=torch.full((network.size,), species),
        network=network,
        targets=torch.stack([numbers % 2 == 0, numbers % 2 == 1], dim=1).float(),
    )
    return pack_proteins(proteins, Origin(name="made", targets=("even", "odd")), largest=largest)


def write_yeast(folder: Path, actions: str = ACTIONS, slim: str = SLIM, packed: bool = True) -> Path:
    """The two files of yeast below ``folder``, from lines of the words that count."""
    rows = [line.split() for line in actions.strip().splitlines()]
    text = ["\t".join(yeast.ACTION_COLUMNS)]
    text += ["\t".join((f"4932.{a}", f"4932.{b}", mode, "", "f", "f", "900")) for a, b, mode in rows]
    _write(folder / "raw" / yeast.ACTIONS, text, packed)
    rows = [line.split() for line in slim.strip().splitlines()]
    text = ["\t".join((protein, "", "S1", aspect, "a title", term, "ORF")) for protein, aspect, term in rows]
    _write(folder / "raw" / yeast.SLIM, text, packed)
    return folder


def write_species(folder: Path, packed: bool = False) -> Path:
    """Two species in the layout of `protein_files`: a triangle with a tail, and a pair of which nothing is known."""
    human = nx.Graph()
    human.add_edge("9606.B", "9606.A", **weights(1))
    human.add_edge("9606.B", "9606.C", **weights(1, 7))
    human.add_edge("9606.A", "9606.C", **weights())
    human.add_edge("9606.C", "9606.D", **weights(3))
    fly = nx.Graph([("7227.Y", "7227.X", weights(2))])
    for taxon, graph in ((9606, human), (7227, fly)):
        path = folder / "raw" / f"{taxon}.edges.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        nx.write_edgelist(graph, path, delimiter="\t", data=list(weights()))
        _write(path, path.read_text().splitlines(), packed)
        if packed:
            path.unlink()
    lines = ["9606.A\tGO:3", "9606.A\tGO:1", "9606.B\tGO:8", "9606.C\t", "9606.ELSE\tGO:1"]
    _write(folder / "raw" / "9606.annotations.tsv", lines, packed)
    _write(folder / "raw" / "pretrain_terms.txt", ["GO:8", "GO:9"], packed)
    _write(folder / "raw" / "downstream_terms.txt", ["GO:3", "GO:1", "GO:2"], packed)
    return folder


def weights(*present: int) -> dict[str, int]:
    """The seven weights of an interaction, 1 for the types that are named, counted from 1."""
    return {f"w{number}": int(number in present) for number in range(1, TYPES + 1)}


def _write(path: Path, lines: list[str], packed: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(f"{line}\n" for line in lines).encode()
    if packed:
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content))
    else:
        path.write_bytes(content)
