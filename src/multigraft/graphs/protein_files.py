r"""Protein networks of several species, as text: the data of the pre-training paper without its pickles.

A folder ``raw`` holds, for every species, named by its NCBI taxonomy number, 9606 for human,

- ``9606.edges.tsv``: two proteins and seven weights a line, tabs between; a type of interaction is there where its
  weight is not 0. ``networkx.write_edgelist(graph, path, delimiter="\t", data=["w1", ..., "w7"])`` writes it.
- ``9606.annotations.tsv``, where functions are known: a protein and one of its terms a line. A protein with an empty
  term has been looked at and has none; one that is in no line is not known, and its targets are missing.

and for all of them ``pretrain_terms.txt`` and ``downstream_terms.txt``, one term a line: what a model is pre-trained
on and what it is measured on. Any of the files may end in ``.gz``.

Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", appendix D.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs import checksums
from multigraft.graphs.ego_networks import Network
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.proteins import LARGEST, Proteins, pack_proteins
from multigraft.graphs.text_columns import Column, Rows, existing, read_columns

EDGES, ANNOTATIONS = ".edges.tsv", ".annotations.tsv"
TERMS = {"pretrain": "pretrain_terms.txt", "downstream": "downstream_terms.txt"}
WEIGHTS = tuple(f"w{number}" for number in range(1, 8))
WRITTEN = {"True": 1.0, "False": 0.0}  # weights that were truth values


@dataclass(frozen=True)
class ProteinFiles:
    """The files of all species, by taxonomy number, and the list of terms that are the targets."""

    edges: dict[int, Path]
    annotations: dict[int, Path]
    terms: Path

    def checksum(self) -> str:
        """SHA-256 over names and contents of the files."""
        return checksums.of_files([*self.edges.values(), *self.annotations.values(), self.terms])


def find_protein_files(folder: Path, terms: str = "downstream") -> ProteinFiles:
    """The files in ``folder/raw``; ``terms`` names one of the two lists.

    Raises:
        InputError: no species there, a file that is not named after one, or no such list.
    """
    raw = folder / "raw"
    edges, annotations = _by_species(raw, EDGES), _by_species(raw, ANNOTATIONS)
    if not edges:
        raise InputError(f"{raw} holds no file TAXON{EDGES}: one a species is needed, 9606{EDGES} for human")
    if without := annotations.keys() - edges.keys():
        raise InputError(f"{annotations[min(without)]} has no {min(without)}{EDGES} beside it: add that file")
    listed = existing(raw, TERMS[terms])
    if listed is None:
        raise InputError(f"{raw / TERMS[terms]} is missing: it lists the terms that are targets, one a line")
    return ProteinFiles(edges, annotations, listed)


def read_protein_files(
    folder: Path, *, terms: str = "downstream", hops: int = 1, largest: int | None = LARGEST, seed: int = 0
) -> PackedGraphs:
    """The ego-network of every protein of every species, species in ascending order of their number.

    Targets are the terms of the list ``terms``, ``pretrain`` or ``downstream``, in its order; annotations with other
    terms, and of proteins without interactions, do not count.

    Raises:
        InputError: files that are missing, damaged or of another layout, a protein in two species, or as
            `pack_proteins`.
    """
    files = find_protein_files(folder, terms)
    listed = read_terms(files.terms)
    species = [_read_species(files, number, listed) for number in sorted(files.edges)]
    proteins = _together(species)
    _check_names(proteins, files)
    sizes = ", ".join(f"{number} ({len(one.names)})" for number, one in zip(sorted(files.edges), species, strict=True))
    unknown = int(proteins.targets.isnan().any(1).sum())
    origin = Origin(
        name="proteins-original" if terms == "downstream" else "proteins-original-pretrain",
        checksum=files.checksum(),
        targets=tuple(listed),
        notes=(
            f"species, and their proteins: {sizes}",
            f"targets: the {len(listed)} terms of {files.terms.name}; missing for {unknown} proteins",
        ),
    )
    return pack_proteins(proteins, origin, hops=hops, largest=largest, seed=seed)


def read_terms(path: Path) -> list[str]:
    """The terms of a list, in its order.

    Raises:
        InputError: a file that cannot be read, has none, or one of them twice.
    """
    column = read_columns(path, ("term",))["term"]
    terms = [column.words[code] for code in column.codes.tolist()]
    if len(terms) > len(set(terms)):
        word, count = Counter(terms).most_common(1)[0]
        raise InputError(f"{path}: the term {word!r} is there {count} times: every term needs one line")
    return terms


def read_edges(path: Path) -> tuple[list[str], Network]:
    """The proteins of one species in alphabetical order, and who interacts with whom and how.

    Raises:
        InputError: a file of another layout, a protein without a name, or a weight that is no number.
    """
    rows = read_columns(path, ("protein", "other", *WEIGHTS))
    for name in ("protein", "other"):
        rows.check(rows[name].numbers({"": 0}) < 0, name, "a protein needs a name")
    names = sorted({word for name in ("protein", "other") for word in rows[name].words} - {""})
    numbering = {name: number for number, name in enumerate(names)}
    ends = torch.stack([rows[name].numbers(numbering) for name in ("protein", "other")])
    types = torch.stack([_present(rows, name) for name in WEIGHTS], dim=1)
    return names, Network.of(len(names), ends, types)


def read_annotations(path: Path, names: Sequence[str], terms: Sequence[str]) -> Float[Tensor, "proteins targets"]:
    """1 where a protein has a term, 0 where it has not; NaN throughout for proteins that are in no line.

    Raises:
        InputError: a file of another layout.
    """
    rows = read_columns(path, ("protein", "term"))
    protein = rows["protein"].numbers({name: number for number, name in enumerate(names)})
    term = rows["term"].numbers({name: number for number, name in enumerate(terms)})
    values = torch.full((len(names), len(terms)), torch.nan)
    values[protein[protein >= 0]] = 0
    both = (protein >= 0) & (term >= 0)
    values[protein[both], term[both]] = 1
    return values


def _by_species(raw: Path, ending: str) -> dict[int, Path]:
    names = {path.name.removesuffix(".gz") for path in raw.glob(f"*{ending}*") if path.is_file()}
    found = {}
    for name in sorted(names):
        taxon, path = name.removesuffix(ending), existing(raw, name)
        if path is None or not taxon.isdecimal():
            raise InputError(f"{raw / name} is not named TAXON{ending} or TAXON{ending}.gz: 9606{ending} for human")
        found[int(taxon)] = path
    return found


def _read_species(files: ProteinFiles, number: int, terms: Sequence[str]) -> Proteins:
    names, network = read_edges(files.edges[number])
    targets = torch.full((len(names), len(terms)), torch.nan)
    if number in files.annotations:
        targets = read_annotations(files.annotations[number], names, terms)
    return Proteins(names, torch.full((len(names),), number), network, targets)


def _together(species: Sequence[Proteins]) -> Proteins:
    """All species as one network, in which none of one interacts with one of another."""
    sizes = torch.tensor([one.network.size for one in species])
    starts = (sizes.cumsum(0) - sizes).tolist()
    pairs = torch.cat([one.network.pairs + start for one, start in zip(species, starts, strict=True)], dim=1)
    return Proteins(
        names=[name for one in species for name in one.names],
        species=torch.cat([one.species for one in species]),
        network=Network(int(sizes.sum()), pairs, torch.cat([one.network.types for one in species])),
        targets=torch.cat([one.targets for one in species]),
    )


def _check_names(proteins: Proteins, files: ProteinFiles) -> None:
    if len(set(proteins.names)) < len(proteins.names):
        name = Counter(proteins.names).most_common(1)[0][0]
        numbers = [number for one, number in zip(proteins.names, proteins.species.tolist(), strict=True) if one == name]
        places = " and ".join(files.edges[number].name for number in numbers)
        raise InputError(f"protein {name!r} is in {places}: write the species before the name, {numbers[0]}.{name}")


def _present(rows: Rows, name: str) -> UInt8[Tensor, " rows"]:
    """Whether a type of interaction is there, row by row."""
    column: Column = rows[name]
    weights = torch.tensor([_weight(word) for word in column.words], dtype=torch.float64)[column.codes]
    rows.check(weights.isfinite(), name, "a weight is a number, 0 where there is no such interaction")
    return (weights != 0).to(torch.uint8)


def _weight(word: str) -> float:
    try:
        return WRITTEN[word] if word in WRITTEN else float(word)
    except ValueError:
        return math.nan
