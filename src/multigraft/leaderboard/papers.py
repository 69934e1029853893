"""The pages of papers: their tables with what was reproduced, and what else they have on the leaderboard."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from multigraft.leaderboard.metrics import METRICS
from multigraft.leaderboard.pages import Catalog, leaf, leaves
from multigraft.leaderboard.results import PUBLISHED, Result
from multigraft.leaderboard.texts import PaperText, method_texts, paper_texts
from multigraft.leaderboard.wording import cut, value_text
from multigraft.reports.study_grids import Grid, score_grids
from multigraft.reports.study_table import StudyTable
from multigraft.studies.reproduction import ENOUGH

PAGE = 400  # rows of a plain table on a page
MARKS = (
    f"A published number is judged from {ENOUGH} splits on: within its published spread (or ours, where none is "
    "printed), above or below it. Measured under the protocol of the paper."
)


def paper_views(catalog: Catalog, name: str, tables: Mapping[str, StudyTable]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The files of a paper's pages, with what they show."""
    text = next((one for one in paper_texts().values() if one.title == name), PaperText(name))
    ours = [tables[study] for study in text.studies if study in tables]
    repeated = {table.study.published for table in ours}
    left = [one for one in catalog.papers[name] if one.source != PUBLISHED or one.table not in repeated]
    pieces = [left[start : start + PAGE] for start in range(0, len(left), PAGE)] or [[]]
    base = f"papers/{catalog.paper_pages[name]}"
    for place, piece in enumerate(pieces):
        shown = [_repeated(table) for table in ours] if place == 0 else []
        yield leaf(base, place), {
            "title": cut(name), "name": cut(name, 300), "authors": text.authors, "venue": text.venue,
            "abstract": " ".join(text.abstract.split()), "links": _links(text, catalog.papers[name]),
            "methods": [(method_texts()[one].title, f"methods/{one}.html") for one in text.methods],
            "tables": [*shown, *([_listed(piece)] if piece else [])], "leaves": leaves(len(pieces), base, place),
        }  # fmt: skip


def _links(text: PaperText, results: Sequence[Result]) -> list[tuple[str, str]]:
    url = text.url or next((one.paper_url for one in results if one.paper_url), "")
    code = text.code or next((one.code for one in results if one.code), "")
    return [(name, link) for name, link in (("The paper", url), ("its code", code)) if link.startswith("http")]


def _repeated(table: StudyTable) -> dict[str, Any]:
    """A table that a study repeats, with verdicts."""
    grids = score_grids(table, table.protocols[0])
    return {"title": f"{table.study.name}: {table.study.title}", "note": MARKS, "grids": [_flat(one) for one in grids]}


def _flat(grid: Grid) -> dict[str, Any]:
    rows = [row for group in grid.groups for row in group]
    return {"title": grid.title, "columns": grid.columns, "labels": grid.labels, "rows": rows}


def _listed(results: Sequence[Result]) -> dict[str, Any]:
    columns = ("task", "data set", "metric", "value", "model", "protocol", "source")
    rows = [_words(one) for one in results]
    grid = {"title": "", "columns": columns, "labels": 2, "rows": rows}
    return {"title": "Its results on the leaderboard", "note": "As they are printed, where they are.", "grids": [grid]}


def _words(one: Result) -> tuple[str, ...]:
    known = METRICS.get(one.metric)
    title = one.metric if known is None else known.title
    ours = {"task": one.task, "dataset": one.dataset, "metric": title, "value": value_text(one)}
    said = {**ours, **one.printed}
    told = (said["task"], said["dataset"], said["metric"], said["value"], one.model, one.protocol, one.source)
    return tuple(cut(word) for word in told)
