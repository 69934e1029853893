"""Molecules that stand in several rows: whether their targets agree, and whether a split parts them."""

from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np
import torch
from jaxtyping import Int64, UInt64
from torch import Tensor

from multigraft.graphs.chunks import map_chunks
from multigraft.graphs.molecules import descriptions
from multigraft.graphs.molecules.smiles import require_rdkit
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.remembered import remembered
from multigraft.graphs.splits import Split
from multigraft.graphs.texts import lines_of, smiles_of

MANY = 20_000  # molecules from which on several processes are faster
SHOWN = 3  # rows of a molecule that are named


def same_molecule(graphs: PackedGraphs, progress: bool = False) -> Int64[Tensor, " graphs"]:
    """A number for each graph, which those have in common whose canonical SMILES, stereo centres included, are equal.

    Raises:
        InputError: data that did not come from SMILES.
        MissingExtraError: RDKit is not installed.
    """
    require_rdkit("comparing molecules")

    def compute(some: Sequence[str]) -> UInt64[np.ndarray, " molecules"]:
        pieces = map_chunks(descriptions.canonical_keys, some, MANY, "comparing molecules", progress)
        return np.concatenate(pieces)

    keys = remembered("canonical keys 1", smiles_of(graphs), compute)
    return torch.from_numpy(np.unique(keys, return_inverse=True)[1].astype(np.int64))


def duplicates(graphs: PackedGraphs, split: Split | None = None, progress: bool = False) -> tuple[str, ...]:
    """How many molecules stand in several rows, of how many the targets differ, and whether the split parts any.

    A sentence each. Nothing where none does, of data that did not come from SMILES, and without RDKit.
    """
    if not len(graphs) or "smiles" not in graphs.attached or find_spec("rdkit") is None:
        return ()
    groups = same_molecule(graphs, progress)
    sizes = groups.bincount()
    many = sizes > 1
    if not bool(many.any()):
        return ()
    apart = _contradicting(graphs, groups) if "targets" in graphs.graphs else torch.zeros_like(many)
    found = f"molecules that stand in several rows: {int(many.sum())}, in {int(sizes[many].sum())} rows"
    if bool(apart.any()):
        said = f"{found}; targets differ for {int(apart.sum())} of them, {_first(graphs, groups, apart)}"
    else:
        said = f"{found}, {_first(graphs, groups, many)}"
    return (said, *(() if split is None else _parted(groups, split)))


def _parted(groups: Int64[Tensor, " graphs"], split: Split) -> tuple[str, ...]:
    """How many test graphs are molecules that are learned from or chosen by as well, if any."""
    known = int(torch.isin(groups[split.test], groups[torch.cat([split.train, split.validation])]).sum())
    if not known:
        return ()
    advice = "" if split.kind == "scaffold" else ", or choose the split scaffold"
    return (
        f"{known} of {len(split.test)} test graphs are molecules that stand in the training or validation part as "
        f"well, so they are no fair test: give each molecule one row{advice}",
    )


def _contradicting(graphs: PackedGraphs, groups: Int64[Tensor, " graphs"]) -> Tensor:
    """Whether, for each molecule, two of its rows have different values of one target."""
    targets, count = graphs.targets.cpu(), int(groups.max()) + 1
    index = groups[:, None].expand_as(targets)
    bounds = []
    for how, nothing in (("amin", torch.inf), ("amax", -torch.inf)):
        there = targets.masked_fill(targets.isnan(), nothing)
        bounds.append(there.new_full((count, targets.shape[1]), nothing).scatter_reduce(0, index, there, how))
    return (bounds[0] < bounds[1]).any(1)


def _first(graphs: PackedGraphs, groups: Int64[Tensor, " graphs"], among: Tensor) -> str:
    """The first of ``among`` the molecules, and where it stands."""
    places = (among[groups] & (groups == groups[among[groups]][0])).nonzero()[:, 0]
    rows, what = (lines_of(graphs), "lines") if "line" in graphs.attached else (torch.arange(len(graphs)), "graphs")
    shown = ", ".join(map(str, rows[places[:SHOWN]].tolist()))
    more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
    return f"the first is {smiles_of(graphs.select(places[:1]))[0]!r} in {what} {shown}{more}"
