"""A study as a picture: dots with their spread for tables, bars for what is kept or lost on another task."""

from collections.abc import Callable

from multigraft.errors import InputError
from multigraft.reports.standalone import standalone
from multigraft.reports.study_bars import drops, transfer
from multigraft.reports.study_dots import dots
from multigraft.reports.study_marks import Picture
from multigraft.reports.study_table import StudyTable
from multigraft.reports.svg import draw, draw_png

KINDS: dict[str, Callable[[StudyTable], Picture]] = {
    "scores": dots,
    "delta-m": dots,
    "drops": drops,
    "transfer": transfer,
}


def study_figure(table: StudyTable) -> tuple[str, bytes]:
    """The picture of a study under one protocol, as an SVG document and as a PNG; equal input gives equal pictures.

    The SVG follows the reader's light or dark mode; the PNG is dark on white.

    Raises:
        InputError: several protocols, whose scores share no axis, or no run of the study in the ledger.
        MissingExtraError: matplotlib is not installed.
    """
    if len(table.protocols) > 1:
        raise InputError(f"scores of different protocols share no axis: draw one of {', '.join(table.protocols)}")
    if not any(cell.n for cell in table.shown):
        raise InputError(
            f"the ledger has no run of study {table.study.name!r}: multigraft study run {table.study.name}"
        )
    picture = KINDS[table.study.figure](table)
    chart = draw(
        picture.paint, name=table.study.name, title=f"{table.study.title}, protocol {table.protocol}",
        description=picture.spoken, width=picture.width, height=picture.height,
    )  # fmt: skip
    return standalone(chart), draw_png(picture.paint, width=picture.width, height=picture.height)
