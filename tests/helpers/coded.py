"""Molecules and proteins for tests: graphs with categories and types as `multigraft.graphs.vocabulary` counts them."""

import dataclasses
import functools
import random

import torch
from hypothesis import strategies as st
from torch import Tensor

from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.segments import offsets
from multigraft.graphs.vocabulary import VOCABULARIES
from tests.helpers.graphs import adjacencies, pack, random_graphs

FEATURIZATIONS = ("hu", "ogb", "protein")


def coded(graphs: PackedGraphs, featurization: str = "hu", seed: int = 0, targets: int = 0) -> PackedGraphs:
    """The same graphs with random codes, the two directions of an edge side by side and alike.

    With ``targets``, as many binary ones, of which a fifth is missing.
    """
    draws = torch.Generator().manual_seed(seed)
    low, high = graphs.edge_index[:, graphs.edge_index[0] < graphs.edge_index[1]]
    pairs = torch.stack([low, high])
    counts = torch.bincount(graphs.node_graph[low], minlength=len(graphs))
    known = VOCABULARIES[featurization]
    nodes = {"x": torch.zeros(graphs.num_nodes, 0), "codes": _codes(known.nodes, graphs.num_nodes, draws)}
    if known.structure:
        nodes["structure_codes"] = _codes([size - 1 for size in known.structure], graphs.num_nodes, draws) + 1
    if known.types:
        nodes["codes"] = torch.ones_like(nodes["codes"])
        edges = {"types": torch.randint(2, (len(low), known.types), generator=draws, dtype=torch.uint8)}
    else:
        edges = {"codes": _codes(known.edges, len(low), draws)}
    measured = (torch.rand(len(graphs), targets, generator=draws) < 0.5).float()
    measured[torch.rand(len(graphs), targets, generator=draws) < 0.2] = torch.nan
    return dataclasses.replace(
        graphs,
        edge_index=torch.stack([pairs, pairs.flip(0)], dim=2).reshape(2, -1),
        edge_offsets=offsets(2 * counts),
        nodes=nodes,
        edges={name: column.repeat_interleave(2, 0) for name, column in edges.items()},
        graphs={"targets": measured} if targets else {},
        origin=Origin(
            f"made-{featurization}", f"made-{featurization}-{seed}", featurization=featurization,
            targets=tuple(f"t{number}" for number in range(targets)), target_kind="binary" if targets else "",
        ),
    )  # fmt: skip


def random_coded(count: int, featurization: str = "hu", seed: int = 0, targets: int = 0, **shape) -> PackedGraphs:
    """As `random_graphs`, with codes."""
    return coded(random_graphs(count, seed=seed, **shape), featurization, seed, targets)


def with_targets(graphs: PackedGraphs, values: Tensor, kind: str = "real", **origin) -> PackedGraphs:
    """The graphs with these targets."""
    named = tuple(f"t{number}" for number in range(values.shape[1]))
    return dataclasses.replace(
        graphs,
        graphs={**graphs.graphs, "targets": values},
        origin=dataclasses.replace(graphs.origin, targets=named, target_kind=kind, **origin),
    )


def ring(size: int) -> Tensor:
    """The adjacency of a ring."""
    return torch.eye(size).roll(1, 1)


def path(size: int) -> Tensor:
    """The adjacency of a chain."""
    return torch.ones(size, size).triu(1).tril(1)


def side_by_side(*parts: Tensor) -> Tensor:
    """One graph of several fragments."""
    return torch.block_diag(*parts)


@st.composite
def shapes(draw: st.DrawFn) -> Tensor:
    """Anything that molecules come as: single atoms, chains, rings of up to 30, dense ones, fragments, loose atoms."""
    kind = draw(st.sampled_from(["any", "path", "ring", "fragments", "atom"]))
    if kind == "any":
        return draw(adjacencies(9)).float()
    if kind == "path":
        return path(draw(st.integers(2, 14)))
    if kind == "ring":
        made = ring(draw(st.integers(3, 30)))
        return made + made.T
    if kind == "fragments":
        return side_by_side(path(draw(st.integers(1, 9))), torch.zeros(1, 1), path(draw(st.integers(1, 9))))
    return torch.zeros(1, 1)


@st.composite
def coded_graphs(
    draw: st.DrawFn, featurization: str = "hu", *, least_graphs: int = 1, most_graphs: int = 6, targets: int = 0
) -> PackedGraphs:
    """Arbitrary molecules or proteins; see `shapes`."""
    found = draw(st.lists(shapes(), min_size=least_graphs, max_size=most_graphs))
    seed = draw(st.integers(0, 2**16))
    state = random.getstate()
    try:
        return coded(pack(found, seed), featurization, seed, targets)
    finally:
        random.setstate(state)  # as in `packed_graphs`


def _codes(sizes, rows: int, draws: torch.Generator) -> Tensor:
    columns = [torch.randint(size, (rows,), generator=draws) for size in sizes]
    return torch.stack(columns, 1).to(torch.uint8)


@functools.cache
def molecules(count: int = 500, featurization: str = "hu") -> PackedGraphs:
    """The first molecules of the set that RDKit's wheel carries."""
    from multigraft.graphs.molecules.embedded import embedded_files
    from multigraft.graphs.molecules.load import pack_smiles

    lines = embedded_files("nci5k")[0].read_text().splitlines()
    return pack_smiles([line.split("\t")[0] for line in lines[: count + 50]], featurization).select(torch.arange(count))
