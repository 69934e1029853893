"""What each page of the site shows, as plain values for its template."""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from multigraft.leaderboard.boards import Board, boards, interval
from multigraft.leaderboard.charts import dots, over_time
from multigraft.leaderboard.known import task_title
from multigraft.leaderboard.pieces import filled, heft, leaf, leaves
from multigraft.leaderboard.results import LONGEST_LINK, PAIR_FEATURES, SOURCES, UNSTATED, Result
from multigraft.leaderboard.slugs import slugs
from multigraft.leaderboard.texts import dataset_texts, method_texts, paper_texts
from multigraft.leaderboard.wording import counted, cut, number, value_text

PIECE = 100_000  # bytes of a table's rows on a page


@dataclass
class Catalog:
    """All results, found by what pages are about.

    Attributes:
        results: All of them.
        runs: Names of the ledger's files that the site has; ``settings``: of the studies whose settings it has.
        imported: Keys of results that say they were measured or published, but were brought by a file.
    """

    results: Sequence[Result]
    runs: frozenset[str] = frozenset()
    settings: frozenset[str] = frozenset()
    imported: frozenset[str] = frozenset()
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

    def source_of(self, one: Result) -> str:
        """Where a result comes from, for people."""
        return f"{one.source}, imported" if self.imported and one.key in self.imported else one.source

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


# --- data sets -------------------------------------------------------------------------------------------------------


