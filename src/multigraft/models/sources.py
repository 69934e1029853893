"""Graphs for a trained encoder: whatever they come from, featurised as the encoder's training data was."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs.names import EMBEDDED, FEATURIZATIONS
from multigraft.graphs.packed import PackedGraphs
from multigraft.models.trained import TrainedEncoder


@dataclass(frozen=True, eq=False)
class Rows:
    """Graphs for rows that someone gave, some of which may not have become one.

    Attributes:
        graphs: The graphs that there are.
        kept: The row of each graph, counted from 0.
        count: How many rows were given.
        reasons: Why a row has no graph, by row.
        smiles: Of each graph, where they come from SMILES.
        written: What stands in a row without a graph, by row, where it is a SMILES.
    """

    graphs: PackedGraphs
    kept: Int64[Tensor, " graphs"]
    count: int
    reasons: dict[int, str] = field(default_factory=dict)
    smiles: Sequence[str] = ()
    written: dict[int, str] = field(default_factory=dict)


def graphs_for(encoder: TrainedEncoder, source: Any, **options: Any) -> PackedGraphs:
    """``source`` as `multigraft.graphs.catalog.load` reads it, featurised as the encoder's training data was.

    Raises:
        InputError: as ``load``; or molecules that are graphs already, of another featurization.
    """
    from multigraft.graphs.catalog import load

    known = encoder.origin
    if isinstance(source, str | Path) and known.featurization in FEATURIZATIONS:
        options = {"featurization": known.featurization, "strip_salts": known.strip_salts, **options}
    graphs = load(source, **options)
    wanted, has = known.featurization, graphs.origin.featurization
    if wanted != has and {wanted, has} <= set(FEATURIZATIONS):
        raise InputError(
            f"the encoder reads molecules of featurization {wanted!r}, data set {graphs.origin.name!r} has {has!r}: "
            f"load it with featurization={wanted!r}"
        )
    return graphs


def rows_for(encoder: TrainedEncoder, source: Any, strip_salts: bool | None = None) -> Rows:
    """One graph a row of ``source``.

    That is SMILES or RDKit molecules, in a sequence, array, series or table of one column, or anything that holds
    graphs. An RDKit molecule stands for its canonical SMILES, as one in an SDF file does. ``strip_salts`` is for
    `salts_for`.

    Raises:
        InputError: something else; molecules for an encoder that was not trained on molecules; as `salts_for`.
        MissingExtraError: molecules without RDKit.
    """
    items = _items(source)
    if items is None or (items and hasattr(items[0], "edge_index")):  # PyG's, told without importing PyG for SMILES
        graphs = graphs_for(encoder, source if items is None else items)
        return Rows(graphs, torch.arange(len(graphs)), len(graphs))
    written, wrong = _written(items)
    rows = smiles_rows(encoder, [written.get(row, "") for row in range(len(items))], strip_salts)
    broken = {row: written[row] for row in rows.reasons if row in written}
    return Rows(rows.graphs, rows.kept, rows.count, rows.reasons | wrong, rows.smiles, broken)


def smiles_rows(encoder: TrainedEncoder, smiles: Sequence[str], strip_salts: bool | None = None) -> Rows:
    """One graph a SMILES.

    Raises:
        InputError: the encoder was not trained on molecules; as `salts_for`.
        MissingExtraError: RDKit is not installed.
    """
    from multigraft.graphs.molecules.load import pack_smiles
    from multigraft.graphs.molecules.smiles import require_rdkit
    from multigraft.graphs.texts import lines_of, rejects, smiles_of

    check_reads_molecules(encoder)
    strip = salts_for(encoder, strip_salts)
    require_rdkit("reading molecules")
    if not encoder.origin.featurization:
        return plain_rows(smiles, strip)
    graphs = pack_smiles(smiles, encoder.origin.featurization, strip)
    reasons = {reject.line - 1: reject.reason for reject in rejects(graphs)}
    return Rows(graphs, lines_of(graphs) - 1, len(smiles), reasons, smiles_of(graphs))


def check_reads_molecules(encoder: TrainedEncoder) -> None:
    """Raise an `InputError` where it is not known how a molecule becomes a graph for the encoder."""
    origin = encoder.origin
    if origin.featurization not in FEATURIZATIONS and (origin.featurization or origin.name not in EMBEDDED):
        raise InputError(
            f"the encoder was trained on {origin.name!r}, whose graphs do not come from SMILES: give it graphs"
        )


def salts_for(encoder: TrainedEncoder, asked: bool | None) -> bool:
    """Whether only the largest fragment of a molecule is read; None: as it was in the encoder's training.

    They can be stripped for an encoder that was trained on molecules as they are written, which may have had no salts.

    Raises:
        InputError: salts are to stay, for an encoder that knows the largest fragments alone.
    """
    if asked is False and encoder.origin.strip_salts:
        raise InputError(
            "salts cannot be kept: the encoder was trained on the largest fragments of molecules, so leave out "
            "strip_salts (--no-strip-salts)"
        )
    return encoder.origin.strip_salts if asked is None else asked


def plain_rows(written: Sequence[str], strip_salts: bool = False, mol_blocks: bool = False) -> Rows:
    """One graph a molecule, SMILES or mol block, like those of the embedded sets, whose featurisation has no name."""
    from rdkit import rdBase

    from multigraft.graphs.atoms import pack_molecules
    from multigraft.graphs.molecules.smiles import read_molecule

    with rdBase.BlockLogs():
        read = [read_molecule(one, mol_blocks, strip_salts) for one in written]
    found = {row: (molecule, smiles) for row, (molecule, smiles, _) in enumerate(read) if molecule is not None}
    reasons = {row: reason for row, (_, _, reason) in enumerate(read) if row not in found}
    graphs = pack_molecules([molecule for molecule, _ in found.values()])
    kept = torch.tensor(list(found), dtype=torch.int64)
    return Rows(graphs, kept, len(written), reasons, [smiles for _, smiles in found.values()])


def _items(source: Any) -> list[Any] | None:
    """The rows of a sequence, array, series or table of one column; None for what is none of those."""
    if isinstance(source, str | bytes):
        raise InputError(f"{source!r} is one text: give a list of SMILES")
    if isinstance(source, list | tuple):
        return list(source)
    if not hasattr(source, "__array__") or isinstance(source, Tensor):
        return None
    return one_column(np.asarray(source, dtype=object)).tolist()


def one_column(source: Any) -> Any:
    """An array of one column as its rows; what is no array stays as it is.

    Raises:
        InputError: an array of another shape.
    """
    if not isinstance(source, np.ndarray):
        return source
    rows = source[:, 0] if source.ndim == 2 and source.shape[1] == 1 else source
    if rows.ndim != 1:
        raise InputError(f"an array of shape {source.shape} holds no molecules: give one column of SMILES")
    return rows


def _written(items: Sequence[Any]) -> tuple[dict[int, str], dict[int, str]]:
    """The SMILES of every row that is one or a molecule, and what is wrong with the other rows."""
    written, wrong = {}, {}
    for row, item in enumerate(items):
        if isinstance(item, str):
            written[row] = item
        elif hasattr(item, "GetNumAtoms"):  # RDKit's, which those who have none need not import
            written[row] = _smiles(item)
        else:
            missing = str(item) in ("None", "nan", "<NA>")
            wrong[row] = "no SMILES" if missing else f"a {type(item).__name__} is no SMILES and no molecule"
    return written, wrong


def _smiles(molecule: Any) -> str:
    from rdkit import Chem

    return Chem.MolToSmiles(molecule)
