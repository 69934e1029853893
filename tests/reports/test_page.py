"""The page as a whole: complete, escaped, self-contained, well formed, the same every time."""

import dataclasses
import math
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from multigraft.errors import InputError, MissingExtraError
from multigraft.graphs.packed import PackedGraphs
from multigraft.reports.page import render, write_page
from tests.helpers.graphs import random_graphs
from tests.helpers.reports import HOSTILE, named, trained_encoder, usual_history, usual_table

VOID = {"meta", "br", "hr", "img", "input", "link"}


class Page(HTMLParser):
    """Checks that tags nest, and collects ids, what refers to them, attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self._note(tag, attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    def _note(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]


@pytest.fixture(scope="module")
def graphs() -> PackedGraphs:
    return named(random_graphs(24), notes=("degrees are the input", "one column of labels was chosen"))


@pytest.fixture(scope="module")
def html(graphs: PackedGraphs) -> str:
    return render(trained_encoder(graphs), usual_history(), graphs, usual_table(), "out/encoder")


@pytest.mark.parametrize(
    ("home", "name", "title"),
    [
        ("out/encoder", "made", "esame encoder on made"),
        ("out/encoder", "other", "esame encoder of made on other"),
        ("molecules-small", "other", "molecules-small on other"),
    ],
)
def test_the_title_says_whose_encoder_it_is(graphs: PackedGraphs, home: str, name: str, title: str):
    table = dataclasses.replace(usual_table(), dataset=name)
    text = render(trained_encoder(graphs), usual_history(), named(graphs, name=name), table, home)
    assert f"<title>{title}</title>" in text.replace("\n", "")


def test_everything_is_there(html: str):
    text = " ".join(" ".join(Page(html).text).split())
    for expected in (
        "esame encoder on made",
        "The trained encoder beats the untrained one on nc by 0.10; it falls behind the untrained one on lp by 0.10",
        "accuracy, mean",
        "ROC-AUC, hadamard",
        "0.610",
        "0.600 to 0.620",
        "not measured",
        "Protocol strict",
        "training loss",
        "marks epoch 1",
        "t-SNE of the untrained encoder",
        "degrees are the input",
        "one column of labels was chosen",
        "A decision tree on the raw node attributes",
        "multigraft embed out/encoder",
    ):
        assert expected in text, expected


def test_tags_nest_and_the_page_is_semantic(html: str):
    page = Page(html)
    assert {"main", "header", "section", "footer", "table", "caption", "th", "figure", "figcaption", "dl"} <= page.tags
    assert html.startswith("<!DOCTYPE html>")
    assert ("html", "lang", "en") in page.attributes
    assert len([1 for tag, name, value in page.attributes if (tag, name, value) == ("th", "scope", "col")]) == 5
    assert len([1 for tag, name, value in page.attributes if (tag, name, value) == ("th", "scope", "row")]) == 4


def test_nothing_is_fetched_and_nothing_is_run(html: str):
    page = Page(html)
    assert not {"script", "link", "img", "iframe", "object"} & page.tags
    for _, name, value in page.attributes:
        if name in ("src", "href", "xlink:href", "action", "data", "poster"):
            assert value.startswith("#"), value
        assert not name.startswith("on")
    assert "http" not in html
    assert "@import" not in html
    assert set(re.findall(r"url\((.)", html)) <= {"#"}


def test_ids_are_unique_and_every_reference_is_answered(html: str):
    page = Page(html)
    assert len(page.ids) == len(set(page.ids))
    wanted = set(re.findall(r"url\(#([^)]+)\)", html))
    wanted |= {value.removeprefix("#") for _, name, value in page.attributes if name == "href"}
    wanted |= {one for _, name, value in page.attributes if name == "aria-labelledby" for one in value.split()}
    assert wanted <= set(page.ids)


def test_same_input_same_page(html: str, graphs: PackedGraphs):
    assert render(trained_encoder(graphs), usual_history(), graphs, usual_table(), "out/encoder") == html


def test_the_best_value_is_marked_for_eyes_and_for_ears(html: str):
    best = re.findall(r'<td class="best">(.*?)</td>', html)
    assert len(best) == 4
    assert all("★" in cell and "best: " in cell for cell in best)
    assert html.count('<tr class="headline">') == html.count("(headline)") == 3


def test_whatever_comes_from_data_is_escaped(graphs: PackedGraphs):
    hostile = named(graphs, name=HOSTILE, graph_classes=(HOSTILE, "b"), notes=(HOSTILE,), checksum=HOSTILE)
    table = dataclasses.replace(usual_table(HOSTILE), notes=(HOSTILE,), protocol=HOSTILE)
    html = render(trained_encoder(hostile), usual_history(("gc", HOSTILE)), hostile, table, HOSTILE)
    page = Page(html)
    assert "script" not in page.tags
    assert HOSTILE in "".join(page.text)
    assert HOSTILE not in html


def test_one_task_no_history_no_labels(graphs: PackedGraphs):
    unlabelled = dataclasses.replace(graphs, graphs={})
    html = render(trained_encoder(unlabelled, ("lp",)), None, unlabelled, usual_table(tasks=("lp",)), "out")
    text = " ".join(Page(html).text)
    assert "No training history" in text
    assert "not coloured" in text
    assert "gc" not in re.findall(r'<th scope="row">(\w+)', html)


def test_gaps_in_table_and_history_never_show_as_nan(graphs: PackedGraphs):
    table = usual_table()
    table = dataclasses.replace(
        table,
        rows=[dataclasses.replace(row, value=math.nan) for row in table.rows],
        differences=[dataclasses.replace(paired, value=math.nan) for paired in table.differences],
    )
    html = render(trained_encoder(graphs), usual_history(), graphs, table, "out")
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL).lower().split()
    assert "has no paired difference" in html


def test_write_page_reads_encoder_and_history(tmp_path: Path, graphs: PackedGraphs, html: str):
    encoder = trained_encoder(graphs).save(tmp_path / "encoder")
    (encoder / "training").mkdir()
    (encoder / "training" / "history.csv").write_text(
        "epoch,seconds,train/gc,validation/gc,validation/sum\n0,1,0.7,,\n1,2,0.6,0.5,0.5\n"
    )
    out = tmp_path / "new" / "page.html"
    write_page(encoder, graphs, usual_table(), out)
    text = out.read_text(encoding="utf-8")
    assert "gc: graph classification" in text
    assert len(text) < 1_500_000
    assert [path.name for path in out.parent.iterdir()] == ["page.html"]
    assert re.findall(r'class="best">(.*?)</td>', text) == re.findall(r'class="best">(.*?)</td>', html)


def test_bad_input_is_named_and_leaves_nothing(tmp_path: Path, graphs: PackedGraphs):
    out = tmp_path / "page.html"
    with pytest.raises(InputError, match="no such directory"):
        write_page(tmp_path / "nowhere", graphs, usual_table(), out)
    encoder = trained_encoder(graphs).save(tmp_path / "encoder")
    with pytest.raises(InputError, match="the table measures 'other'"):
        write_page(encoder, graphs, usual_table("other"), out)
    wider = named(random_graphs(24, features=7))
    with pytest.raises(InputError, match="4 attributes"):
        write_page(encoder, wider, usual_table(), out)
    assert not out.exists()


@pytest.mark.parametrize("module", ["jinja2", "matplotlib.figure"])
def test_a_missing_library_names_its_extra(module: str, graphs: PackedGraphs, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=r"multigraft\[plots\]"):
        render(trained_encoder(graphs), usual_history(), graphs, usual_table(), "out")
