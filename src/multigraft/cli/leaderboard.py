"""``multigraft leaderboard``: results as a site, and what goes into it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from multigraft.cli import options as o
from multigraft.cli.output import Result as Outcome
from multigraft.cli.output import result, say
from multigraft.cli.verbs import FAILED, Verbs
from multigraft.errors import InputError
from multigraft.studies.names import STUDY_NAMES

if TYPE_CHECKING:
    from multigraft.leaderboard.results import Result
    from multigraft.leaderboard.site import Material
    from multigraft.leaderboard.store import Store
    from multigraft.studies.ledger import Ledger

FORMATS = ("archive", "csv")
app = typer.Typer(
    cls=Verbs, rich_markup_mode=None, help="Published, measured and submitted results, as pages to read and host."
)

LedgerPath = Annotated[
    Path | None,
    typer.Option("--ledger", metavar="DIR", help="What was measured [the ledger here, else the package's own]."),
]
Submissions = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Submitted results [MULTIGRAFT_SUBMISSIONS, or else the directory submissions]."),
]
Studies = Annotated[
    list[str] | None,
    typer.Option("--study", metavar="NAME", help="Also a study of your own, a TOML file; can be repeated."),
]


@app.command()
def build(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the pages go; a leaderboard there is replaced.")],
    ledger: LedgerPath = None,
    submissions: Submissions = None,
    study: Studies = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Write the leaderboard as pages that need no server and no network."""
    with result(as_json) as found:
        from multigraft.leaderboard.site import build as built

        made = built(_material(ledger, submissions, study), out, sys.stderr.isatty())
        counts = {"pages": made.pages, "results": made.results, "published": made.published, "measured": made.measured}
        found.json = {"verb": "leaderboard build", "out": made.out, **counts}
        told = counts | {"submitted": made.submitted}
        found.shown = [f"{made.out / 'index.html'}: " + ", ".join(f"{count} {name}" for name, count in told.items())]


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port on this machine.", min=0, max=65535)] = 8765,
    ledger: LedgerPath = None,
    submissions: Submissions = None,
    study: Studies = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Show the leaderboard on this machine, built anew when results change; Ctrl-C ends it."""
    import tempfile

    from multigraft.leaderboard.material import material_of, stamp
    from multigraft.leaderboard.serving import Fresh, server

    book, store, names = _places(ledger, submissions, study)
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Fresh(lambda: material_of(book, store, names), lambda: stamp(book, store), Path(scratch) / "site", say)
        site = server(fresh, port)
        with result(as_json) as found:
            address = f"http://localhost:{site.server_port}/"
            found.json = {"verb": "leaderboard serve", "address": address, "results": fresh.built.results}
            found.shown = [f"{address} shows {fresh.built.results} results; Ctrl-C ends it"]
        sys.stdout.flush()
        with site:
            site.serve_forever()


@app.command()
def submit(
    file: Annotated[Path, typer.Argument(help="Results as .json or .csv (docs/leaderboard.md says how).")],
    submissions: Submissions = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check them.")] = False,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Check results and add them, all or none."""
    with result(as_json) as found:
        from multigraft.leaderboard.known import Known
        from multigraft.leaderboard.printed import printed_results
        from multigraft.leaderboard.store import store_of
        from multigraft.leaderboard.submissions import read_submission

        known = Known([*printed_results(), *store_of(submissions).results()])
        results, notes = read_submission(file, known)
        for note in notes:
            say(f"note: {note}")
        _added(results, submissions, "submit", found, dry_run)
        found.json |= {"notes": notes}


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Evaluation tables of the Papers with Code archive, or exported CSV.")],
    submissions: Submissions = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Add the results of an archive of evaluation tables, or of what was exported."""
    with result(as_json) as found:
        from multigraft.leaderboard.archive import read_archive
        from multigraft.leaderboard.tables import read_table

        results, notes = (read_table(file), []) if file.suffix.lower() == ".csv" else read_archive(file)
        if not results:
            raise InputError(f"{file} has no results that can be taken" + "".join(f"; {note}" for note in notes[:5]))
        for note in notes:
            say(f"left out: {note}")
        _added(results, submissions, "import", found)
        found.json |= {"left_out": notes}


@app.command()
def export(
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the results go.")],
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="archive (evaluation tables as JSON) or csv [by FILE's name].",
            autocompletion=lambda: [*FORMATS],
        ),
    ] = None,
    ledger: LedgerPath = None,
    submissions: Submissions = None,
    study: Studies = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Write all results as evaluation tables of the Papers with Code archive, or as CSV."""
    with result(as_json) as found:
        from multigraft.leaderboard.archive import write_archive
        from multigraft.leaderboard.tables import write_table

        form = form or ("csv" if out.suffix.lower() == ".csv" else "archive")
        if form not in FORMATS:
            raise InputError(f"unknown format {form!r}: choose from {', '.join(FORMATS)}")
        results = _material(ledger, submissions, study).results
        (write_archive if form == "archive" else write_table)(results, out)
        found.json = {"verb": "leaderboard export", "out": out, "format": form, "results": len(results)}
        found.shown = [f"{out}: {len(results)} results"]


