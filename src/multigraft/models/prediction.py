"""Predictions for molecules: the rows that were given, in their order, with what the encoder says beside each."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32

from multigraft.errors import InputError
from multigraft.graphs.molecules.formats import Layout
from multigraft.models.ensemble import Ensemble, open_ensemble, together
from multigraft.models.row_files import check_apart, check_name, writing
from multigraft.models.sources import Rows, check_reads_molecules, one_column, rows_for
from multigraft.models.trained import TrainedEncoder
from multigraft.progress import counting

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

REJECTED = "rejected"


def predict(
    model: TrainedEncoder | Sequence[TrainedEncoder] | str | Path,
    source: "str | Path | Sequence[Any] | pd.Series | pd.DataFrame",
    *,
    smiles_column: str | None = None,
    strip_salts: bool | None = None,
    batch_size: int = 256,
    device: str = "auto",
    progress: bool = False,
) -> "pd.DataFrame":
    """The rows of ``source`` and what is predicted for each.

    Every row that went in comes out, in order, with all its columns and with ``predicted_TARGET`` for every target: a
    probability, or a number in the target's own units. Of several seeds it is the mean, and ``predicted_TARGET_std``
    their standard deviation. ``rejected`` says why a molecule could not be read; its predictions are missing.

    Args:
        model: The directory that ``multigraft finetune`` or ``train`` wrote, or a trained encoder, or several,
            with a head for the task ``ml`` or ``gr``.
        source: A file (``.csv``, ``.tsv``, ``.smi``, ``.parquet``, ``.sdf``, each also ``.gz``), whose cells stay the
            texts they are but for Parquet; a table with a column of SMILES; or a sequence of SMILES or RDKit molecules.
        smiles_column: The column of SMILES; by default the one of that name.
        strip_salts: Whether only the largest fragment of a molecule is read; None: as in the encoder's training.
        batch_size: Molecules predicted at a time; the result does not depend on it.
        device: ``cpu``, ``cuda``, ..., or ``auto``: a GPU where there is one.
        progress: Whether a bar is drawn.

    Raises:
        InputError: no such model or none that predicts, a file that cannot be read, or no column of SMILES, with a
            guess at what is meant; salts that are to stay, for an encoder that was trained without them.
        MissingExtraError: RDKit is not installed.
    """
    import pandas as pd

    ensemble = open_ensemble(model)
    how = {"batch_size": batch_size, "device": device}
    if isinstance(source, str | Path):
        import pyarrow as pa

        tables = list(_tables(ensemble, Path(source), smiles_column, strip_salts, progress, how))
        return pa.concat_tables(tables).to_pandas()
    frame = source if isinstance(source, pd.DataFrame) else pd.DataFrame({"smiles": one_column(source)})
    smiles = frame.iloc[:, _smiles_place(frame, smiles_column)]
    _check_new(ensemble, [str(name) for name in frame.columns], "the table")
    rows = rows_for(ensemble.members[0], smiles, strip_salts)
    reasons = pd.Series([rows.reasons.get(row) for row in range(len(frame))], frame.index, dtype=object)
    return frame.assign(**_answers(ensemble, rows, **how), **{REJECTED: reasons})


def predict_file(
    model: TrainedEncoder | Sequence[TrainedEncoder] | str | Path,
    source: Path,
    out: Path,
    *,
    smiles_column: str | None = None,
    strip_salts: bool | None = None,
    batch_size: int = 256,
    device: str = "auto",
    progress: bool = False,
) -> tuple[int, int]:
    """`predict` from file to file, whole or not at all and a piece at a time; how many rows there are, and rejects.

    Raises:
        InputError: as `predict`; ``out`` is ``source``, or does not end in ``.csv``, ``.tsv`` or ``.parquet``.
    """
    check_name(out)
    check_apart(source, out)
    ensemble = open_ensemble(model)
    how = {"batch_size": batch_size, "device": device}
    rows = rejected = 0
    with writing(out) as write:
        for table in _tables(ensemble, source, smiles_column, strip_salts, progress, how):
            write(table)
            rows += len(table)
            rejected += len(table) - table[REJECTED].null_count
    return rows, rejected


def _tables(
    ensemble: Ensemble,
    source: Path,
    smiles_column: str | None,
    strip_salts: bool | None,
    progress: bool,
    how: dict[str, Any],
) -> "Iterator[pa.Table]":
    """The rows of a file with the predictions beside them, piece by piece."""
    import pyarrow as pa

    from multigraft.graphs.molecules.reading import survey
    from multigraft.graphs.molecules.smiles import require_rdkit
    from multigraft.models.streams import original_cells, pieces

    encoder = ensemble.members[0]
    check_reads_molecules(encoder)
    require_rdkit("reading molecules")
    table = survey(source, smiles_column, targets=(), id_column="")
    _check_new(ensemble, table.layout.columns, str(source))
    cells = original_cells(table)
    with counting("predicting", table.rows, "molecules", progress) as advance:
        for piece in pieces(encoder, table, strip_salts):
            found = cells(piece)
            for name, values in _answers(ensemble, piece.rows, **how).items():
                found = found.append_column(name, pa.array(values, mask=np.isnan(values)))
            reasons = [piece.rows.reasons.get(row) for row in range(piece.rows.count)]
            yield found.append_column(REJECTED, pa.array(reasons, pa.string()))
            advance(piece.rows.count)


def _answers(ensemble: Ensemble, rows: Rows, batch_size: int, device: str) -> dict[str, Float32[np.ndarray, " rows"]]:
    """The columns that the predictions make, NaN for rows without a graph."""
    mean, deviation = together(ensemble.predict(rows.graphs, batch_size, device))
    found = {}
    for place, target in enumerate(ensemble.targets):
        found[f"predicted_{target}"] = mean[:, place]
        if deviation is not None:
            found[f"predicted_{target}_std"] = deviation[:, place]
    kept = rows.kept.numpy()
    columns = {name: np.full(rows.count, np.nan, np.float32) for name in found}
    for name, values in found.items():
        columns[name][kept] = values.numpy()
    return columns


def _check_new(ensemble: Ensemble, columns: Sequence[str], where: str) -> None:
    """Raise where a column of predictions would have the name of another column."""
    several = len(ensemble.members) > 1
    endings = ("", "_std") if several else ("",)
    new = [REJECTED, *(f"predicted_{target}{ending}" for target in ensemble.targets for ending in endings)]
    for name in new:
        if name in columns or new.count(name) > 1:
            raise InputError(f"{where} has a column {name!r} already, which a prediction would get: rename it")


def _smiles_place(frame: "pd.DataFrame", name: str | None) -> int:
    from multigraft.graphs.molecules.columns import smiles_place

    def rows() -> Iterator[tuple[int, list[str]]]:
        return ((line, list(map(str, cells))) for line, cells in enumerate(frame.itertuples(index=False), start=1))

    return smiles_place(Layout(Path("the table"), tuple(map(str, frame.columns)), rows), name)
