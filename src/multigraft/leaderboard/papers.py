"""The pages of papers: their tables with what was reproduced, and what else they have on the leaderboard."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from multigraft.leaderboard.catalog import Catalog
from multigraft.leaderboard.known import task_title
from multigraft.leaderboard.metrics import METRICS
from multigraft.leaderboard.pieces import filled, heft, leaf, leaves
from multigraft.leaderboard.results import PUBLISHED, Result
from multigraft.leaderboard.texts import PaperText, method_texts, paper_texts
from multigraft.leaderboard.wording import cut, value_text
from multigraft.reports.study_grids import Grid, score_grids
from multigraft.reports.study_table import StudyTable
from multigraft.studies.facts import ENOUGH, SEEDS

MARKS = (
    f"A published number is judged from {ENOUGH} splits on, or {SEEDS} seeds where there is one split: within its "
    "published spread (or ours, where none is printed), above or below it. Measured under protocol "
)


def paper_views(catalog: Catalog, name: str, tables: Mapping[str, StudyTable]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The files of a paper's pages, with what they show."""
    text = next((one for one in paper_texts().values() if one.title == name), PaperText(name))
    ours = [tables[study] for study in text.studies if study in tables]
    repeated = {table.study.published for table in ours}
    left = [one for one in catalog.papers[name] if not (_is_printed(catalog, one) and one.table in repeated)]
    pages = filled((_words(catalog, one) for one in left), heft)
    base = f"papers/{catalog.paper_pages[name]}"
    for place, page in enumerate(pages):
        shown = [_repeated(table) for table in ours] if place == 0 else []
        yield leaf(base, place), {
            "title": cut(name), "name": cut(name, 300), "authors": text.authors, "venue": text.venue,
            "abstract": " ".join(text.abstract.split()), "links": _links(text, catalog.papers[name]),
            "methods": [(method_texts()[one].title, f"methods/{one}.html") for one in text.methods],
            "tables": [*shown, *([_listed(page)] if page else [])], "leaves": leaves(len(pages), base, place),
        }  # fmt: skip


def _is_printed(catalog: Catalog, one: Result) -> bool:
    return one.source == PUBLISHED and catalog.is_ours(one)


def _links(text: PaperText, results: Sequence[Result]) -> list[tuple[str, str]]:
    url = text.url or next((one.paper_url for one in results if one.paper_url), "")
    code = text.code or next((one.code for one in results if one.code), "")
    return [(name, link) for name, link in (("The paper", url), ("its code", code)) if link.startswith("http")]


def _repeated(table: StudyTable) -> dict[str, Any]:
    """A table that a study repeats, with verdicts."""
    grids = score_grids(table, table.protocols[0])
    return {
        "title": f"{table.study.name}: {table.study.title}",
        "note": f"{MARKS}{table.protocols[0]}.",
        "grids": [_flat(one) for one in grids],
    }


def _flat(grid: Grid) -> dict[str, Any]:
    rows = [row for group in grid.groups for row in group]
    return {"title": grid.title, "columns": grid.columns, "labels": grid.labels, "rows": rows}


def _listed(rows: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    columns = ("task", "data set", "metric", "value", "model", "protocol", "source")
    grid = {"title": "", "columns": columns, "labels": 2, "rows": rows}
    return {"title": "Its results on the leaderboard", "note": "As they are printed, where they are.", "grids": [grid]}


def _words(catalog: Catalog, one: Result) -> tuple[str, ...]:
    known = METRICS.get(one.metric)
    title = one.metric if known is None else known.title
    ours = {"task": task_title(one.task), "dataset": one.dataset, "metric": title, "value": value_text(one)}
    said = {**ours, **one.printed}
    place = catalog.source_of(one)
    return tuple(
        map(cut, (said["task"], said["dataset"], said["metric"], said["value"], one.model, one.protocol, place))
    )
