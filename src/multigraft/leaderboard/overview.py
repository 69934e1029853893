"""The pages that show all: home, lists of papers and methods, protocols, and what search and comparison read."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from multigraft.evaluation.names import PROTOCOL_NAMES
from multigraft.leaderboard.boards import Board, student
from multigraft.leaderboard.catalog import Catalog
from multigraft.leaderboard.known import task_title
from multigraft.leaderboard.pages import read_by
from multigraft.leaderboard.pieces import SECTION, filled, heft, leaf, leaves
from multigraft.leaderboard.results import UNSTATED, Result
from multigraft.leaderboard.texts import dataset_texts, method_texts, paper_texts
from multigraft.leaderboard.wording import counted, cut, value_text, who
from multigraft.reports.reading import protocol_sentences

CHOICES = 300  # models that can be chosen from a list
FREEDOMS = 300  # quantiles of Student's t; beyond them the last is right to three digits
COMPARED = 5000  # results of a model that can be compared
View = tuple[str, dict[str, Any]]  # file, what it shows
FINE_TUNED = (
    "What is read by its own head was trained with it, end to end or fine-tuned, on the training graphs, and its epoch "
    "was chosen on the validation graphs."
)
SEPARATOR = "\x1f"


def home_views(catalog: Catalog) -> Iterator[View]:
    """The files of the home page: of each task its data sets, with the best model and baseline of each protocol."""
    pages = filled(_home_rows(catalog), lambda row: heft(row) + SECTION * row["begins"])
    counts = Counter(map(catalog.source_of, catalog.results))
    told = ", ".join(f"{count} {source}" for source, count in sorted(counts.items()))
    shards = " ".join(sorted(search_shards(catalog)))
    for place, page in enumerate(pages):
        tasks: dict[str, list[dict[str, Any]]] = {}
        for row in page:
            tasks.setdefault(row["task"], []).append(row)
        yield leaf("index", place), {
            "title": "multigraft leaderboard", "tasks": [{"title": name, "rows": rows} for name, rows in tasks.items()],
            "lead": f"{counted(len(catalog.results), 'result')} of {counted(len(catalog.models), 'model')} on "
                    f"{counted(len(catalog.datasets), 'data set')}: {told}. Numbers of different protocols are never "
                    "compared.",
            "leaves": leaves(len(pages), "index", place), "shards": shards,
        }  # fmt: skip


def _main(boards: Iterable[Board]) -> list[Board]:
    """Headlines, and of what has none the first board, so that there is a way to every data set."""
    every = list(boards)
    told = {(board.question.task, board.question.dataset) for board in every if board.headline}
    found = []
    for board in every:
        place = (board.question.task, board.question.dataset)
        if board.headline or place not in told:
            found.append(board)
            told.add(place)
    return found


def _home_rows(catalog: Catalog) -> Iterator[dict[str, Any]]:
    before = ""
    for board in _main(catalog.boards):
        row = _home_row(catalog, board)
        yield row | {"begins": row["task"] != before}
        before = row["task"]


def _home_row(catalog: Catalog, board: Board) -> dict[str, Any]:
    asked, best, text = board.question, board.best, dataset_texts().get(board.question.dataset)
    base = next(iter(board.baselines), None)
    return {
        "dataset": cut(text.title if text else asked.dataset), "page": catalog.dataset_page(asked.dataset),
        "protocol": f"{cut(asked.protocol)}, {board.metric.title}", "best": cut(who(best)),
        "task": cut(task_title(asked.task)), "from": catalog.source_of(best),
        "best_page": catalog.model_page(best.model), "value": f"{best.value:.6g}", "text": value_text(best),
        "baseline": "none yet" if base is None else cut(base.model), "count": len(board.results),
        "base_value": "" if base is None else f"{base.value:.6g}",
        "base_text": "" if base is None else value_text(base),
    }  # fmt: skip


def list_views(catalog: Catalog) -> Iterator[View]:
    """The lists of papers and methods, and what protocols are."""
    authors = {one.title: f"{one.authors}. {one.venue}." for one in paper_texts().values()}
    papers = [
        (
            cut(name, 300),
            f"papers/{catalog.paper_pages[name]}.html",
            authors.get(name, f"{counted(len(results), 'result')}."),
        )
        for name, results in catalog.papers.items()
    ]
    lead = "What they ask, and what of their numbers comes out here."
    yield from _listed("papers/index", "Papers", lead, papers)
    methods = [(one.title, f"methods/{key}.html", one.says[0]) for key, one in method_texts().items()]
    lead = "How parameters are found: strategies, and the pretext tasks that they can be given."
    yield from _listed("methods/index", "Methods", lead, methods)
    named = dict.fromkeys(board.question.protocol for board in catalog.boards)
    told = [(cut(name), "", _protocol_text(name)) for name in named]
    lead = "How a number was measured. Numbers of different protocols answer different questions and share no table."
    yield from _listed("protocols", "Protocols", lead, told)


def _listed(base: str, name: str, lead: str, entries: Sequence[tuple[str, str, str]]) -> Iterator[View]:
    pages = filled(entries, heft)
    for place, page in enumerate(pages):
        shown = {"title": name, "name": name, "lead": lead, "entries": page, "leaves": leaves(len(pages), base, place)}
        yield leaf(base, place), shown


def _protocol_text(name: str) -> str:
    if name == UNSTATED:
        return "The page that prints these numbers does not say how they were measured, nor over how many seeds."
    return " ".join((*protocol_sentences(cut(name)), *([FINE_TUNED] if name in PROTOCOL_NAMES else [])))


def method_views(catalog: Catalog) -> Iterator[View]:
    """The files of the methods' pages, with what they show."""
    users: dict[str, dict[str, None]] = {}
    for one in catalog.results:
        for name in (one.options.get("strategy"), *str(one.options.get("tasks", "")).split(",")):
            if name:
                users.setdefault(str(name), {})[one.model] = None
    for key, text in method_texts().items():
        models = [(cut(name), catalog.model_page(name)) for name in users.get(key, {})][:50]
        yield f"methods/{key}.html", {
            "title": text.title, "name": text.title, "says": text.says, "equation": text.equation,
            "source": text.source, "module": text.module, "models": models,
        }  # fmt: skip


