"""The two embedded data sets: real molecules that RDKit's wheel carries, so that no network is needed.

``nci5k``: structures from the National Cancer Institute with a polar surface area each (Ertl, Rohde & Selzer 2000).
``chembl2321810``: compounds of one ChEMBL document with measured activity, which RDKit's Free-Wilson analysis uses.
"""

import csv
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import torch

from multigraft.errors import InputError
from multigraft.graphs import checksums
from multigraft.graphs.atoms import pack_molecules
from multigraft.graphs.molecules.embedded_files import embedded_files
from multigraft.graphs.molecules.smiles import parse_smiles
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.texts import lines_of

if TYPE_CHECKING:
    from rdkit import Chem

CLASSES = {
    "nci5k": ("small polar surface", "large polar surface"),
    "chembl2321810": ("inactive", "active"),
}
MEASURED = {"nci5k": "polar surface area", "chembl2321810": "activity"}


@dataclass(frozen=True)
class Row:
    """A molecule as it is written, the line it is in, counted from 1, and the value measured for it."""

    line: int
    smiles: str
    value: float


def embedded_checksum(name: str) -> str:
    """SHA-256 over names and contents of the two files; errors as `embedded_files`."""
    return checksums.of_files(embedded_files(name))


def read_embedded(name: str) -> PackedGraphs:
    """Pack an embedded set.

    Attributes and structure are those of `pack_molecules`, and node degrees are an input as well. The node label is the
    element, which is therefore not among the inputs; the graph label is 1 where the value is above the median. Rows
    that do not parse are left out, and the notes list them.

    Raises:
        MissingExtraError: RDKit is not installed.
        InputError: the files are missing, or do not belong together.
    """
    from rdkit.Chem import GetPeriodicTable

    files, rows = embedded_files(name), embedded_rows(name)
    kept, molecules, dropped = _parse(rows)
    middle = median(row.value for row in kept)
    graphs = pack_molecules(molecules)
    elements, labels = torch.unique(graphs.node_labels, return_inverse=True)
    notes = [_halves(middle)]
    if dropped:
        notes.append(f"left out {len(dropped)} of {len(rows)} rows of {files[0].name}: {'; '.join(dropped)}")
    return dataclasses.replace(
        graphs,
        nodes={**graphs.nodes, "label": labels},
        graphs={"label": torch.tensor([int(row.value > middle) for row in kept])},
        origin=Origin(
            name=name,
            checksum=embedded_checksum(name),
            node_classes=tuple(GetPeriodicTable().GetElementSymbol(number) for number in elements.tolist()),
            graph_classes=CLASSES[name],
            degree=True,
            notes=tuple(notes),
        ),
    )


def read_embedded_as(name: str, featurization: str, strip_salts: bool = False) -> PackedGraphs:
    """Pack an embedded set as sets of molecules are packed otherwise: ``featurization`` is ``hu`` or ``ogb``.

    What was measured is a real target as well as, above the median or not, the graph label. Elements are an input here,
    and no node labels.

    Raises:
        MissingExtraError: RDKit is not installed.
        InputError: an unknown featurisation, or as `read_embedded`.
    """
    from multigraft.graphs.molecules.load import pack_smiles

    rows = embedded_rows(name)
    graphs = pack_smiles([row.smiles for row in rows], featurization, strip_salts)
    values = [rows[line - 1].value for line in lines_of(graphs).tolist()]  # in both files the rows are the lines
    middle = median(values)
    return dataclasses.replace(
        graphs,
        graphs={
            **graphs.graphs,
            "label": torch.tensor([int(value > middle) for value in values]),
            "targets": torch.tensor(values)[:, None],
        },
        origin=Origin(
            name=name,
            checksum=embedded_checksum(name),
            graph_classes=CLASSES[name],
            notes=(_halves(middle), *graphs.origin.notes),
            featurization=featurization,
            targets=(MEASURED[name],),
            target_kind="real",
            metric="rmse",
            strip_salts=strip_salts,
        ),
    )


def embedded_rows(name: str) -> list[Row]:
    """All rows of an embedded set, also those that do not parse; errors as `read_embedded`."""
    files = embedded_files(name)
    return nci_rows(*files) if name == "nci5k" else chembl_rows(*files)


def _halves(middle: float) -> str:
    return f"graph classes: value above the median, {middle:g}, or not"


def nci_rows(molecules: Path, values: Path) -> list[Row]:
    """Rows of ``nci5k``: both files have the molecules in the same order, the second below one line of comment.

    Raises:
        InputError: a molecule is not written the same in both files.
    """
    left = [line.split("\t")[0] for line in molecules.read_text().splitlines()]
    right = [line.rsplit(",", 1) for line in values.read_text().splitlines()[1:]]
    _check_lengths(molecules, left, values, right)
    rows = []
    for line, (smiles, (written, area)) in enumerate(zip(left, right, strict=True), start=1):
        if smiles != written:
            raise InputError(f"{molecules}, line {line}: {smiles}, but {values.name} has {written}: reinstall RDKit")
        rows.append(Row(line, smiles, float(area)))
    return rows


def chembl_rows(molecules: Path, values: Path) -> list[Row]:
    """Rows of ``chembl2321810``: a compound's number joins its structure with its activity.

    Raises:
        InputError: a compound is in one file only, or twice.
    """
    with values.open(newline="") as file:
        activity = {row["Name"]: float(row["Act"]) for row in csv.DictReader(file)}
    structures = [line.split() for line in molecules.read_text().splitlines()]
    _check_lengths(molecules, structures, values, activity)
    if odd := activity.keys() ^ {compound for _, compound in structures}:
        raise InputError(f"{molecules.name} and {values.name} differ in compound {min(odd)}: reinstall RDKit")
    return [Row(line, smiles, activity[compound]) for line, (smiles, compound) in enumerate(structures, start=1)]


def _check_lengths(first: Path, rows: Sequence[object], second: Path, values: Sequence[object] | dict) -> None:
    if len(rows) != len(values):
        raise InputError(f"{first} has {len(rows)} molecules, {second.name} {len(values)} values: reinstall RDKit")


def _parse(rows: Sequence[Row]) -> "tuple[list[Row], list[Chem.Mol], list[str]]":
    """The rows that parse, their molecules, and a line of text for each of the others; RDKit's own log is silenced."""
    from rdkit import rdBase

    kept, molecules, dropped = [], [], []
    with rdBase.BlockLogs():
        for row in rows:
            molecule, reason = parse_smiles(row.smiles)
            if molecule is None:
                dropped.append(f"line {row.line} ({reason})")
            else:
                kept.append(row)
                molecules.append(molecule)
    return kept, molecules, dropped
