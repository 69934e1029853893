"""``multigraft predict``: a table of molecules in, the same rows with predictions out."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from multigraft.cli import options as o
from multigraft.cli.inputs import keep_options, resolved_salts
from multigraft.cli.output import counted, result
from multigraft.models.names import check_directory


def predict(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="The directory that finetune wrote, or train for task ml or gr.")
    ],
    data: Annotated[
        Path, typer.Argument(metavar="FILE", help="Molecules: .csv, .tsv, .smi, .parquet or .sdf, each also .gz.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file to write: .csv, .tsv or .parquet.")],
    smiles_column: o.SmilesColumn = None,
    strip_salts: o.StripSalts = None,
    batch_size: Annotated[
        int, typer.Option(help="Graphs predicted at a time; the result does not depend on it.")
    ] = 256,
    device: o.Device = "auto",
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Predict for every row of a file of molecules what an encoder was fine-tuned on.

    All rows come out, in order and with all their columns, and with predicted_TARGET: a probability, or a number in
    the target's own units; of several seeds the mean, and their deviation in predicted_TARGET_std. A row that does not
    parse has empty cells there, and the reason in the column rejected.
    """
    with result(as_json) as found:
        check_directory(directory)
        from multigraft.models.ensemble import open_ensemble
        from multigraft.models.prediction import predict_file

        members = open_ensemble(directory).members
        strip = resolved_salts(members[0], strip_salts)
        rows, rejected = predict_file(
            members, data.expanduser(), out, smiles_column=smiles_column, strip_salts=strip,
            batch_size=batch_size, device=device, progress=sys.stderr.isatty(),
        )  # fmt: skip
        keep_options(
            out, "predict", model=directory, data=data, smiles_column=smiles_column, strip_salts=strip,
            batch_size=batch_size, device=device,
        )  # fmt: skip
        found.json = {"verb": "predict", "rows": rows, "rejected": rejected, "out": out}
        without = f", {rejected} of them rejected: the column rejected says why" if rejected else ""
        found.shown = [f"predictions for {counted(rows, 'row')}{without}: {out}"]
