"""A leaderboard in a browser: what it is built from, the browser, and pages that tell what happened on them."""

import random
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multigraft.leaderboard.catalog import Catalog
from multigraft.leaderboard.material import material_of
from multigraft.leaderboard.results import MEASURED, PUBLISHED, SUBMITTED, Result
from multigraft.leaderboard.serving import Fresh, server
from multigraft.leaderboard.site import Material, build
from multigraft.leaderboard.store import Store
from multigraft.studies.ledger import Ledger
from multigraft.studies.names import STUDY_NAMES
from multigraft.studies.places import EVIDENCE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WAIT = 15_000  # milliseconds until a page is given up
WIDE, NARROW = (1200, 900), (390, 844)  # CSS pixels
SHARE = 0.2 / 0.7  # test graphs for each training graph

HOSTILE = {
    "image": "<img src=x onerror=alert(1)>",
    "script": "</script><script>alert(1)</script>",
    "attribute": '"><b>bold',
    "direction": "\u202egnp.exe",
    "folders": "../../etc/passwd",
    "long": "M" * 1_000_000,
}
LONG_PROTOCOL, SPACED_PROTOCOL = "as is usual " * 12 + "here", "our  own   way"


@dataclass(frozen=True)
class Site:
    """A site, and what is in it."""

    path: Path
    catalog: Catalog

    def address(self, place: str) -> str:
        """Where a browser finds a page."""
        return f"{self.path.as_uri()}/{place}"

    def about(self, kind: str, name: str) -> str:
        """The page of a ``dataset``, ``model`` or ``paper``."""
        return f"{kind}s/{getattr(self.catalog, f'{kind}_pages')[name]}.html"


@dataclass
class Visit:
    """A page that is open, what it said where nobody should hear anything, and what it asked for."""

    page: "Page"
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def column(self, table: str, number: int) -> list[str]:
        """The texts of a column that are shown, from top to bottom."""
        return self.page.locator(f"{table} tbody tr:visible").evaluate_all(
            "(rows, column) => rows.map((row) => row.cells[column].textContent)", number
        )


class Window:
    """A window of a browser for one page after the other."""

    def __init__(self, browser: "Browser", size: tuple[int, int], **options: Any) -> None:
        width, height = size
        self.page = browser.new_page(viewport={"width": width, "height": height}, **options)
        self.page.set_default_timeout(WAIT)
        self.page.on("console", lambda message: self.visit.said.append(message.text))
        self.page.on("pageerror", lambda error: self.visit.said.append(str(error)))
        self.page.on("dialog", self._dialog)
        self.page.on("request", lambda request: self.visit.asked.append(request.url))
        self.visit = Visit(self.page)

    def open(self, address: str) -> Visit:
        """Another page, of which nothing was heard yet."""
        self.page.goto("about:blank")
        self.visit = Visit(self.page)
        self.page.goto(address)
        return self.visit

    def clear(self) -> None:
        """Undo what was arranged for a page."""
        self.page.unroute_all()
        self.page.emulate_media(media="null", color_scheme="null")

    def _dialog(self, dialog: "Dialog") -> None:
        self.visit.said.append(dialog.message)
        dialog.dismiss()


def site_of(material: Material, out: Path) -> Site:
    """The site of some material."""
    build(material, out)
    return Site(out, Catalog(material.results, frozenset(material.runs)))


def evidence(folder: Path) -> Material:
    """All that comes with the package."""
    return material_of(Ledger(EVIDENCE), Store(folder / "none"), STUDY_NAMES)


def a_number(model: str, value: float, **changes: Any) -> Result:
    """A submitted number."""
    usual = {"task": "gc", "dataset": "Orchard", "protocol": "strict", "split": "random", "metric": "accuracy"}
    return Result(**{**usual, "model": model, "value": value, "source": SUBMITTED} | changes)


def orchard() -> list[Result]:
    """A data set whose numbers are in another order as texts, with gaps, two protocols and all sources."""
    return [
        a_number("apple", 9.5, std=0.5, seeds=(0, 1, 2), date="2024-01-01"),
        a_number("pear", 80.25, seeds=tuple(range(10)), date="2025-01-01"),
        a_number("plum", 100.0),
        a_number("fig", 3.125, seeds=(0,)),
        a_number("quince", 55.0, source=PUBLISHED),
        a_number("cherry", 20.0, source=MEASURED, baseline=True),
        a_number("apple", 70.0, source=PUBLISHED, protocol="paper"),
        a_number("pear", 60.0, protocol="paper"),
        a_number("fig", 33.0, protocol=LONG_PROTOCOL),
        a_number("fig", 44.0, protocol=SPACED_PROTOCOL),
        a_number("fig", 55.0, task="nc", protocol="paper"),
    ]


@dataclass(frozen=True)
class Pair:
    """The values of two models by seed, and the metric."""

    first: dict[int, float]
    second: dict[int, float]
    metric: str = "accuracy"


