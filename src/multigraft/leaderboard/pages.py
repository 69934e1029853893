"""What each page of the site shows, as plain values for its template."""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from multigraft.leaderboard.boards import Board, interval
from multigraft.leaderboard.catalog import Catalog, ranked
from multigraft.leaderboard.charts import dots, over_time
from multigraft.leaderboard.known import task_title
from multigraft.leaderboard.metrics import METRICS
from multigraft.leaderboard.pieces import SECTION, filled, heft, leaf, leaves
from multigraft.leaderboard.results import LONGEST_LINK, PAIR_FEATURES, UNSTATED, Result
from multigraft.leaderboard.texts import dataset_texts, method_texts
from multigraft.leaderboard.wording import counted, cut, number, value_text

PIECE = 100_000  # bytes of a table's rows on a page
RUNS, LINK = 20, 80  # links to files of a result, and bytes of each


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
            "protocols": list(dict.fromkeys(view["protocol"] for view in shown)),
            "sources": sorted({row["source"] for view in shown for row in view["rows"]}),
            "boards": _headed(shown), "leaves": leaves(len(pages), base, place),
        }  # fmt: skip


def _board_views(catalog: Catalog, here: Iterable[Board]) -> Iterator[dict[str, Any]]:
    """Boards, long ones in pieces; charts are with the first piece."""
    for board in here:
        rows = (_row(catalog, board, rank, one) for rank, one in ranked(board))
        for place, piece in enumerate(filled(rows, _row_heft, PIECE)):
            missing = [one for one in board.baselines if not any(row["key"] == one.key for row in piece)]
            yield _board_view(board, piece, place, missing)


def _heft(view: Mapping[str, Any]) -> int:
    words = (view["title"], view["note"], view["task"], view["task"], view["protocol"], view["protocol"])
    return SECTION + heft(words) + sum(map(_row_heft, view["rows"])) + len((view["dots"] + view["time"]).encode())


def _row_heft(row: Mapping[str, Any]) -> int:
    return heft(row) + LINK * len(row["runs"])


def _headed(views: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first board of each task on a page gets its name as a heading."""
    found, before = [], ""
    for view in views:
        found.append(view | {"heading": "" if view["task"] == before else view["task"]})
        before = view["task"]
    return found


def _board_view(board: Board, rows: Sequence[dict[str, Any]], place: int, missing: Sequence[Result]) -> dict[str, Any]:
    asked, name = board.question, f"c{hash_of(board)}"
    features = f", pairs by {asked.features}" if asked.features else ""
    task, drawn = cut(task_title(asked.task)), place == 0 and board.headline
    further = f", part {place + 1}" if place else ""
    return {
        "protocol": cut(asked.protocol), "metric": board.metric.title, "task": task,
        "title": f"{task}: {board.metric.title}, protocol {cut(asked.protocol)}{features}{further}",
        "note": _note(board) + _elsewhere(missing), "rows": rows,
        "dots": dots(board, name) if drawn else "", "time": over_time(board, f"{name}t") if drawn else "",
    }  # fmt: skip


def _elsewhere(baselines: Sequence[Result]) -> str:
    """Of a table in parts, the baselines that stand in another part."""
    told = ", ".join(f"{cut(one.model)} {value_text(one)}" for one in baselines[:10])
    return f" Baselines in other parts: {told}." if told else ""


def hash_of(board: Board) -> int:
    """A number that names a board on its page."""
    return zlib.crc32(repr(board.question).encode(errors="backslashreplace"))


def _note(board: Board) -> str:
    unit = "Shares in percent" if board.metric.share else "In the unit of the data"
    known = board.question.metric in METRICS
    way = f"the {board.metric.better} the better" if known else "which way is better nobody knows"
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
        "code": _safe(one.code), "runs": runs_of(catalog, one), "printed": cut(told, 200), "key": one.key,
    }  # fmt: skip


def runs_of(catalog: Catalog, one: Result) -> list[str]:
    """The ledger's files behind a number that the site has."""
    return [run for run in one.runs if run in catalog.runs][:RUNS]


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
            "title": f"{cut(name)}: where it stands", "name": cut(name), "lead": _standing(catalog, every),
            "slug": catalog.model_pages[name], "method": f"methods/{method}.html" if method else "",
            "protocols": list(dict.fromkeys(row["protocol"] for row, _ in page)),
            "sources": sorted({row["source"] for row, _ in page}), "rows": [row for row, _ in page],
            "configurations": [told for _, told in page if told], "leaves": leaves(len(pages), base, place),
        }  # fmt: skip


def _standing(catalog: Catalog, every: Sequence[tuple[Board, int, Result]]) -> str:
    datasets = {board.question.dataset for board, _, _ in every}
    first = {board.question for board, rank, _ in every if rank == 1 and board.headline and len(board.results) > 1}
    counts = Counter(catalog.source_of(one) for _, _, one in every)
    told = ", ".join(f"{count} {source}" for source, count in sorted(counts.items()))
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
        fresh = bool(one.command) and configuration not in told and catalog.is_ours(one)
        told.add(configuration)
        yield _standing_row(catalog, board, rank, one), _configuration(catalog, one) if fresh else {}


def _whole(pair: tuple[dict[str, Any], dict[str, Any]]) -> int:
    """Of a row, whose protocol can also be chosen, and of what follows from it below the table."""
    row, told = pair
    below = heft((*told.values(), *sum(told["options"], ()))) + 40 * len(told["options"]) if told else 0
    return _row_heft(row) + heft((row["protocol"], row["protocol"])) + below


def _standing_row(catalog: Catalog, board: Board, rank: int, one: Result) -> dict[str, Any]:
    asked = board.question
    return {
        "dataset": cut(asked.dataset), "page": catalog.dataset_page(asked.dataset), "task": cut(asked.task),
        "metric": board.metric.title, "protocol": cut(asked.protocol), "trained": cut(one.trained),
        "probe": cut(read_by(one)), "value": f"{one.value:.6g}", "text": value_text(one), "rank": rank,
        "of": len(board.results), "seeds": len(one.seeds) or "", "source": one.source, "from": catalog.source_of(one),
        "baseline": one.baseline, "runs": runs_of(catalog, one),
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