@app.command()
def check(
    ledger: LedgerPath = None,
    submissions: Submissions = None,
    study: Studies = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Find what cannot all be true: one run with two values, numbers out of range, directions mixed up."""
    with result(as_json) as found:
        from multigraft.leaderboard.contradictions import contradictions

        material = _material(ledger, submissions, study)
        results = [*material.results, *material.refuted]
        wrong = [one.says for one in contradictions(results)]
        found.json = {"verb": "leaderboard check", "results": len(results), "contradictions": wrong}
        found.shown = wrong or [f"{len(results)} results, no contradiction"]
    if wrong:
        raise typer.Exit(FAILED)


def _added(results: "list[Result]", submissions: Path | None, verb: str, found: Outcome, dry_run: bool = False) -> None:
    from multigraft.leaderboard.store import store_of

    store = store_of(submissions)
    new = store.add(results, dry_run)
    counts = {"added": 0 if dry_run else len(new), "known": len(results) - len(new)}
    found.json = {"verb": f"leaderboard {verb}", "submissions": store.path, **counts, "files": new}
    known = f", {counts['known']} were there" if counts["known"] else ""
    done = "can be added (nothing was)" if dry_run else "added"
    found.shown = [f"{store.path}: {len(new)} {'result' if len(new) == 1 else 'results'} {done}{known}"]


def _material(ledger: Path | None, submissions: Path | None, studies: list[str] | None) -> "Material":
    from multigraft.leaderboard.material import material_of

    return material_of(*_places(ledger, submissions, studies))


def _places(
    ledger: Path | None, submissions: Path | None, studies: list[str] | None
) -> "tuple[Ledger, Store, list[str]]":
    from multigraft.leaderboard.store import store_of
    from multigraft.studies.ledger import Ledger
    from multigraft.studies.places import EVIDENCE, ledger_to_write
    from multigraft.studies.reading import read_study

    here = ledger_to_write(ledger)
    if ledger is not None and not ledger.is_dir():
        raise InputError(f"there is no ledger at {ledger}")
    if submissions is not None and not submissions.is_dir():
        raise InputError(f"there is no directory of submissions at {submissions}")
    book = here if ledger is not None or here.path.is_dir() else Ledger(EVIDENCE)
    if ledger is None and book is here:
        say(f"note: measured results are those in {book.path} alone; those of the package: --ledger {EVIDENCE}")
    for name in studies or []:
        if not book.has_plan(read_study(name)):
            say(f"{name}: nothing of it is in {book.path}; `multigraft study run {name}` measures it")
    return book, store_of(submissions), [*STUDY_NAMES, *(studies or [])]
