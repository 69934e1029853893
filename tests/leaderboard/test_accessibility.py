"""The site for those who use a keyboard or a screen reader, in light and dark, on a screen and on a phone."""

import json
import re
from dataclasses import replace

import pytest

from multigraft.leaderboard import pieces
from multigraft.leaderboard.texts import paper_texts
from tests.helpers.site import CHROMIUM, NARROW, WIDE, contrast, everything, site_of, visitor

api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
if CHROMIUM is None:
    pytest.skip("needs a Chromium", allow_module_level=True)
expect = api.expect
pytestmark = pytest.mark.slow

GRAVE = ("moderate", "serious", "critical")
OPTIONS = {"resultTypes": ["violations"], "preload": False}  # styles need no second reading, which a file cannot have
ENZYMES, COMPARE = "datasets/enzymes.html", "compare.html?a=north&b=south"
PLACES = {
    "home": "index.html", "data set": ENZYMES, "model": "models/isame.html", "method": "methods/isame.html",
    "list": "methods/index.html", "compare": COMPARE, "paper": "",
    "submit": "submit.html",
}  # fmt: skip
VIEWS = {
    "light": {"size": WIDE, "color_scheme": "light"},
    "dark": {"size": WIDE, "color_scheme": "dark"},
    "phone": {"size": NARROW, "color_scheme": "light"},
}
FOCUSED = """() => {
    const element = document.activeElement;
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
    return { tag: element.tagName, text: element.textContent.trim().slice(0, 40), style: outlineStyle,
             width: parseFloat(outlineWidth), colour: outlineColor, head: Boolean(element.closest("thead")),
             ground: getComputedStyle(document.body).backgroundColor };
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Two results of each question and one table of a paper, on short pages, so that pages go on on others."""
    folder = tmp_path_factory.mktemp("board")
    material = everything(folder, 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "BUDGET", 12_000)
        return site_of(replace(material, tables={"same-table1": material.tables["same-table1"]}), folder / "site")


@pytest.fixture(scope="module")
def visit(site):
    with visitor(site) as found:
        yield found


def place_of(kind, site):
    return PLACES[kind] or site.about("paper", paper_texts()["same"].title)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("kind", PLACES)
def test_nothing_stands_in_the_way_of_a_screen_reader(visit, site, kind, view):
    page = visit(place_of(kind, site), **VIEWS[view]).page
    if kind == "compare":
        expect(page.locator("#paired")).to_be_visible()
    found = axe.Axe().run(page, options=OPTIONS).response["violations"]
    grave = [one for one in found if one["impact"] in GRAVE]
    assert grave == [], json.dumps([(one["id"], one["nodes"][0]["html"]) for one in grave], indent=1)


def test_the_pages_that_are_checked_have_everything_that_there_is(visit, site):
    """Else the check above would say less than it seems to."""
    parts = {
        "home": ("form.search", "table.sortable", "nav.leaves"),
        "data set": ("form.filters", "figure svg", "nav.leaves", "tr.baseline", "section.board"),
        "model": ("details", "form.filters", "nav.leaves"),
        "paper": ("table.plain", "main a"),
        "method": ("pre.equation", "main ul"),
        "list": ("main section h2",),
        "submit": ("main pre", "table.plain"),
        "compare": ("form.compare", "#paired:not([hidden]) tbody tr"),
    }
    for kind, selectors in parts.items():
        page = visit(place_of(kind, site)).page
        for selector in selectors:
            expect(page.locator(selector).first).to_be_visible()


# --- keyboard --------------------------------------------------------------------------------------------------------


def tabbed(page, times):
    """What has the focus after each of so many presses of Tab."""
    found = []
    for _ in range(times):
        page.keyboard.press("Tab")
        found.append(page.evaluate(FOCUSED))
    return found


def test_the_first_tab_reaches_a_link_to_the_content(visit):
    page = visit(ENZYMES).page
    link = page.get_by_role("link", name="To the content")
    assert link.bounding_box()["x"] < 0
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    assert link.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))
    (after,) = tabbed(page, 1)
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)"), after


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_column_can_be_sorted_with_the_keyboard(visit, key):
    page = visit("index.html").page
    for _ in range(20):
        (focused,) = tabbed(page, 1)
        if focused["head"]:
            break
    assert (focused["tag"], focused["text"]) == ("BUTTON", "Data set")
    page.keyboard.press(key)
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Data set")
    page.keyboard.press(key)
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Data set")
    assert page.evaluate(FOCUSED)["head"]


@pytest.mark.parametrize(
    ("place", "scheme", "tags"),
    [
        ("index.html", "light", {"A", "INPUT", "DIV", "BUTTON"}),
        ("models/isame.html", "dark", {"A", "SELECT", "DIV", "BUTTON"}),
        ("methods/isame.html", "light", {"A", "PRE"}),
    ],
)
def test_the_focus_can_be_seen_wherever_it_is(visit, place, scheme, tags):
    page = visit(place, color_scheme=scheme).page
    found = [one for one in tabbed(page, 24) if one["tag"] != "BODY"]  # behind the last comes the window's own frame
    assert tags <= {one["tag"] for one in found}
    for one in found:
        assert one["style"] == "solid", one
        assert one["width"] >= 2, one
        assert contrast(one["colour"], one["ground"]) >= 3, one


def test_configurations_open_with_the_keyboard(visit):
    page = visit("models/isame.html").page
    summary = page.locator("summary").first
    command = page.locator("details pre").first
    expect(command).to_be_hidden()
    summary.focus()
    page.keyboard.press("Enter")
    expect(command).to_contain_text("multigraft study run")


def test_a_wide_table_can_be_scrolled_with_the_keyboard(visit):
    page = visit(ENZYMES, NARROW).page
    page.locator("div.scroll:has(table)").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0")


def test_what_a_search_finds_is_reached_by_tab_and_told(visit):
    page = visit("index.html").page
    field = page.get_by_role("searchbox", name="Search data sets, models, papers and methods")
    field.press_sequentially("enz")
    expect(page.locator("#found")).to_have_attribute("aria-live", "polite")
    expect(page.locator("#found a").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#found a").first).to_be_focused()


@pytest.mark.parametrize(
    ("place", "region"),
    [("models/isame.html", "form.filters output"), (COMPARE, "#said")],
)
def test_what_a_choice_changes_is_told(visit, place, region):
    page = visit(place).page
    expect(page.locator(region)).to_have_attribute("aria-live", "polite")
    expect(page.locator(region)).to_contain_text(re.compile(r"\d+ "))


@pytest.mark.parametrize("kind", PLACES)
def test_a_page_has_one_title_and_says_where_it_is(visit, site, kind):
    page = visit(place_of(kind, site)).page
    assert page.locator("h1").count() == 1
    assert page.locator("h1").inner_text().partition(",")[0][:20] in page.title() or kind == "home"
    assert page.locator("main").count() == 1
    assert page.locator("header nav[aria-label]").count() == 1
    expect(page.locator("html")).to_have_attribute("lang", "en")