def around(middle: float, spread: float, seeds: range, name: str) -> dict[int, float]:
    """A value for each seed."""
    drawn = random.Random(name)
    return {seed: drawn.gauss(middle, spread) for seed in seeds}


PAIRS = {
    "usual": Pair(around(70, 5, range(5), "a"), around(67, 5, range(5), "b")),
    "behind": Pair(around(50, 1, range(10), "c"), around(60, 1, range(10), "d")),
    "small": Pair(around(0.5, 0.01, range(5), "e"), around(0.52, 0.01, range(5), "f"), "rmse"),
    "overlapping": Pair(around(70, 5, range(6), "g"), around(67, 5, range(2, 9), "h")),
    "many": Pair(around(50, 40, range(200), "i"), around(50, 40, range(200), "j")),
    "once": Pair({0: 60.0}, {0: 58.5}),
    "apart": Pair({0: 60.0, 1: 61.0}, {2: 50.0, 3: 51.0}),
    "same": Pair({0: 60.0, 1: 61.5, 2: 70.0}, {0: 60.0, 1: 61.5, 2: 70.0}),
    "shifted": Pair({0: 60.1, 1: 61.3, 2: 70.7}, {0: 58.1, 1: 59.3, 2: 68.7}),
}


def paired() -> list[Result]:
    """Two models with values by seed on data sets that are called as `PAIRS`, and a third with a name of scripts.

    The second knows no shares of ``lopsided``; neither those of ``unsized``; ``divided`` was divided in two ways.
    """
    found = []
    for dataset, pair in PAIRS.items():
        for model, values in (("north", pair.first), ("south", pair.second)):
            found.append(with_values(model, values, dataset=dataset, metric=pair.metric, test_share=SHARE))
    values = PAIRS["usual"]
    found.append(with_values("north", values.first, dataset="lopsided", test_share=SHARE))
    found.append(with_values("south", values.second, dataset="lopsided"))
    found.append(with_values("north", values.first, dataset="divided", test_share=SHARE))
    found.append(with_values("south", values.second, dataset="divided", test_share=SHARE, split="stratified"))
    found += [with_values(model, values.first, dataset="unsized") for model in ("north", "south")]
    found.append(with_values("constructor", values.second, dataset="usual", test_share=SHARE))
    return found


def with_values(model: str, values: dict[int, float], **changes: Any) -> Result:
    """A number that is the mean of these."""
    return a_number(model, sum(values.values()) / len(values), seeds=tuple(values), values=values, **changes)


def hostile() -> list[Result]:
    """Each of the hostile names in every place that a name can have."""
    return [_hostile(name) for name in HOSTILE.values()]


def _hostile(name: str) -> Result:
    places = ("task", "dataset", "protocol", "split", "model", "trained", "probe", "paper", "table", "date")
    words = dict.fromkeys(("task", "dataset", "metric", "value"), name)
    return Result(
        **dict.fromkeys(places, name), metric=name if len(name) < 100 else "accuracy", value=5.0, source=SUBMITTED,
        baseline=False, std=1.0, seeds=(0, 1), paper_url="javascript:alert(1)", code="javascript:alert(1)",
        command=f"multigraft {name}", options={name: name, "strategy": name}, printed=words, study="none",
    )  # fmt: skip


def few(results: list[Result], most: int) -> list[Result]:
    """At most so many of each question, so that pages stay short."""
    boards = Catalog(results).boards
    return [one for board in boards for one in board.results[:most]]


def everything(folder: Path, most: int | None = None) -> Material:
    """The evidence, an orchard, pairs and hostile names; of the evidence at most so many results of each question."""
    material = evidence(folder)
    kept = list(material.results) if most is None else few(list(material.results), most)
    return replace(material, results=[*kept, *orchard(), *paired(), *hostile()])


class Visitor:
    """Opens pages of a site; pages that are looked at alike are opened in one window, one after the other."""

    def __init__(self, browser: "Browser", site: Site) -> None:
        self._browser, self._site = browser, site
        self._windows: dict[object, Window] = {}

    def __call__(self, place: str, size: tuple[int, int] = WIDE, **options: Any) -> Visit:
        """A page of the site, or of another address, in a window of that size."""
        key = size, *sorted(options.items())
        if key not in self._windows:
            self._windows[key] = Window(self._browser, size, **options)
        return self._windows[key].open(place if "://" in place else self._site.address(place))

    def clear(self) -> None:
        """Undo what was arranged for single pages."""
        for window in self._windows.values():
            window.clear()


@contextmanager
def visitor(site: Site) -> Iterator[Visitor]:
    """A browser of its own that opens pages of a site."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Visitor(browser, site)
        browser.close()


@contextmanager
def serving(fresh: Fresh) -> Iterator[ThreadingHTTPServer]:
    """A server of that site, on a free port, for as long as it is needed."""
    with server(fresh, 0) as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield found
        finally:
            found.shutdown()
            thread.join()


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2 of what a browser calls ``rgb(...)``."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours after WCAG 2, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
