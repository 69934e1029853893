"""The site: whole or not at all, complete, small pages, nothing from elsewhere."""

import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from multigraft.errors import InputError
from multigraft.leaderboard.material import material_of
from multigraft.leaderboard.results import MEASURED, PUBLISHED
from multigraft.leaderboard.site import MARK, Material, build
from multigraft.leaderboard.store import Store
from multigraft.studies.ledger import Ledger
from multigraft.studies.names import STUDY_NAMES
from multigraft.studies.places import EVIDENCE
from tests.leaderboard.test_charts import HOSTILE, a_result

LARGEST = 300_000  # bytes of a page with style and script
HOSTILES = (HOSTILE, "../../etc/passwd", "a" * 1_000_000, "\u202eright to left", "<b>&amp;", "{{ 7 * 7 }}", "con", "")


class Page(HTMLParser):
    """The links, sources, ids and texts of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.sources, self.ids, self.tags, self.words = [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append(tag)
        self.links += [found["href"]] if "href" in found else []
        self.sources += [found["src"]] if "src" in found else []
        self.ids += [found["id"]] if "id" in found else []

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    """The site of what comes with the package."""
    material = material_of(Ledger(EVIDENCE), Store(tmp_path_factory.mktemp("none")), STUDY_NAMES)
    out = tmp_path_factory.mktemp("site") / "board"
    return material, build(material, out)


def pages(out):
    return {path: Page(path.read_text(encoding="utf-8")) for path in sorted(out.rglob("*.html"))}


def test_every_result_is_counted_and_shown(evidence):
    material, built = evidence
    assert (built.published, built.results) == (350, 350 + built.measured)
    assert built.measured == sum(one.source == MEASURED for one in material.results) > 200
    rows = 0
    for path in (built.out / "datasets").glob("*.html"):
        rows += path.read_text(encoding="utf-8").count("<tr data-source=")
    assert rows == built.results - 12  # numbers that two tables of a paper print stand once


def test_all_rows_of_the_published_page_appear(evidence):
    material, built = evidence
    printed = [one for one in material.results if one.source == PUBLISHED and one.printed]
    assert len(printed) == 30
    for one in printed:
        (file,) = (built.out / "datasets").glob(f"{one.dataset}.html")
        text = file.read_text(encoding="utf-8")
        told = f"{one.printed['task']}, {one.printed['dataset']}: {one.printed['metric']} {one.printed['value']}"
        assert told in text
        assert f"<bdi>{one.model}</bdi>" in text


def test_measured_results_stand_beside_published_ones(evidence):
    _, built = evidence
    text = "".join(path.read_text(encoding="utf-8") for path in (built.out / "datasets").glob("enzymes*.html"))
    boards = text.split('<section class="board"')[1:]
    both = [board for board in boards if 'data-source="published"' in board and 'data-source="measured"' in board]
    assert len(both) >= 3
    assert all('data-protocol="paper"' in board for board in both)


def test_links_lead_somewhere_and_nothing_is_loaded_from_elsewhere(evidence):
    _, built = evidence
    found = pages(built.out)
    for path, page in found.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "data"):
                continue
            target = (path.parent / parts.path).resolve() if parts.path else path
            assert target.is_file(), f"{path}: {link}"
            assert target.is_relative_to(built.out.resolve())
            if parts.fragment and target in found:
                assert parts.fragment in found[target].ids
        assert page.sources == [source for source in page.sources if source.endswith("assets/board.js")]
    texts = [*built.out.glob("assets/*"), *found]
    assert not any(re.search(r"@import|url\(|\bfetch\(|XMLHttpRequest", path.read_text()) for path in texts)


def test_ids_are_their_own_on_every_page(evidence):
    _, built = evidence
    for path, page in pages(built.out).items():
        assert len(page.ids) == len(set(page.ids)), path


def test_pages_are_small(evidence):
    _, built = evidence
    shared = sum(path.stat().st_size for path in (built.out / "assets").iterdir())
    assert all(path.stat().st_size + shared < LARGEST for path in built.out.rglob("*.html"))
    assert all(path.stat().st_size < LARGEST for path in built.out.rglob("*.js"))


def test_runs_settings_and_code_lie_beside_the_pages(evidence):
    material, built = evidence
    assert len(list((built.out / "runs").iterdir())) == len(material.runs) > 200
    run = next((built.out / "runs").iterdir())
    assert json.loads(run.read_text())["run"]["seed"] in range(10)
    assert "class SAME" in (built.out / "code" / "multigraft.strategies.same.txt").read_text()
    assert "[[settings]]" in (built.out / "settings" / "same-table1-settings.toml").read_text()


def test_the_same_results_make_the_same_site(evidence, tmp_path):
    material, built = evidence
    again = build(material, tmp_path / "again")
    files = sorted(path.relative_to(built.out) for path in built.out.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(again.out) for path in again.out.rglob("*") if path.is_file())
    assert all((built.out / file).read_bytes() == (again.out / file).read_bytes() for file in files)


def test_an_empty_leaderboard_is_a_site(tmp_path):
    built = build(Material([]), tmp_path / "board")
    assert (built.results, built.published, built.measured) == (0, 0, 0)
    assert (tmp_path / "board" / "index.html").is_file()


# --- places ----------------------------------------------------------------------------------------------------------


def test_a_leaderboard_is_replaced_and_anything_else_is_not(tmp_path):
    out = tmp_path / "board"
    build(Material([a_result(model="first")]), out)
    build(Material([a_result(model="second")]), out)
    assert not (out / "models" / "first.html").exists()
    assert (out / "models" / "second.html").is_file()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("all of it")
    with pytest.raises(InputError, match="mine is there and is no leaderboard: name another directory"):
        build(Material([]), tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.tex"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is no leaderboard"):
        build(Material([]), tmp_path / "file")


def test_an_empty_directory_is_filled(tmp_path):
    (tmp_path / "board").mkdir()
    build(Material([]), tmp_path / "board")
    assert (tmp_path / "board" / MARK).is_file()


def test_a_failure_leaves_what_was_there(tmp_path, monkeypatch):
    out = tmp_path / "board"
    build(Material([a_result(model="first")]), out)
    before = (out / "index.html").read_bytes()

    def broken(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr("multigraft.leaderboard.site.compared", broken)
    with pytest.raises(InputError, match=r"cannot write .*: the disk is full"):
        build(Material([a_result(model="second")]), out)
    assert (out / "index.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["board"]


def test_where_the_new_one_cannot_be_put_the_old_one_comes_back(tmp_path, monkeypatch):
    out, rename = tmp_path / "board", Path.rename
    build(Material([a_result(model="first")]), out)

    def refused(self, target):
        if self.name == "new":
            raise OSError("no")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(InputError, match="cannot write"):
        build(Material([a_result(model="second")]), out)
    assert (out / "models" / "first.html").is_file()


# --- strangers -------------------------------------------------------------------------------------------------------


def _named(name, text, place):
    """A result that has the text in one of its fields, and wherever a text is free."""
    printed = dict.fromkeys(("task", "dataset", "metric", "value"), text)
    free = {"model": f"{text} {place}", "options": {"strategy": text, text: text}, "command": text, "printed": printed}
    return a_result(**{**free, "source": "submitted", "study": "s", name: f"{text} {place}"})


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    names = ("model", "dataset", "task", "protocol", "trained", "probe", "paper", "split", "date", "study", "command")
    everywhere = [_named(name, text, place) for place, name in enumerate(names) for text in HOSTILES]
    return build(Material(everywhere), tmp_path_factory.mktemp("hostile") / "board").out


def test_markup_in_names_is_text(hostile):
    for path, page in pages(hostile).items():
        assert "b" not in page.tags, path
        assert page.tags.count("script") <= 2, path
        assert "49" not in [word.strip() for word in page.words], path
    shown = Page((hostile / "index.html").read_text(encoding="utf-8")).words
    assert any(HOSTILE[:20] in word for word in shown)


def test_names_cannot_leave_the_directory(hostile):
    for path in hostile.parent.rglob("*"):
        assert path.resolve().is_relative_to(hostile.resolve()), path
    named = [path for path in hostile.rglob("*.html") if "etc-passwd" in path.name]
    assert named
    assert all(re.fullmatch(r"[a-z0-9-]+\.html", path.name) for path in hostile.rglob("*.html"))


def test_names_of_a_megabyte_are_cut(hostile):
    assert all(path.stat().st_size < LARGEST for path in hostile.rglob("*.html"))


def test_directions_of_writing_stay_inside_their_names(hostile):
    shown = [path.read_text(encoding="utf-8") for path in hostile.rglob("*.html")]
    assert any("<bdi>\u202e" in text for text in shown)
    for element in ("a", "h1"):  # names in running text are isolated
        bare = re.compile(f"<{element}[^>]*>\u202e")
        assert not any(bare.search(text) for text in shown)


# --- size ------------------------------------------------------------------------------------------------------------


def synthetic(count):
    """Results of many models on many data sets, with all that a row can have."""
    sources, many = ("measured", "published", "submitted"), {"std": 1.0, "seeds": (0, 1), "values": {0: 1.0, 1: 2.0}}
    return [
        a_result(
            model=f"model {place % 797}", dataset=f"set {place % 61}", value=50 + place % 4999 / 100,
            task=("gc", "nc", "ml")[place % 3], protocol=("strict", "paper")[place // 3 % 2], trained=f"t{place}",
            date=f"20{10 + place % 16}-05-11", paper=f"paper {place % 307}", source=sources[place % 3], **many,
        )
        for place in range(count)
    ]  # fmt: skip


def seconds(results, out):
    """What a site costs this process."""
    started = time.process_time()
    build(Material(results), out)
    return time.process_time() - started


@pytest.mark.slow
def test_a_hundred_thousand_results_are_no_dearer_each_than_ten_thousand_and_fit_in_a_gibibyte(tmp_path):
    import resource

    small = seconds(synthetic(10_000), tmp_path / "small")
    results = synthetic(100_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    large = seconds(results, tmp_path / "board")
    assert large < 15 * small  # on a quiet machine half a minute; CI may share its own with others
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2**20
    shared = sum(path.stat().st_size for path in (tmp_path / "board" / "assets").iterdir())
    assert all(path.stat().st_size + shared < LARGEST for path in (tmp_path / "board").rglob("*.html"))
    assert (
        sum(path.read_text().count("<tr data-source=") for path in (tmp_path / "board" / "datasets").iterdir())
        == 100_000
    )


def test_a_site_that_one_is_in_is_not_replaced(tmp_path, monkeypatch):
    build(Material([a_result()]), tmp_path / "board")
    monkeypatch.chdir(tmp_path / "board" / "models")
    for named in (Path("../../board"), tmp_path / "board", Path("..")):
        with pytest.raises(InputError, match="which is to be replaced: leave it first"):
            build(Material([]), named)
    assert (tmp_path / "board" / "models" / "esame.html").is_file()


def test_where_a_link_leads_is_replaced_and_not_the_link(tmp_path):
    build(Material([]), tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert build(Material([a_result()]), tmp_path / "link").out == tmp_path / "link"
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "models" / "esame.html").is_file()
