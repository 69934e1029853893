"""``multigraft embed``: embeddings as a Parquet file."""

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from multigraft.cli import options as o
from multigraft.cli.data_options import DataOptions, takes_data_options
from multigraft.cli.inputs import is_row_file, keep_options, opened, resolved_salts
from multigraft.cli.output import counted, result
from multigraft.errors import InputError
from multigraft.models.names import check_directory

if TYPE_CHECKING:
    from multigraft.models.precision import Precision

NOT_PARQUET = (".csv", ".tsv", ".json", ".npy", ".npz", ".pt", ".xlsx")  # endings that would say what the file is not
OF_MOLECULES = ("featurization", "smiles_column", "id_column", "strip_salts")


class Level(StrEnum):
    """What gets a row of its own."""

    graph = "graph"
    node = "node"


class Products(StrEnum):
    """In which precision they are taken."""

    float32 = "float32"
    bf16 = "bf16"
    auto = "auto"


@takes_data_options
def embed(
    directory: o.EncoderDirectory,
    data: o.Data,
    reading: DataOptions,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The Parquet file to write.")],
    level: Annotated[Level, typer.Option(help="One row a graph or one a node.")] = Level.graph,
    batch_size: Annotated[int, typer.Option(help="Graphs embedded at a time; the result does not depend on it.")] = 256,
    device: o.Device = "auto",
    precision: Annotated[
        Products, typer.Option(help="Of products: float32, bf16, or auto, which is bf16 where the hardware has it.")
    ] = Products.float32,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Embed every graph or node of a data set and write Parquet: identity, then the vector as one column.

    Of molecules each row has the line of their file, the identifier where there is one, and the SMILES. The rows that
    do not parse are listed beside the result, in FILE.rejects.csv.
    """
    with result(as_json) as found:
        if out.suffix.lower() in NOT_PARQUET:
            raise InputError(f"--out {out}: what is written is Parquet: name it {out.with_suffix('.parquet').name}")
        started = time.monotonic()
        write = _molecules if is_row_file(data) else _graphs
        how = {"level": level.value, "batch_size": batch_size, "device": device}
        counts, told, dim = write(directory, data, reading, out, {**how, "precision": precision.value})
        seconds = round(time.monotonic() - started, 3)
        keep_options(out, "embed", encoder=directory, data=data, **how, precision=precision.value, **reading.resolved())
        found.json = {
            "verb": "embed", "out": out, "level": level.value, **counts, "dim": dim, **told, "seconds": seconds,
        }  # fmt: skip
        found.shown = [f"{counted(counts['rows'], f'{level.value} embedding')} of {dim} numbers: {out}"]
        if "precision_error" in told:
            found.shown.append(
                f"products in bfloat16: relative error {told['precision_error']:.1e} on the first graphs"
            )
        if counts.get("rejected"):
            from multigraft.models.molecule_embeddings import rejects_file

            found.shown.append(
                f"{counted(counts['rejected'], 'row')} became none, listed with reasons: {rejects_file(out)}"
            )


Outcome = tuple[dict[str, int], dict[str, Any], int]  # counts, what to say of the precision, and the width


def _graphs(directory: Path, data: str, reading: DataOptions, out: Path, how: dict[str, Any]) -> Outcome:
    """Embed a data set."""
    encoder, graphs = opened(directory, data, reading)
    from multigraft.graphs.rejects import write_rejects
    from multigraft.models.molecule_embeddings import rejects_file
    from multigraft.models.parquet import write_embeddings

    how = {**how, "precision": _products(how)}
    counts = {"rows": write_embeddings(encoder, graphs, out, **how, progress=sys.stderr.isatty())}
    if "rejected_line" in graphs.attached:
        counts["rejected"] = write_rejects(graphs, rejects_file(out))
    return counts, how["precision"].told(), encoder.width(how["level"])


def _molecules(directory: Path, data: str, reading: DataOptions, out: Path, how: dict[str, Any]) -> Outcome:
    """The same for a file of molecules, which is not read as a whole."""
    check_directory(directory)
    from multigraft.models.molecule_embeddings import write_molecule_embeddings
    from multigraft.models.storage import load_encoder

    encoder = load_encoder(directory)
    _check(reading, encoder.origin.featurization)
    how = {**how, "precision": _products(how)}
    rows, rejected = write_molecule_embeddings(
        encoder, Path(data).expanduser(), out, smiles_column=reading.smiles_column, id_column=reading.id_column,
        strip_salts=resolved_salts(encoder, reading.strip_salts), **how, progress=sys.stderr.isatty(),
    )  # fmt: skip
    return {"rows": rows, "rejected": rejected}, how["precision"].told(), encoder.width(how["level"])


def _products(how: dict[str, Any]) -> "Precision":
    from multigraft.models.precision import Precision
    from multigraft.models.trained import pick_device

    return Precision.of(how["precision"], pick_device(how["device"]))


def _check(reading: DataOptions, featurization: str) -> None:
    """Refuse what contradicts the encoder, or says nothing about embeddings of molecules."""
    if reading.featurization not in (None, featurization):
        reads = f"featurization {featurization!r}" if featurization else "the featurization of the embedded sets"
        raise InputError(f"the encoder reads {reads}, not {reading.featurization!r}: leave out --featurization")
    for option, value in reading.resolved().items():
        if option not in OF_MOLECULES and value != getattr(DataOptions(), option):
            name = f"--{option.replace('_', '-')}"
            raise InputError(f"embeddings of a file of molecules do not depend on {name}: leave it out")
