"""``multigraft import``: weights that others released, as a trained encoder of ours."""

from pathlib import Path
from typing import Annotated

import typer

from multigraft.cli import options as o
from multigraft.cli.output import result
from multigraft.models.names import IMPORT_FORMATS, IMPORTED_ENCODERS


def _starting(names: tuple[str, ...], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of weights; code in it is never executed.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the encoder goes; a new directory.")],
    encoder: Annotated[
        str,
        typer.Option(
            help=f"The architecture, by the format's name for it: {', '.join(IMPORTED_ENCODERS)}.",
            autocompletion=lambda incomplete: _starting(IMPORTED_ENCODERS, incomplete),
        ),
    ],
    format: Annotated[
        str,
        typer.Option(
            help=f"Whose layout it has: {', '.join(IMPORT_FORMATS)}.",
            autocompletion=lambda incomplete: _starting(IMPORT_FORMATS, incomplete),
        ),
    ] = "pretrain-gnns",
    seed: Annotated[int, typer.Option(help="Of the random weights of its untrained twin.")] = 0,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Turn weights that others released into an encoder that every verb takes."""
    from multigraft.models.importing import import_encoder

    with result(as_json) as found:
        trained = import_encoder(file, encoder, format, seed)
        trained.save(out)
        found.json = {
            "verb": "import", "file": file, "format": format, "encoder": encoder, "out": out,
            "kind": trained.encoder.kind, "featurization": trained.origin.featurization, "dim": trained.encoder.dim,
            "fingerprint": trained.fingerprint,
        }  # fmt: skip
        found.shown = [
            f"{out}: {trained.encoder.kind}, {trained.encoder.dim} wide, reads featurization "
            f"{trained.origin.featurization}"
        ]
