"""What each page of the site shows, as plain values for its template."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from multigraft.leaderboard.boards import Board, boards, interval
from multigraft.leaderboard.charts import dots, over_time
from multigraft.leaderboard.results import MEASURED, PUBLISHED, UNSTATED, Result
from multigraft.leaderboard.slugs import slugs
from multigraft.leaderboard.texts import dataset_texts, method_texts, paper_texts
from multigraft.leaderboard.wording import cut, number, value_text

PAGE = 200  # results on a page
DRAWN = 6  # boards with charts on a page
TITLES = {
    "gc": "Graph classification", "nc": "Node classification", "lp": "Link prediction",
    "gc,nc,lp": "Several tasks at once", "ml": "Properties of molecules and proteins (classes)",
    "gr": "Properties of molecules (numbers)",
}  # fmt: skip


@dataclass
class Catalog:
    """All results, found by what pages are about.

    Attributes:
        results: All of them.
        runs: Names of the ledger's files that the site has; ``settings``: of the studies whose settings it has.
    """

    results: Sequence[Result]
    runs: frozenset[str] = frozenset()
    settings: frozenset[str] = frozenset()
    boards: list[Board] = field(init=False)

    def __post_init__(self) -> None:
        self.boards = boards(self.results)

    @cached_property
    def datasets(self) -> dict[str, list[Board]]:
        """Boards by data set."""
        return _grouped((board.question.dataset, board) for board in self.boards)

    @cached_property
    def models(self) -> dict[str, list[tuple[Board, int, Result]]]:
        """Results by model, with their board and their place in it."""
        every = ((one.model, (board, rank, one)) for board in self.boards for rank, one in ranked(board))
        return _grouped(every)

    @cached_property
    def papers(self) -> dict[str, list[Result]]:
        """Results by the title of the paper that has them, those of the package's papers first."""
        known: dict[str, list[Result]] = {text.title: [] for text in paper_texts().values()}
        return known | _grouped((one.paper, one) for one in self.results if one.paper)

    @cached_property
    def dataset_pages(self) -> dict[str, str]:
        return slugs(self.datasets)

    @cached_property
    def model_pages(self) -> dict[str, str]:
        return slugs(self.models)

    @cached_property
    def paper_pages(self) -> dict[str, str]:
        return slugs(self.papers)

    def dataset_page(self, name: str) -> str:
        """Where the page of a data set is."""
        return f"datasets/{self.dataset_pages[name]}.html"

    def model_page(self, name: str) -> str:
        """Where the page of a model is."""
        return f"models/{self.model_pages[name]}.html"