def compare_view(catalog: Catalog) -> dict[str, Any]:
    """The page that compares: the models with the most results, and quantiles of Student's t."""
    most = sorted(catalog.models, key=lambda name: (-len(catalog.models[name]), name))
    choices, *_ = filled(((catalog.model_pages[name], cut(name)) for name in most), heft)
    return {
        "title": "Compare two models", "models": choices[:CHOICES],
        "quantiles": [round(student(freedom), 4) for freedom in range(1, FREEDOMS + 1)],
    }  # fmt: skip


def compared(catalog: Catalog, name: str) -> str:
    """A model's results as a script that the comparison loads."""
    every = catalog.models[name]
    rows = [_compared(catalog, board, one) for board, _, one in every[:COMPARED]]
    left = len(every) - len(rows)
    return f"board.model({json.dumps(catalog.model_pages[name])}, {json.dumps(rows)}, {left});\n"


def _compared(catalog: Catalog, board: Board, one: Result) -> dict[str, Any]:
    return {
        "question": SEPARATOR.join(board.question), "dataset": cut(one.dataset), "task": cut(one.task),
        "metric": board.metric.title, "protocol": cut(one.protocol), "trained": cut(one.trained),
        "probe": cut(read_by(one)), "split": cut(one.split), "text": cut(one.model), "value": one.value,
        "values": {str(seed): value for seed, value in one.values.items()},
        "share": one.test_share, "page": catalog.dataset_page(one.dataset),
        "points": board.metric.share or board.metric.name == "delta_m_percent",
    }  # fmt: skip


def search_shards(catalog: Catalog) -> dict[str, str]:
    """What search finds, as scripts by the first letters of words."""
    entries: Iterable[tuple[str, str, str]] = (
        *((_titled(name), "data set", f"datasets/{slug}.html") for name, slug in catalog.dataset_pages.items()),
        *((cut(name), "model", f"models/{slug}.html") for name, slug in catalog.model_pages.items()),
        *((cut(name, 200), "paper", f"papers/{slug}.html") for name, slug in catalog.paper_pages.items()),
        *((f"{text.title} ({key})", "method", f"methods/{key}.html") for key, text in method_texts().items()),
    )
    shards: dict[str, list[tuple[str, str, str]]] = {}
    for entry in entries:
        name = entry[0].lower()
        for key in {_shard(name or " "), *(_shard(word) for word in re.split(r"[\W_]+", name) if word)}:
            shards.setdefault(key, []).append(entry)
    return {key: f"board.shard({json.dumps(key)}, {json.dumps(found)});\n" for key, found in shards.items()}


def _titled(name: str) -> str:
    """A data set as its page calls it; under its other name as well where that is another word."""
    text = dataset_texts().get(name)
    if text is None:
        return cut(name)
    return cut(text.title if text.title.lower() == name.lower() else f"{text.title} ({name})")


def _shard(word: str) -> str:
    return word[0] if word[0].isascii() and word[0].isalnum() else "other"