def dataset_views(catalog: Catalog, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The files of a data set's pages, with what they show."""
    here, text = catalog.datasets[name], dataset_texts().get(name)
    pages = filled(_board_views(catalog, here), _heft)
    base = f"datasets/{catalog.dataset_pages[name]}"
    for place, shown in enumerate(pages):
        yield leaf(base, place), {
            "title": f"{cut(text.title if text else name)}: results", "name": cut(text.title if text else name),
            "about": text.about if text else "", "facts": list(text.facts.items()) if text else [],
            "protocols": list(dict.fromkeys(cut(board.question.protocol) for board in here)),
            "sources": sorted({one.source for board in here for one in board.results}),
            "boards": _headed(shown), "leaves": leaves(len(pages), base, place),
        }  # fmt: skip


def _board_views(catalog: Catalog, here: Iterable[Board]) -> Iterator[dict[str, Any]]:
    """Boards, long ones in pieces; charts are with the first piece."""
    for board in here:
        rows = (_row(catalog, board, rank, one) for rank, one in ranked(board))
        for place, piece in enumerate(filled(rows, heft, PIECE)):
            yield _board_view(board, piece, place)


def _heft(view: Mapping[str, Any]) -> int:
    return sum(map(heft, view["rows"])) + len((view["dots"] + view["time"]).encode())


def _headed(views: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first board of each task on a page gets its name as a heading."""
    found, before = [], ""
    for view in views:
        found.append(view | {"heading": "" if view["task"] == before else view["task"]})
        before = view["task"]
    return found


def _board_view(board: Board, rows: Sequence[dict[str, Any]], place: int) -> dict[str, Any]:
    asked, name = board.question, f"c{hash_of(board)}"
    features = f", pairs by {asked.features}" if asked.features else ""
    task, drawn = cut(task_title(asked.task)), place == 0 and board.headline
    further = f", part {place + 1}" if place else ""
    return {
        "protocol": cut(asked.protocol), "metric": board.metric.title, "task": task,
        "title": f"{task}: {board.metric.title}, protocol {cut(asked.protocol)}{features}{further}",
        "note": _note(board), "rows": rows,
        "dots": dots(board, name) if drawn else "", "time": over_time(board, f"{name}t") if drawn else "",
    }  # fmt: skip


def hash_of(board: Board) -> int:
    """A number that names a board on its page."""
    return zlib.crc32(repr(board.question).encode(errors="backslashreplace"))


def _note(board: Board) -> str:
    unit = "Shares in percent" if board.metric.share else "In the unit of the data"
    way = "the higher the better" if board.metric.better == "higher" else "the lower the better"
    stated = " How these numbers were measured is not stated." if board.question.protocol == UNSTATED else ""
    kinds = sorted({cut(one.split) for one in board.results})
    return f"{unit}, {way}; split {', '.join(kinds[:5])}.{stated}"


def _row(catalog: Catalog, board: Board, rank: int, one: Result) -> dict[str, Any]:
    found = interval(one)
    printed = one.printed
    words = [printed.get(name, "") for name in ("task", "dataset", "metric", "value")]
    told = "{}, {}: {} {}".format(*words) if printed else ""
    return {
        "rank": rank, "model": cut(one.model), "page": catalog.model_page(one.model), "trained": cut(one.trained),
        "probe": cut(one.probe), "value": f"{one.value:.6g}", "text": value_text(one), "baseline": one.baseline,
        "low": "" if found is None else f"{found[0]:.6g}", "table": cut(one.table, 60) if one.paper else "",
        "interval": "" if found is None else " to ".join(number(end, board.metric) for end in found),
        "seeds": len(one.seeds) or "", "source": one.source, "from": catalog.source_of(one), "split": cut(one.split),
        "date": cut(one.date, 10),
        "paper": f"papers/{catalog.paper_pages[one.paper]}.html" if one.paper else "", "link": _safe(one.paper_url),
        "code": _safe(one.code), "run": next((run for run in one.runs if run in catalog.runs), ""),
        "printed": cut(told, 200),
    }  # fmt: skip


def _safe(link: str) -> str:
    """An address, where it is one that a browser may follow."""
    return link if link.startswith(("https://", "http://")) and len(link) <= LONGEST_LINK else ""


# --- models ----------------------------------------------------------------------------------------------------------


def model_views(catalog: Catalog, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The files of a model's pages, with what they show."""
    every = catalog.models[name]
    pages = filled(_standing_rows(catalog, every), _whole)
    base = f"models/{catalog.model_pages[name]}"
    method = next((one.options["strategy"] for _, _, one in every if one.options.get("strategy") in method_texts()), "")
    for place, page in enumerate(pages):
        yield leaf(base, place), {
            "title": f"{cut(name)}: where it stands", "name": cut(name), "lead": _standing(every),
            "slug": catalog.model_pages[name], "method": f"methods/{method}.html" if method else "",
            "protocols": list(dict.fromkeys(cut(board.question.protocol) for board, _, _ in every)),
            "sources": sorted({one.source for _, _, one in every}), "rows": [row for row, _ in page],
            "configurations": [told for _, told in page if told], "leaves": leaves(len(pages), base, place),
        }  # fmt: skip


def _standing(every: Sequence[tuple[Board, int, Result]]) -> str:
    datasets = {board.question.dataset for board, _, _ in every}
    first = {board.question for board, rank, _ in every if rank == 1 and board.headline and len(board.results) > 1}
    counts = {source: sum(one.source == source for _, _, one in every) for source in SOURCES}
    told = ", ".join(f"{count} {source}" for source, count in counts.items() if count)
    return (
        f"{counted(len(every), 'result')} on {counted(len(datasets), 'data set')}: {told}; first in "
        f"{counted(len(first), 'main table')}."
    )


def _standing_rows(
    catalog: Catalog, every: Sequence[tuple[Board, int, Result]]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every result as a row, with how it is had anew where that was not told before."""
    told = set()
    for board, rank, one in every:
        configuration = (one.dataset, one.protocol, one.study, one.trained, repr(one.options))
        fresh = bool(one.command) and configuration not in told and not catalog.source_of(one).endswith("imported")
        told.add(configuration)
        yield _standing_row(catalog, board, rank, one), _configuration(catalog, one) if fresh else {}


def _whole(pair: tuple[dict[str, Any], dict[str, Any]]) -> int:
    row, told = pair
    return heft(row) + (heft((*told.values(), *sum(told["options"], ()))) + 40 * len(told["options"]) if told else 0)


def _standing_row(catalog: Catalog, board: Board, rank: int, one: Result) -> dict[str, Any]:
    asked = board.question
    return {
        "dataset": cut(asked.dataset), "page": catalog.dataset_page(asked.dataset), "task": cut(asked.task),
        "metric": board.metric.title, "protocol": cut(asked.protocol), "trained": cut(one.trained),
        "probe": cut(read_by(one)), "value": f"{one.value:.6g}", "text": value_text(one), "rank": rank,
        "of": len(board.results), "seeds": len(one.seeds) or "", "source": one.source, "from": catalog.source_of(one),
        "baseline": one.baseline, "run": next((run for run in one.runs if run in catalog.runs), ""),
    }  # fmt: skip


def read_by(one: Result) -> str:
    """What read the embeddings, and pairs of them how."""
    return ", ".join(filter(None, (one.probe, one.features if one.features in PAIR_FEATURES else "")))


def _configuration(catalog: Catalog, one: Result) -> dict[str, Any]:
    """What a result was trained with, and the command that measures it again."""
    trained = f", trained for {one.trained}" if one.trained else ""
    return {
        "title": cut(f"{one.dataset}, {one.study}{trained}, protocol {one.protocol}", 200),
        "options": [(cut(name, 60), cut(str(value), 300)) for name, value in one.options.items()],
        "command": cut(one.command, 2000), "study": one.study if one.study in catalog.settings else "",
    }  # fmt: skip