def _grouped(pairs: Iterator[tuple[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def ranked(board: Board) -> Iterator[tuple[int, Result]]:
    """Results with their places; those with the same value share one."""
    rank = 0
    for place, one in enumerate(board.results, start=1):
        if place == 1 or one.value != board.results[place - 2].value:
            rank = place
        yield rank, one


def task_title(task: str) -> str:
    """A task for people."""
    return TITLES.get(task, cut(task))


def leaves(count: int, name: str, current: int) -> list[tuple[str, str, bool]]:
    """Links from one page to the others of the same things: its name, its file, whether it is this."""
    return [(str(number + 1), leaf(name, number).rpartition("/")[2], number == current) for number in range(count)]


def leaf(name: str, number: int) -> str:
    """The file of the nth page of something."""
    return f"{name}.html" if number == 0 else f"{name}-page{number + 1}.html"


# --- data sets -------------------------------------------------------------------------------------------------------


def dataset_views(catalog: Catalog, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The files of a data set's pages, with what they show."""
    here, text = catalog.datasets[name], dataset_texts().get(name)
    parts = list(_parts(here))
    base = f"datasets/{catalog.dataset_pages[name]}"
    for place, part in enumerate(parts):
        shown = [_board_view(catalog, board, rows, drawn, heading) for board, rows, drawn, heading in part]
        yield leaf(base, place), {
            "title": f"{cut(text.title if text else name)}: results", "name": cut(text.title if text else name),
            "about": text.about if text else "", "facts": list(text.facts.items()) if text else [],
            "protocols": list(dict.fromkeys(cut(board.question.protocol) for board in here)),
            "sources": sorted({one.source for board in here for one in board.results}),
            "boards": shown, "leaves": leaves(len(parts), base, place),
        }  # fmt: skip


def _parts(here: Sequence[Board]) -> Iterator[list[tuple[Board, list[tuple[int, Result]], bool, str]]]:
    """Boards, or pieces of long ones, by page: at most `PAGE` results, and charts for the first boards of each."""
    part: list[tuple[Board, list[tuple[int, Result]], bool, str]] = []
    used, drawn, task = 0, 0, ""
    for board in here:
        rows = list(ranked(board))
        for start in range(0, len(rows), PAGE):
            piece = rows[start : start + PAGE]
            if part and used + len(piece) > PAGE:
                yield part
                part, used, drawn = [], 0, 0
            chart = start == 0 and board.headline and drawn < DRAWN
            heading = "" if board.question.task == task else task_title(board.question.task)
            part.append((board, piece, chart, heading))
            used, drawn, task = used + len(piece), drawn + chart, board.question.task
    yield part


def _board_view(
    catalog: Catalog, board: Board, rows: Sequence[tuple[int, Result]], drawn: bool, heading: str
) -> dict[str, Any]:
    asked, name = board.question, f"c{hash_of(board)}"
    features = f", pairs by {asked.features}" if asked.features else ""
    return {
        "protocol": cut(asked.protocol), "metric": board.metric.title, "heading": heading,
        "title": f"{task_title(asked.task)}: {board.metric.title}, protocol {cut(asked.protocol)}{features}",
        "note": _note(board), "rows": [_row(catalog, board, rank, one) for rank, one in rows],
        "dots": dots(board, name) if drawn else "", "time": over_time(board, f"{name}t") if drawn else "",
    }  # fmt: skip


def hash_of(board: Board) -> int:
    """A number that names a board on its page."""
    return zlib.crc32(repr(board.question).encode(errors="backslashreplace"))


def _note(board: Board) -> str:
    unit = "Shares in percent" if board.metric.share else "In the unit of the data"
    way = "the higher the better" if board.metric.better == "higher" else "the lower the better"
    stated = " How these numbers were measured is not stated." if board.question.protocol == UNSTATED else ""
    return f"{unit}, {way}; split {cut(board.question.split)}.{stated}"


def _row(catalog: Catalog, board: Board, rank: int, one: Result) -> dict[str, Any]:
    found = interval(one)
    printed = one.printed
    words = [printed.get(name, "") for name in ("task", "dataset", "metric", "value")]
    told = "{}, {}: {} {}".format(*words) if printed else ""
    return {
        "rank": rank, "model": cut(one.model), "page": catalog.model_page(one.model), "trained": cut(one.trained),
        "probe": cut(one.probe), "value": f"{one.value:.6g}", "text": value_text(one), "baseline": one.baseline,
        "interval": "" if found is None else " to ".join(number(end, board.metric) for end in found),
        "seeds": len(one.seeds) or "", "source": one.source, "split": cut(one.split), "date": cut(one.date, 10),
        "paper": f"papers/{catalog.paper_pages[one.paper]}.html" if one.paper else "", "link": _safe(one.paper_url),
        "code": _safe(one.code), "run": next((run for run in one.runs if run in catalog.runs), ""),
        "printed": cut(told, 200),
    }  # fmt: skip


def _safe(link: str) -> str:
    """An address, where it is one that a browser may follow."""
    return link if link.startswith(("https://", "http://")) else ""


# --- models ----------------------------------------------------------------------------------------------------------


def model_views(catalog: Catalog, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The files of a model's pages, with what they show."""
    every = catalog.models[name]
    pieces = [every[start : start + PAGE] for start in range(0, len(every), PAGE)]
    base = f"models/{catalog.model_pages[name]}"
    method = next((one.options["strategy"] for _, _, one in every if one.options.get("strategy") in method_texts()), "")
    for place, piece in enumerate(pieces):
        yield leaf(base, place), {
            "title": f"{cut(name)}: where it stands", "name": cut(name), "lead": _standing(every),
            "slug": catalog.model_pages[name], "method": f"methods/{method}.html" if method else "",
            "protocols": list(dict.fromkeys(cut(board.question.protocol) for board, _, _ in every)),
            "sources": sorted({one.source for _, _, one in every}),
            "rows": [_standing_row(catalog, board, rank, one) for board, rank, one in piece],
            "configurations": list(_configurations(catalog, piece)) if place == 0 else [],
            "leaves": leaves(len(pieces), base, place),
        }  # fmt: skip


def _standing(every: Sequence[tuple[Board, int, Result]]) -> str:
    datasets = {board.question.dataset for board, _, _ in every}
    first = sum(rank == 1 for board, rank, _ in every if board.headline and len(board.results) > 1)
    measured = sum(one.source == MEASURED for _, _, one in every)
    published = sum(one.source == PUBLISHED for _, _, one in every)
    return (
        f"{len(every)} results on {len(datasets)} data set{'s' * (len(datasets) != 1)}, {measured} measured here and "
        f"{published} published; first in {first} tables."
    )


def _standing_row(catalog: Catalog, board: Board, rank: int, one: Result) -> dict[str, Any]:
    asked = board.question
    return {
        "dataset": cut(asked.dataset), "page": catalog.dataset_page(asked.dataset), "task": cut(asked.task),
        "metric": board.metric.title, "protocol": cut(asked.protocol), "trained": cut(one.trained),
        "value": f"{one.value:.6g}", "text": value_text(one), "rank": rank, "of": len(board.results),
        "seeds": len(one.seeds) or "", "source": one.source,
        "run": next((run for run in one.runs if run in catalog.runs), ""),
    }  # fmt: skip


def _configurations(catalog: Catalog, every: Sequence[tuple[Board, int, Result]]) -> Iterator[dict[str, Any]]:
    """The options of every training behind a model, each once."""
    seen = set()
    for board, _, one in every:
        told = (one.dataset, one.study, one.trained, repr(one.options))
        if one.command and one.options and told not in seen and len(seen) < 40:
            seen.add(told)
            trained = f", trained for {one.trained}" if one.trained else ""
            yield {
                "title": cut(f"{one.dataset}, {one.study}{trained}, protocol {board.question.protocol}", 200),
                "options": [(cut(name, 60), cut(str(value), 300)) for name, value in one.options.items()],
                "command": cut(one.command, 2000), "study": one.study if one.study in catalog.settings else "",
            }  # fmt: skip
