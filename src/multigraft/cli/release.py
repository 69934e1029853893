"""``multigraft release``: a trained encoder made small, to be given to others."""

from pathlib import Path
from typing import Annotated

import typer

from multigraft.cli import options as o
from multigraft.cli.output import result
from multigraft.cli.written import split_names
from multigraft.errors import InputError
from multigraft.models.names import check_directory


def release(
    directory: o.EncoderDirectory,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the encoder goes; a new directory.")],
    about: Annotated[
        str | None,
        typer.Option(metavar="FILES", help="Markdown files, separated by commas, that its card begins with."),
    ] = None,
    licence: Annotated[
        str, typer.Option(help="Of its weights, as model hubs call it; mind the terms of its training data.")
    ] = "mit",
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Copy an encoder without heads and split: what embeddings need, small enough to be passed on."""
    with result(as_json) as found:
        check_directory(directory)
        said = "\n\n".join(_read(Path(name)) for name in split_names(about or ""))
        from multigraft.models.release import release
        from multigraft.models.storage import load_encoder

        bare = release(load_encoder(directory), out, said, licence)
        size = sum(file.stat().st_size for file in out.iterdir())
        found.json = {
            "verb": "release", "encoder": directory, "out": out, "bytes": size, "dim": bare.width(),
            "fingerprint": bare.fingerprint,
        }  # fmt: skip
        found.shown = [f"{out}: {size / 1e6:.1f} MB, graphs become {bare.width()} numbers"]


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {file}: {error}") from error
