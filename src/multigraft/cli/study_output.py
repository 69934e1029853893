"""What ``multigraft study table`` and ``study figure`` show and write."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multigraft.cli.output import Result
from multigraft.cli.output import table as drawn

if TYPE_CHECKING:
    from multigraft.reports.study_grids import Grid
    from multigraft.studies.ledger import Ledger
    from multigraft.studies.study import Study


def table(
    study: "Study",
    ledger: "Ledger",
    protocols: Sequence[str] | None = None,
    plan: "Study | None" = None,
    out: Path | None = None,
    form: str | None = None,
) -> Result:
    """A study's table for people and scripts; with ``out`` also as files there.

    Args:
        study: As it was run.
        ledger: Where it was run to.
        protocols: The default is all of the study's.
        plan: The study as its file says, to tell where less of it was run.
        out: A directory for NAME-PROTOCOL.md, .csv, .tex and -differences.csv; PROTOCOL is ``both`` for several.
        form: ``markdown``, ``csv`` or ``latex`` for that text; None for a table that fits the terminal.

    Raises:
        InputError: a protocol that the study does not have, an unknown form, results of different data, or a
            directory that cannot be written to.
    """
    from multigraft.files import write_text
    from multigraft.reports.study_formats import cell_values, difference_values, files_of, formatted
    from multigraft.reports.study_table import study_table

    found = study_table(study, ledger, protocols, plan)
    shown: list[Any] = _shown(found) if form is None else [formatted(found, form).rstrip("\n")]
    files = [] if out is None else [_placed(out, name, text, write_text) for name, text in files_of(found).items()]
    values = {
        "verb": "study table", "study": study.name, "protocol": found.protocol, "ledger": ledger.path,
        "splits": study.splits, "cells": [cell_values(cell) for cell in found.shown],
        "differences": [difference_values(one) for one in found.differences], "notes": list(found.notes),
        "files": files,
    }  # fmt: skip
    return Result(values, [*shown, *(f"kept in {file}" for file in files if form is None)])


def evidence(ledger: Path | None, out: Path | None) -> Result:
    """The page of evidence of all studies that come with the package, and how each claim stands.

    Args:
        ledger: The default is the one that comes with the package.
        out: Where the page is written; None to show it.

    Raises:
        InputError: results of different data, or a file that cannot be written.
    """
    from multigraft.files import write_text
    from multigraft.reports.evidence import claim_values, evidence_of, evidence_page
    from multigraft.studies.ledger import Ledger
    from multigraft.studies.names import STUDY_NAMES
    from multigraft.studies.places import EVIDENCE

    book = Ledger(ledger or EVIDENCE)
    found = evidence_of(STUDY_NAMES, book)
    page = evidence_page(found)
    if out is not None:
        write_text(out, page)
    values = {
        "verb": "study evidence", "ledger": book.path, "hours": round(found.seconds / 3600, 2),
        "claims": [claim_values(one) for one in found.judgements],
        "published": {name: vars(one) | {"share": one.share} for name, one in found.reproductions.items()},
        "file": out,
    }  # fmt: skip
    return Result(values, [page.rstrip("\n")] if out is None else [f"kept in {out}"])


def figure(
    study: "Study",
    ledger: "Ledger",
    out: Path,
    protocols: Sequence[str] | None = None,
    plan: "Study | None" = None,
) -> Result:
    """A study's picture under each protocol, as NAME-PROTOCOL.svg and .png in the directory ``out``.

    Raises:
        InputError: as `table`, or nothing to draw.
        MissingExtraError: matplotlib is not installed.
    """
    from multigraft.files import replacing, write_text
    from multigraft.reports.study_figure import study_figure
    from multigraft.reports.study_table import study_table

    files = []
    for protocol in protocols or study.protocols:
        found = study_table(study, ledger, [protocol], plan)
        svg, png = study_figure(found)
        stem = f"{study.name}-{protocol}"
        files += [_placed(out, f"{stem}.svg", svg, write_text), out / f"{stem}.png"]
        with replacing(files[-1]) as temporary:
            temporary.write_bytes(png)
    values = {
        "verb": "study figure",
        "study": study.name,
        "protocols": list(protocols or study.protocols),
        "files": files,
    }
    return Result(values, [f"kept in {file}" for file in files])


def _placed(out: Path, name: str, text: str, write: Any) -> Path:
    write(out / name, text)
    return out / name


def _shown(found: Any) -> list[Any]:
    """For people: a line of what it is, its grids, the differences, the notes."""
    from multigraft.reports.study_formats import differences_title
    from multigraft.reports.study_grids import difference_grids, score_grids

    shown: list[Any] = [f"{found.study.name}: {found.study.title}"]
    for heading, grids in (("", score_grids(found)), (differences_title(found), difference_grids(found))):
        for grid in grids:
            shown += ["", ": ".join(filter(None, (heading, grid.title))), _drawn(grid)]
    return [*shown, "", *(f"- {note}" for note in found.notes)]


def _drawn(grid: "Grid") -> Any:
    """The grid as a table for the terminal; a task is named once."""
    rows = [("" if place else row[0], *row[1:]) for group in grid.groups for place, row in enumerate(group)]
    return drawn({name: [row[place] for row in rows] for place, name in enumerate(grid.columns)})
