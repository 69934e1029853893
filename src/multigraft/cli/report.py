"""``multigraft report``: one HTML page about a trained encoder."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from multigraft.cli import options as o
from multigraft.cli.data_options import DataOptions, takes_data_options
from multigraft.cli.inputs import keep_options, opened_as_trained
from multigraft.cli.output import result
from multigraft.errors import InputError
from multigraft.files import plain
from multigraft.graphs.names import check_source
from multigraft.models.names import check_directory, records_place

PAGES = (".html", ".htm")


@takes_data_options
def report(
    directory: o.EncoderDirectory,
    data: o.Data,
    reading: DataOptions,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The HTML file to write.")],
    protocol: o.Protocol = "strict",
    seed: Annotated[int, typer.Option(help="Decides negatives, bootstrap and, for other data, the split.")] = 0,
    device: o.Device = "auto",
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Write one self-contained HTML page about an encoder: tables, learning curves, a map of the graphs.

    What `multigraft probe` has measured already is not measured again.
    """
    with result(as_json) as found:
        check_directory(directory)
        if out.suffix.lower() not in PAGES:
            raise InputError(
                f"--out {out}: what is written is a page for browsers: name it {out.with_suffix('.html').name}"
            )
        check_source(data)
        from multigraft.evaluation.probe import probe
        from multigraft.evaluation.record import read_record, record_path, write_record
        from multigraft.reports.page import check_plots, write_page

        check_plots()  # sooner than after minutes of measuring
        encoder, graphs, reading = opened_as_trained(directory, data, reading)
        place, asked = records_place(directory), reading.chosen_targets()
        kept = record_path(place, graphs.origin.name, protocol, seed, asked=asked)
        settings = {"encoder": directory, "data": data, "protocol": protocol, "seed": seed,
                    **reading.resolved(), "device": device}  # fmt: skip
        measured = read_record(kept, encoder, graphs, protocol, seed)
        if measured is None:
            measured = probe(encoder, graphs, protocol, None, seed, progress=sys.stderr.isatty(), device=device)
            write_record(kept, measured, encoder, graphs, None, plain(settings))
        write_page(directory, graphs, measured, out)
        keep_options(out, "report", **settings)
        found.json = {"verb": "report", "out": out, "dataset": measured.dataset, "protocol": protocol}
        found.shown = [f"open {out} in a browser"]
