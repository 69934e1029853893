"""FS-Mol: which molecule was found active in which of some thousand ChEMBL assays, as one long table.

Source: Stanley et al. 2021, "FS-Mol: A Few-Shot Learning Dataset of Molecules"; one row a measurement, with the columns
``fold`` (train, valid, test), ``assay_id``, ``smiles`` and ``label`` (0 or 1). The folds part the assays, not the
molecules.

Molecules times assays are a thousand million cells, of which one in 2500 is filled. All measurements are therefore
attached as triples, ``measured_row``, ``measured_assay`` and ``measured_label``, with the texts ``assay``; and only the
assays with the most measurements become targets: as many as `LARGEST_DENSE` bytes hold, which is all of them in the
folds for validation and test. Which assays become targets can also be said. So every task reads targets as it does
elsewhere, the packed copy is mapped from disk, and a training step touches the rows of its molecules alone.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float32, Int64
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs import checksums
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.texts import attached_texts, lines_of, rejects

FOLDS = {"fsmol": "train", "fsmol-validation": "valid", "fsmol-test": "test"}
COLUMNS = ("fold", "assay_id", "smiles", "label")
LABELS = {"0": 0.0, "1": 1.0, "0.0": 0.0, "1.0": 1.0}
LARGEST_DENSE = 2**29  # bytes of targets, unless they are named


@dataclass(frozen=True, eq=False)
class Measurements:
    """A long table without its repeats: molecules and assays in the order in which they first occur.

    Attributes:
        smiles: Of every molecule.
        lines: Where it first occurs, counted from 1.
        assays: Names.
        molecule: The molecule of every measurement.
        assay: Its assay.
        label: 0 or 1.
        repeated: Rows that said what another row says, or its contrary.
        contradicted: Pairs of molecule and assay that had both labels; they count as not measured.
    """

    smiles: Sequence[str]
    lines: Int64[Tensor, " molecules"]
    assays: tuple[str, ...]
    molecule: Int64[Tensor, " measured"]
    assay: Int64[Tensor, " measured"]
    label: Float32[Tensor, " measured"]
    repeated: int
    contradicted: int

    def most_measured(self, most: int) -> Int64[Tensor, " chosen"]:
        """The ``most`` assays with the most measurements, in their order."""
        counts = torch.bincount(self.assay, minlength=len(self.assays))
        return torch.argsort(counts, descending=True, stable=True)[:most].sort().values

    def named(self, names: Sequence[str], data: str) -> Int64[Tensor, " chosen"]:
        """The assays of these names.

        Raises:
            InputError: one that is no assay of the fold, or one twice.
        """
        numbers = {name: number for number, name in enumerate(self.assays)}
        if missing := [name for name in names if name not in numbers]:
            some = ", ".join(self.assays[:3])
            raise InputError(f"{data} has no assay {missing[0]!r}: it has {len(self.assays)}, {some}, ...")
        if len(set(names)) < len(names):
            raise InputError(f"targets {', '.join(names)}: name each assay once")
        return torch.tensor([numbers[name] for name in names], dtype=torch.int64)

    def attached(self, molecules: Int64[Tensor, " graphs"]) -> dict[str, Tensor]:
        """All measurements of those molecules as triples of row, assay and label, and the names of the assays."""
        row = _places(molecules, len(self.smiles))[self.molecule]
        there = row >= 0
        return {
            "measured_row": row[there],
            "measured_assay": self.assay[there],
            "measured_label": self.label[there],
            **attached_texts(assay=self.assays),
        }

    def dense(
        self, molecules: Int64[Tensor, " graphs"], assays: Int64[Tensor, " chosen"]
    ) -> Float32[Tensor, "graphs chosen"]:
        """The labels of those molecules in those assays; NaN where nothing was measured."""
        row = _places(molecules, len(self.smiles))[self.molecule]
        column = _places(assays, len(self.assays))[self.assay]
        wanted = (row >= 0) & (column >= 0)
        targets = torch.full((len(molecules), len(assays)), torch.nan)
        targets[row[wanted], column[wanted]] = self.label[wanted]
        return targets


def _places(chosen: Int64[Tensor, " chosen"], count: int) -> Int64[Tensor, " count"]:
    """Where each of ``range(count)`` is among the chosen, or -1."""
    places = torch.full((count,), -1)
    places[chosen] = torch.arange(len(chosen))
    return places


def read_fsmol(
    path: Path,
    name: str,
    featurization: str = "hu",
    targets: Sequence[str] | None = None,
    strip_salts: bool = False,
    *,
    progress: bool = False,
    processes: int | None = None,
) -> PackedGraphs:
    """The molecules of one fold with what was measured of them; ``name`` is one of `FOLDS`, ``targets`` name assays.

    Raises:
        InputError: as `read_measurements`, or a target that is no assay of the fold.
        MissingExtraError: RDKit is not installed.
    """
    from multigraft.graphs.molecules.load import pack_smiles

    measured = read_measurements(path, FOLDS[name])
    graphs = pack_smiles(measured.smiles, featurization, strip_salts, progress=progress, processes=processes)
    molecules = lines_of(graphs) - 1  # its lines count the list
    assays = measured.most_measured(LARGEST_DENSE // (4 * max(len(graphs), 1)))
    if targets is not None:
        assays = measured.named(targets, name)
    rejected = graphs.attached["rejected_line"] - 1
    attached = {
        **graphs.attached,
        "line": measured.lines[molecules],
        "rejected_line": measured.lines[rejected],
        **measured.attached(molecules),
    }
    origin = Origin(
        name=name,
        checksum=checksums.of_files([path]),
        featurization=featurization,
        targets=tuple(measured.assays[assay] for assay in assays.tolist()),
        target_kind="binary",
        metric="roc_auc",
        strip_salts=strip_salts,
    )
    graphs = dataclasses.replace(
        graphs,
        graphs={**graphs.graphs, "targets": measured.dense(molecules, assays)},
        origin=origin,
        attached=attached,
    )
    return dataclasses.replace(graphs, origin=dataclasses.replace(origin, notes=tuple(_notes(measured, graphs))))


def _notes(measured: Measurements, graphs: PackedGraphs) -> list[str]:
    notes = [
        f"targets: {len(graphs.origin.targets)} of {len(measured.assays)} assays, those with the most measurements "
        "unless they were named; all measurements are attached"
    ]
    if measured.repeated:
        notes.append(
            f"{measured.repeated} rows repeat a molecule in an assay: they count once, and where they contradict each "
            f"other, {measured.contradicted} times, as not measured"
        )
    if found := rejects(graphs):
        first = found[0]
        notes.append(
            f"{len(found)} of {len(measured.smiles)} molecules are none that RDKit can read, and are left out; the "
            f"first is line {first.line}, {first.smiles!r}: {first.reason}"
        )
    return notes


def read_measurements(path: Path, fold: str) -> Measurements:
    """The rows of one fold.

    Raises:
        InputError: the file is no such table, has no rows of that fold, or a label that is neither 0 nor 1.
    """
    rows = _read_fold(path, fold)
    molecule, smiles = _numbered([one for _, _, one, _ in rows])
    assay, assays = _numbered([one for _, one, _, _ in rows])
    label = np.array([one for *_, one in rows], dtype=np.float32)
    first = np.unique(molecule, return_index=True)[1]
    pair = molecule * len(assays) + assay
    order = np.argsort(pair, kind="stable")
    pairs, starts = np.unique(pair[order], return_index=True)
    ordered = label[order]
    least, largest = np.minimum.reduceat(ordered, starts), np.maximum.reduceat(ordered, starts)
    clear = least == largest
    return Measurements(
        smiles=smiles,
        lines=torch.tensor([rows[place][0] for place in first.tolist()], dtype=torch.int64),
        assays=tuple(assays),
        molecule=torch.from_numpy(pairs[clear] // len(assays)),
        assay=torch.from_numpy(pairs[clear] % len(assays)),
        label=torch.from_numpy(least[clear]),
        repeated=len(rows) - len(pairs),
        contradicted=int((~clear).sum()),
    )


def _numbered(texts: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """The number of every text, counted in the order in which they first occur, and the texts without repeats."""
    found: dict[str, int] = {}
    numbers = np.array([found.setdefault(one, len(found)) for one in texts], dtype=np.int64)
    return numbers, list(found)


def _read_fold(path: Path, fold: str) -> list[tuple[int, str, str, float]]:
    """Line, assay, SMILES and label of every row of the fold; the labels of all folds are checked."""
    from multigraft.graphs.molecules.formats import open_layout

    layout = open_layout(path)
    if missing := [name for name in COLUMNS if name not in layout.columns]:
        raise InputError(f"{path} is no table with the columns {', '.join(COLUMNS)}: {missing[0]} is missing")
    of, assay, smiles, label = (layout.columns.index(name) for name in COLUMNS)
    folds, chosen = set(), []
    for line, cells in layout.rows():
        value = LABELS.get(cells[label].strip())
        if value is None:
            raise InputError(f"{path}, line {line}: label {cells[label]!r}; a label is 0 or 1")
        folds.add(cells[of])
        if cells[of] == fold:
            chosen.append((line, cells[assay], cells[smiles], value))
    if not chosen:
        raise InputError(f"{path} has no rows of fold {fold!r}, but of {', '.join(sorted(folds)) or 'none'}")
    return chosen
