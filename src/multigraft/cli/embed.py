"""``multigraft embed``: embeddings as a Parquet file."""

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from multigraft.cli import options as o
from multigraft.cli.inputs import keep_options, opened
from multigraft.cli.output import result


class Level(StrEnum):
    """What gets a row of its own."""

    graph = "graph"
    node = "node"


def embed(
    directory: o.EncoderDirectory,
    data: o.Data,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The Parquet file to write.")],
    level: Annotated[Level, typer.Option(help="One row a graph or one a node.")] = Level.graph,
    batch_size: Annotated[int, typer.Option(help="Graphs embedded at a time; the result does not depend on it.")] = 256,
    node_label_column: o.NodeLabelColumn = 0,
    device: o.Device = "auto",
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Embed every graph or node of a data set and write Parquet: identity, then the vector as one column."""
    from multigraft.models.parquet import write_embeddings

    with result(as_json) as found:
        encoder, graphs = opened(directory, data, node_label_column)
        started = time.monotonic()
        rows = write_embeddings(encoder, graphs, out, level.value, batch_size, device, progress=sys.stderr.isatty())
        seconds = round(time.monotonic() - started, 3)
        keep_options(
            out, "embed", encoder=directory, data=data, level=level.value, batch_size=batch_size,
            node_label_column=node_label_column, device=device,
        )  # fmt: skip
        dim = encoder.encoder.dim
        found.json = {"verb": "embed", "out": out, "level": level.value, "rows": rows, "dim": dim, "seconds": seconds}
        found.shown = [f"{rows} {level.value} embeddings of {dim} numbers each: {out}"]
