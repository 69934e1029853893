"""What papers print, as results."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from multigraft.leaderboard.known import in_order
from multigraft.leaderboard.results import PUBLISHED, UNSTATED, Result
from multigraft.leaderboard.texts import paper_texts
from multigraft.studies.published import FOLDER, Published, read_published


@dataclass(frozen=True)
class Told:
    """How the numbers of a file were measured, as far as their source says.

    Attributes:
        protocol: Ours that asks the same question.
        split: How graphs were divided; ``seeds``: how often.
        paper: The key of its text; ``probe``: what read embeddings, where it says so.
    """

    protocol: str
    split: str
    seeds: int
    paper: str
    probe: str = ""


FILES = {
    "same.csv": Told("paper", "random", 10, "same"),
    "pretraining.csv": Told("strict", "scaffold", 10, "pretraining", "own"),
    "pretraining_page.csv": Told(UNSTATED, UNSTATED, 0, "pretraining"),
}
BASELINES = frozenset({"untrained", "majority"})


def printed_results() -> list[Result]:
    """Every number of the papers that come with the package."""
    return [one for name, told in FILES.items() for one in _of_file(name, told)]


def _of_file(name: str, told: Told) -> Iterator[Result]:
    words = _printed(name)
    paper = paper_texts()[told.paper]
    for number in read_published(FOLDER / name).numbers.values():
        yield Result(
            task=in_order(",".join(number.task)),
            dataset=number.dataset, protocol=told.protocol, split=told.split, metric=number.metric,
            model=number.model, value=number.value, source=PUBLISHED, std=number.std,
            seeds=tuple(range(told.seeds)), trained=in_order(",".join(number.trained)),
            probe=told.probe, features=_features(number, told), baseline=number.model in BASELINES, paper=paper.title,
            paper_url=paper.url, table=number.table, code=paper.code, date=paper.date,
            printed=words.get((number.table, number.dataset), {}),
        )  # fmt: skip


def _features(number: Published, told: Told) -> str:
    return "concat" if told.protocol == "paper" and number.task == {"lp"} else ""


def _printed(name: str) -> dict[tuple[str, str], dict[str, str]]:
    """Of a file that has them: task, data set, metric and value in the words of the page."""
    _, *lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    found = {}
    for line in csv.DictReader(lines):
        if line.get("printed_dataset"):
            area = line["table"].removeprefix("page-").replace("-", " ").title()
            found[line["table"], line["dataset"]] = {
                "task": area, "dataset": line["printed_dataset"], "metric": line["printed_metric"],
                "value": line["printed_value"],
            }  # fmt: skip
    return found
