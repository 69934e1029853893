"""Baker's yeast: interactions of seven types from STRING, and the processes that each protein takes part in.

Sources: STRING version 11, protein actions of species 4932 (Szklarczyk et al. 2019, CC BY 4.0); the Saccharomyces
Genome Database's mapping of its proteins to the terms of a slim Gene Ontology (CC BY 4.0).
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft import randomness
from multigraft.errors import InputError
from multigraft.graphs import checksums
from multigraft.graphs.cache import with_note
from multigraft.graphs.ego_networks import Network
from multigraft.graphs.neighbourhood_overlap import neighbourhood_overlap
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.partitions import random_split
from multigraft.graphs.proteins import LARGEST, Proteins, pack_proteins
from multigraft.graphs.splits import Split
from multigraft.graphs.text_columns import existing, read_columns

SPECIES = 4932
ACTIONS, SLIM = "4932.protein.actions.v11.0.txt", "go_slim_mapping.tab"
ACTION_COLUMNS = ("item_id_a", "item_id_b", "mode", "action", "is_directional", "a_is_acting", "score")
SLIM_COLUMNS = ("protein", "gene", "accession", "aspect", "title", "term", "feature")
TYPES = ("activation", "binding", "catalysis", "expression", "inhibition", "ptmod", "reaction")
ROOTS = ("GO:0008150", "GO:0003674", "GO:0005575")  # process, function, component: written where nothing is known
LEAST = 20  # proteins that a term needs to be a target


def find_yeast(folder: Path) -> tuple[Path, Path]:
    """The interactions and the annotations in ``folder/raw``, as they are published, plain or with ``.gz``.

    Raises:
        InputError: one of them is missing.
    """
    actions, slim = (existing(folder / "raw", name) for name in (ACTIONS, SLIM))
    if actions is None or slim is None:
        missing = ACTIONS if actions is None else SLIM
        home = "STRING (version 11, species 4932)" if actions is None else "the Saccharomyces Genome Database"
        raise InputError(f"{folder / 'raw' / missing} is missing, with or without .gz: download it from {home}")
    return actions, slim


def read_yeast(
    folder: Path, *, hops: int = 1, largest: int | None = LARGEST, seed: int = 0, least: int = LEAST
) -> PackedGraphs:
    """The ego-network of every protein that STRING has an interaction of; ids are systematic names, ``YAL001C``.

    ``edges["types"]`` are in the order of `TYPES`. Targets are the process terms that at least ``least`` of the
    proteins have, in the order of their names, 1 or 0; missing for proteins without any process but the root.

    Raises:
        InputError: files that are missing, damaged or of another layout, or as `pack_proteins`.
    """
    actions, slim = find_yeast(folder)
    names, network = read_actions(actions)
    targets, values = read_slim(slim, names, least)
    unknown = int(values.isnan().any(1).sum())
    origin = Origin(
        name="yeast",
        checksum=checksums.of_files((actions, slim)),
        targets=targets,
        notes=(
            f"{network.pairs.shape[1]} pairs of {len(names)} proteins interact",
            f"targets: the {len(targets)} process terms that {least} proteins or more have, without the root",
            f"{unknown} proteins have no known process: their targets are missing",
        ),
    )
    proteins = Proteins(names, torch.full((len(names),), SPECIES), network, values)
    graphs = pack_proteins(proteins, origin, hops=hops, largest=largest, seed=seed)
    return with_note(graphs, f"under the split random with seed 0 {_overlap(graphs)}")


def read_actions(path: Path) -> tuple[Sequence[str], Network]:
    """The proteins in alphabetical order, without the species before their names, and who interacts with whom and how.

    Direction, action and score do not count: each pair of proteins has every mode that a row gives it.

    Raises:
        InputError: a file of another layout, another species, or a mode that is not among `TYPES`.
    """
    rows = read_columns(path, ACTION_COLUMNS, header=True)
    modes = rows["mode"].numbers({kind: number for number, kind in enumerate(TYPES)})
    rows.check(modes >= 0, "mode", f"interactions are {', '.join(TYPES)}")
    ends, prefix = ACTION_COLUMNS[:2], f"{SPECIES}."
    written = sorted({word for name in ends for word in rows[name].words if word.startswith(prefix)})
    numbering = {word: number for number, word in enumerate(written)}
    numbers = [rows[name].numbers(numbering) for name in ends]
    for name, column in zip(ends, numbers, strict=True):
        rows.check(column >= 0, name, f"a protein of this species is written {prefix}NAME")
    types = torch.nn.functional.one_hot(modes, len(TYPES)).to(torch.uint8)
    names = [word.removeprefix(prefix) for word in written]
    return names, Network.of(len(names), torch.stack(numbers), types)


def read_slim(
    path: Path, names: Sequence[str], least: int = LEAST
) -> tuple[tuple[str, ...], Float[Tensor, "proteins targets"]]:
    """The process terms that ``least`` proteins among ``names`` have, the roots left out, and which has which.

    Raises:
        InputError: a file of another layout.
    """
    rows = read_columns(path, SLIM_COLUMNS)
    aspects = rows["aspect"].numbers({"P": 0, "F": 1, "C": 2})
    rows.check(aspects >= 0, "aspect", "it is P, F or C: process, function or component")
    terms = sorted({word for word in rows["term"].words if word and word not in ROOTS})
    protein = rows["protein"].numbers({name: number for number, name in enumerate(names)})
    term = rows["term"].numbers({word: number for number, word in enumerate(terms)})
    counts = (aspects == 0) & (protein >= 0) & (term >= 0)
    has = torch.zeros(len(names), len(terms))
    has[protein[counts], term[counts]] = 1
    frequent = has.sum(0) >= least
    values = has[:, frequent]
    values[~has.any(1)] = torch.nan
    return tuple(word for word, kept in zip(terms, frequent.tolist(), strict=True) if kept), values


def _overlap(graphs: PackedGraphs) -> str:
    parts = random_split(len(graphs), randomness.generator(0, "split"))
    return str(neighbourhood_overlap(graphs, Split("random", 0, *parts)))
