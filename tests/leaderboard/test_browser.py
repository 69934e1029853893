"""The site in a browser: sorted, filtered, searched, compared, in every light and size, with hostile names."""

import math
import re
from itertools import pairwise

import pytest

from multigraft.evaluation.significance import corrected_difference
from multigraft.leaderboard.pages import read_by
from multigraft.leaderboard.serving import Fresh
from multigraft.leaderboard.site import Material
from multigraft.leaderboard.wording import LONGEST
from tests.helpers.site import (
    CHROMIUM,
    HOSTILE,
    LONG_PROTOCOL,
    NARROW,
    PAIRS,
    SHARE,
    SPACED_PROTOCOL,
    contrast,
    everything,
    luminance,
    orchard,
    paired,
    serving,
    site_of,
    visitor,
)

api = pytest.importorskip("playwright.sync_api")
if CHROMIUM is None:
    pytest.skip("needs a Chromium", allow_module_level=True)
expect = api.expect
pytestmark = pytest.mark.slow

ORCHARD, ENZYMES = "datasets/orchard.html", "datasets/enzymes.html"
PAPER = "papers/strategies-for-pre-training-graph-neural-networks.html"
COMPARE = "compare.html?a=north&b=south"
KINDS = (
    "index.html", ENZYMES, ORCHARD, "models/isame.html", PAPER, "papers/index.html", "methods/isame.html",
    "methods/index.html", "protocols.html", "submit.html", COMPARE,
)  # fmt: skip
BY_VALUE = ["fig", "apple", "cherry", "quince", "pear", "plum"]  # the orchard under the protocol strict
STRICT = "section[data-protocol=strict] table"
MODEL, SEEDS = 1, 6  # columns of a data set's tables
LARGEST = 300_000  # bytes of a page


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("board")
    return site_of(everything(folder), folder / "site")


@pytest.fixture(scope="module")
def opened(site):
    with visitor(site) as found:
        yield found


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where a small site is served."""
    out = tmp_path_factory.mktemp("served") / "site"
    with serving(Fresh(lambda: Material([*orchard(), *paired()]), lambda: 0, out, pytest.fail)) as found:
        yield f"http://localhost:{found.server_port}"


@pytest.fixture
def visit(opened):
    yield opened
    opened.clear()


# --- sorting ---------------------------------------------------------------------------------------------------------


def pressed(visit, name, times=1):
    """The orchard under the protocol strict after presses on the head of a column."""
    found = visit(ORCHARD)
    for _ in range(times):
        found.page.locator(STRICT).get_by_role("button", name=name).click()
    return found


def names(visit):
    return [name.replace(" baseline", "") for name in visit.column(STRICT, MODEL)]


def test_a_column_is_sorted_by_number_up_and_down(visit):
    assert names(pressed(visit, "accuracy")) == BY_VALUE
    assert names(pressed(visit, "accuracy", 2)) == BY_VALUE[::-1]
    assert names(pressed(visit, "accuracy", 3)) == BY_VALUE


@pytest.mark.parametrize(("times", "seeds"), [(1, ["1", "3", "10"]), (2, ["10", "3", "1"])])
def test_what_has_no_number_comes_last_either_way(visit, times, seeds):
    assert pressed(visit, "Seeds", times).column(STRICT, SEEDS) == [*seeds, "", "", ""]


def test_text_is_sorted_by_its_letters(visit):
    assert names(pressed(visit, "Model")) == sorted(BY_VALUE)
    assert names(pressed(visit, "Model", 2)) == sorted(BY_VALUE)[::-1]


def test_the_sorted_column_says_so_alone(visit):
    found = pressed(visit, "accuracy", 2)
    heads = found.page.locator(f"{STRICT} th[aria-sort]")
    assert heads.evaluate_all("(heads) => heads.map((head) => head.ariaSort)") == ["descending"]
    found.page.locator(STRICT).get_by_role("button", name="Rank").click()
    assert heads.all_inner_texts() == ["Rank"]
    assert heads.evaluate_all("(heads) => heads.map((head) => head.ariaSort)") == ["ascending"]


def test_only_the_table_that_was_asked_is_sorted(visit):
    found = pressed(visit, "accuracy")
    assert found.column("section[data-protocol=paper] table", MODEL) == ["apple", "pear", "fig"]


@pytest.mark.parametrize("place", ["index.html", ENZYMES, "models/isame.html", COMPARE])
def test_every_column_of_numbers_is_in_order_once_sorted(visit, place):
    found = visit(place)
    ordered = found.page.evaluate(
        """() => [...document.querySelectorAll("table.sortable:not([hidden])")].slice(0, 4).flatMap((table) =>
            [...table.tHead.rows[0].cells].filter((head) => head.dataset.kind === "number").map((head) => {
                head.querySelector("button").click();
                return [...table.tBodies[0].rows].map((row) => {
                    const cell = row.cells[head.cellIndex];
                    return (cell.dataset.value ?? cell.textContent).trim();
                });
            }))"""
    )
    assert len(ordered) >= 2
    for texts in ordered:
        values = [float(text) if text else math.inf for text in texts]
        assert values == sorted(values)


# --- filtering -------------------------------------------------------------------------------------------------------


STRICT_ROWS = ["plum", "pear", "quince", "cherry", "apple", "fig"]
FILTERED = (
    ("", "", [STRICT_ROWS, ["apple", "pear"], ["fig"], ["fig"], ["fig"]]),
    ("strict", "", [STRICT_ROWS]),
    ("paper", "", [["apple", "pear"], ["fig"]]),
    ("paper", "measured", []),
    ("strict", "measured", [["cherry"]]),
    ("", "published", [["quince", "cherry"], ["apple"]]),  # baselines stay
    ("strict", "submitted", [STRICT_ROWS[:2] + STRICT_ROWS[3:]]),
)


def test_rows_of_other_protocols_and_sources_are_hidden_and_empty_sections_too(visit):
    page = visit(ORCHARD).page
    for protocol, source, tables in FILTERED:
        page.get_by_role("combobox", name="Protocol").select_option(protocol)
        page.get_by_role("combobox", name="Source").select_option(source)
        shown = page.locator("section.board:visible").evaluate_all(
            """(sections) => sections.map((section) => [...section.querySelectorAll("tbody tr")]
                .filter((row) => row.checkVisibility()).map((row) => row.cells[1].querySelector("bdi").textContent))"""
        )
        assert sorted(shown) == sorted(tables), (protocol, source)
        beside = source not in ("", "measured") and any("cherry" in table for table in tables)
        counted = sum(map(len, tables)) - beside
        besides = " and 1 baselines" if beside else ""
        told = f"^{counted} results?{besides}{'; ranks and pictures are of all' if protocol or source else ''}$"
        expect(page.locator("form.filters output")).to_have_text(re.compile(told))


def test_a_model_can_be_filtered_too(visit, site):
    found = visit("models/isame.html")
    found.page.get_by_role("combobox", name="Protocol").select_option("paper")
    found.page.get_by_role("combobox", name="Source").select_option("published")
    every = [(board.question.protocol, one.source) for board, _, one in site.catalog.models["isame"]]
    wanted = every.count(("paper", "published"))
    assert 0 < wanted < len(every)
    shown = found.column("main table", 3)
    assert set(shown) == {"paper"}
    further = list((site.path / "models").glob("isame-page*.html"))
    rest = sum(len(re.findall('data-source="published" data-protocol="paper"', file.read_text())) for file in further)
    assert len(shown) == wanted - rest
    expect(found.page.locator("form.filters output")).to_contain_text(f"{len(shown)} results")


@pytest.mark.parametrize("place", [ORCHARD, "models/fig.html"])
@pytest.mark.parametrize("protocol", [LONG_PROTOCOL, SPACED_PROTOCOL], ids=["long", "spaced"])
def test_a_protocol_of_any_name_can_be_chosen(visit, place, protocol):
    page = visit(place).page
    number = page.get_by_role("combobox", name="Protocol").evaluate(
        """(select, start) => [...select.options].findIndex((option) =>
            option.textContent.replace(/ +/g, " ").startsWith(start))""",
        " ".join(protocol.split())[:15],
    )
    assert number > 0
    page.get_by_role("combobox", name="Protocol").select_option(index=number)
    assert page.locator("tr[data-source]:visible").count() == 1


def test_charts_and_headings_go_with_their_sections(visit):
    page = visit(ORCHARD).page
    assert page.locator("figure:visible").count() > 2
    page.get_by_role("combobox", name="Protocol").select_option("paper")
    page.get_by_role("combobox", name="Source").select_option("measured")
    assert page.locator("section.board:visible").count() == 0
    assert page.locator("figure:visible").count() == 0
    assert page.locator("main h2:visible").count() == 0


# --- search ----------------------------------------------------------------------------------------------------------


def search(visit, asked):
    """The home page after something was asked for."""
    found = visit("index.html")
    found.page.get_by_role("searchbox").fill(asked)
    return found


@pytest.mark.parametrize(
    ("asked", "name", "kind", "place"),
    [
        ("enz", "ENZYMES", "data set", ENZYMES),
        ("Lipo", "Lipophilicity", "data set", "datasets/lipo.html"),
        ("isam", "isame", "model", "models/isame.html"),
        ("strategies pre-tr", "Strategies for Pre-training Graph Neural Networks", "paper", PAPER),
        ("maski", "Attribute masking (am)", "method", "methods/am.html"),
        ("<img", HOSTILE["image"], "model", "models/img-src-x-onerror-alert-1.html"),
    ],
)
def test_everything_is_found_by_its_name(visit, asked, name, kind, place):
    item = search(visit, asked).page.locator("#found li").filter(has_text=name).filter(has_text=kind).first
    expect(item.locator("bdi")).to_contain_text(name)
    assert item.locator("a").get_attribute("href") == place


def test_what_is_called_otherwise_is_not_found(visit):
    found = search(visit, "enzymes").page.locator("#found li")
    expect(found.first).to_contain_text("ENZYMES")
    assert all("enzymes" in text.lower() for text in found.all_inner_texts())


@pytest.mark.parametrize("asked", ["enzymatic", "zzz", "?!"])
def test_it_is_said_that_nothing_is_called_so(visit, asked):
    found = search(visit, asked)
    expect(found.page.locator("#found")).to_have_text("Nothing is called so.")
    assert found.said == []


def test_an_empty_search_shows_nothing(visit):
    found = search(visit, "enz").page
    expect(found.locator("#found li").first).to_be_visible()
    found.get_by_role("searchbox").fill("")
    expect(found.locator("#found li")).to_have_count(0)


def test_enter_opens_the_first(visit, site):
    page = visit("index.html").page
    page.get_by_role("searchbox").press_sequentially("enz")
    expect(page.locator("#found a").first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(site.address(ENZYMES))


def test_enter_at_once_opens_what_was_asked_last(visit, site):
    page = search(visit, "isame").page
    expect(page.locator("#found a").first).to_be_visible()
    page.evaluate(
        """() => {
            const field = document.querySelector("#search");
            field.value = "ENZYMES";
            field.dispatchEvent(new Event("input"));
            field.form.requestSubmit();
        }"""
    )
    page.wait_for_url(re.compile(r"/(datasets|models|methods|papers)/"))
    assert page.url == site.address(ENZYMES)


# --- comparing -------------------------------------------------------------------------------------------------------


def number(text):
    """A signed number as the comparison writes it, and half a unit of its last digit."""
    assert re.fullmatch(r"[+-]?\d+(\.\d+)?(e-\d+)?", text), text
    digits = text.partition(".")[2].partition("e")[0]
    return float(text), 0.51 * 10 ** -len(digits)


def agrees(text, value):
    """Whether it is the value, to the digits that are shown."""
    shown, half = number(text)
    return abs(shown - value) <= half + 3e-5 * abs(value)


def shown_pairs(page):
    """The comparison's rows by data set."""
    expect(page.locator("#paired")).to_be_visible()
    rows = page.locator("#paired tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    return {row[0]: [row[4], row[5], row[8]] for row in rows}


@pytest.fixture(scope="module")
def compared(opened):
    """North against south."""
    return shown_pairs(opened(COMPARE).page)


def expected(pair, share=SHARE):
    """What the package says of the seeds that both have."""
    seeds = sorted(pair.first.keys() & pair.second.keys())
    return corrected_difference([pair.first[one] for one in seeds], [pair.second[one] for one in seeds], share)


@pytest.mark.parametrize("dataset", ["usual", "behind", "small", "overlapping", "many", "same"])
def test_a_comparison_is_the_corrected_difference(compared, dataset):
    difference, interval, seeds = compared[dataset]
    wanted = expected(PAIRS[dataset])
    low, high = interval.split(" to ")
    assert int(seeds) == wanted.n
    assert agrees(difference, wanted.value)
    assert agrees(low, wanted.low)
    assert agrees(high, wanted.high)


def test_a_single_seed_has_a_difference_and_no_interval(compared):
    assert compared["once"] == ["+1.50", "not paired", "1"]


def test_without_a_common_seed_means_are_compared(compared):
    assert compared["apart"] == ["+10.00", "not paired", "0"]


def test_the_same_seed_of_another_split_is_no_pair(compared):
    assert compared["divided"][1:] == ["other splits", "0"]


def test_without_the_sizes_of_parts_there_is_no_interval(compared):
    assert compared["unsized"] == ["+0.00", "sizes of parts unknown", "5"]


def test_differences_that_are_all_the_same_have_no_interval(compared):
    assert math.isnan(expected(PAIRS["shifted"]).low)
    difference, interval, seeds = compared["shifted"]
    assert (difference, seeds) == ("+2.00", "3")
    assert " to " not in interval


def test_an_interval_is_the_same_whoever_is_first(visit, compared):
    ahead = compared["lopsided"]
    behind = shown_pairs(visit("compare.html?a=south&b=north").page)["lopsided"]
    low, high = (number(text)[0] for text in ahead[1].split(" to "))
    assert [number(text)[0] for text in behind[1].split(" to ")] == pytest.approx([-high, -low])
    wanted = expected(PAIRS["usual"])
    assert (low, high) == (pytest.approx(wanted.low, abs=0.006), pytest.approx(wanted.high, abs=0.006))


def test_every_pair_of_the_evidence_is_one_that_the_package_finds(visit, site):
    page = visit("compare.html?a=isame&b=esame").page
    rows = page.locator("#paired tbody tr")
    expect(rows.first).to_be_visible()
    found = rows.evaluate_all("(rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent))")
    others = {}
    for board, _, one in site.catalog.models["esame"]:
        others.setdefault(board.question, []).append(one)
    wanted = {}
    for board, _, one in site.catalog.models["isame"]:
        for other in others.get(board.question, []):
            asked = (one.dataset, one.task, board.metric.title, one.protocol, told(one), told(other))
            wanted.setdefault(asked, []).append((one, other))
    assert len(found) >= len({board.question for board, _, _ in site.catalog.models["isame"]} & others.keys()) > 20
    for *asked, difference, interval, first, second, seeds in found:
        pairs = wanted[(*asked, first, second)]
        assert any(fits(*pair, difference, interval, seeds) for pair in pairs), asked


def told(one):
    trained = f", {one.trained}" if one.trained else ""
    return one.model + trained + (f" ({read_by(one)})" if read_by(one) else "")


def fits(one, other, difference, interval, seeds):
    """Whether a row can be about these two."""
    common = sorted(one.values.keys() & other.values.keys())
    found = corrected_difference([one.values[x] for x in common], [other.values[x] for x in common], one.test_share)
    if not found.n:
        return (interval, seeds) == ("not paired", "0") and agrees(difference, one.value - other.value)
    if int(seeds) != found.n or not agrees(difference, found.value):
        return False
    if math.isnan(found.low):
        return " to " not in interval
    return all(agrees(text, end) for text, end in zip(interval.split(" to "), (found.low, found.high), strict=True))


def test_models_can_be_chosen(visit):
    page = visit("compare.html").page
    page.get_by_label("First").select_option("north")
    page.get_by_label("Second").select_option("south")
    expect(page.locator("#said")).to_contain_text(re.compile(f"^{len(PAIRS) + 3} comparisons"))
    assert shown_pairs(page).keys() == {*PAIRS, "lopsided", "divided", "unsized"}


def test_the_address_says_what_is_compared(visit):
    page = visit("compare.html").page
    page.get_by_label("First").select_option("north")
    page.get_by_label("Second").select_option("south")
    expect(page.locator("#said")).to_contain_text("comparisons")
    page.wait_for_url(re.compile(r"compare\.html\?a=north&b=south$"))
    page.reload()
    assert shown_pairs(page).keys() == {*PAIRS, "lopsided", "divided", "unsized"}


def test_a_model_that_is_not_there_is_said_to(visit):
    page = visit("compare.html?a=nobody&b=north").page
    expect(page.locator("#said")).to_have_text("There is no model nobody here.")


def test_any_name_of_a_model_can_be_compared(visit):
    found = visit("compare.html?a=constructor&b=north")
    expect(found.page.locator("#said")).not_to_be_empty()
    assert found.said == []
    assert list(shown_pairs(found.page)) == ["usual"]


def test_models_that_share_no_question_are_said_to(visit):
    page = visit("compare.html?a=apple&b=north").page
    expect(page.locator("#said")).to_have_text("There is no question that both answer.")
    expect(page.locator("#paired")).to_be_hidden()


@pytest.mark.parametrize("place", ["models/isame.html", "models/esame.html", "models/north.html"])
def test_a_model_is_compared_with_another_one(visit, place):
    page = visit(place).page
    page.get_by_role("link", name="Compare it with another model").click()
    expect(page.locator("#said")).not_to_be_empty()
    first, second = (page.get_by_label(label).input_value() for label in ("First", "Second"))
    assert place == f"models/{first}.html"
    assert first != second


def test_an_address_brings_in_nothing_but_names(visit):
    page = visit('compare.html?a="><img src=x onerror=alert(1)>&b=../../assets/board').page
    expect(page.locator("#said")).not_to_be_empty()
    assert page.locator("img").count() == 0
    assert page.get_by_label("Second").input_value().isalnum()


def test_the_order_that_a_head_names_is_the_order_of_the_rows(visit):
    page = visit(COMPARE).page
    expect(page.locator("#paired")).to_be_visible()
    page.locator("#paired").get_by_role("button", name="Difference").click()
    page.get_by_label("First").select_option("south")
    page.get_by_label("Second").select_option("north")
    expect(page.locator("#paired tbody tr").first.locator("td").nth(5)).to_contain_text("south")
    found = page.locator("#paired tbody tr").evaluate_all(
        "(rows) => rows.map((row) => Number(row.cells[4].dataset.value))"
    )
    assert page.locator("#paired th[aria-sort]").count() == 0 or found == sorted(found)


def test_the_models_that_were_chosen_last_are_compared(visit, address):
    page = visit(f"{address}/compare.html?a=apple&b=south").page  # what a file asks for cannot be held back
    expect(page.locator("#said")).not_to_be_empty()
    held = []
    page.route("**/data/pear.js", lambda route: held.append(route))
    page.get_by_label("First").select_option("pear")
    page.wait_for_selector("head script[src*=pear]", state="attached")
    page.get_by_label("First").select_option("north")
    expect(page.locator("#paired tbody tr")).not_to_have_count(0)
    page.evaluate(
        """() => {
            const late = document.querySelector("head script[src*=pear]");
            window.came = new Promise((done) => late.addEventListener("load", () => setTimeout(done)));
        }"""
    )
    held[0].continue_()
    page.evaluate("window.came")
    assert page.get_by_label("First").input_value() == "north"
    assert page.locator("#paired").is_visible()


# --- light and size --------------------------------------------------------------------------------------------------


SEEN = {
    "color": ("body", "h1", "main a", ".eyebrow", ".note", "td", "th small", "select", "footer", "tr.baseline small"),
    "fill": (".chart text", ".chart .small"),
    "backgroundColor": ("body", "tr.baseline"),
}


def colours(page):
    """The colours of what is seen, by selector."""
    return page.evaluate(
        """(seen) => Object.fromEntries(Object.entries(seen).map(([name, selectors]) => [name, Object.fromEntries(
            selectors.map((one) => [one, getComputedStyle(document.querySelector(one))[name]]))]))""",
        SEEN,
    )


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_the_page_is_as_light_as_the_reader_likes_it(visit, scheme, dark):
    found = colours(visit(ORCHARD, color_scheme=scheme).page)
    ground, tint = found["backgroundColor"].values()
    assert (luminance(ground) < 0.05) if dark else (luminance(ground) > 0.9)
    faint = {one: ink for name in ("color", "fill") for one, ink in found[name].items() if contrast(ink, ground) < 4.5}
    assert faint == {}
    assert contrast(found["color"]["tr.baseline small"], tint) >= 4.5
    assert contrast(found["color"]["main a"], tint) >= 4.5


@pytest.mark.parametrize("place", KINDS)
def test_no_page_is_wider_than_a_phone(visit, place):
    page = visit(place, NARROW).page
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]


@pytest.mark.parametrize("kind", ["dataset", "model", "paper"])
def test_no_name_makes_a_page_wider_than_a_phone(visit, site, kind):
    page = visit(site.about(kind, HOSTILE["long"]), NARROW).page
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]


@pytest.mark.parametrize("place", [ENZYMES, "index.html", COMPARE])
def test_short_words_and_numbers_are_not_broken_on_a_phone(visit, place):
    page = visit(place, NARROW).page
    expect(page.locator("main table").first).to_be_visible()
    broken = page.locator("main td[data-value], main th[scope=row] bdi, main td bdi").evaluate_all(
        """(elements) => elements.filter((element) => /^[\\w-]{2,15}$/.test(element.textContent)
            || element.matches("td[data-value]")).filter((element) => {
            const range = document.createRange();
            range.selectNodeContents(element);
            return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1;
        }).map((element) => element.textContent)"""
    )
    assert broken == []


def test_charts_can_be_read_on_a_phone(visit):
    page = visit(ENZYMES, NARROW).page
    height = page.locator(".chart text").first.evaluate("(text) => text.getBoundingClientRect().height")
    assert height >= 11


# --- quiet -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", KINDS)
def test_no_page_complains_or_asks_for_anything_that_is_not_beside_it(visit, site, place):
    found = visit(place)
    button = found.page.locator("thead button:visible")
    if button.count():
        button.first.click()
    if found.page.get_by_role("searchbox").count():
        found.page.get_by_role("searchbox").fill("enz")
        expect(found.page.locator("#found li").first).to_be_visible()
    assert found.said == []
    assert len(found.asked) >= 3
    assert [url for url in found.asked if not url.startswith(f"{site.path.as_uri()}/")] == []
    assert {url for url in found.page.locator("link[href], img[src]").evaluate_all(
        "(links) => links.map((link) => link.href ?? link.src)"
    ) if not url.startswith("data:")} <= set(found.asked)  # fmt: skip


@pytest.mark.parametrize("place", ["index.html", ORCHARD, COMPARE])
def test_pages_that_are_served_are_as_quiet(visit, address, place):
    found = visit(f"{address}/{place}")
    found.page.locator("thead button:visible").first.click()
    assert found.page.locator("th[aria-sort]").count() == 1
    assert found.said == []
    assert [url for url in found.asked if not url.startswith(f"{address}/")] == []


# --- without scripts, on paper ---------------------------------------------------------------------------------------


def test_without_scripts_everything_can_be_read(visit, site):
    page = visit(ORCHARD, java_script_enabled=False).page
    expect(page.locator(f"{STRICT} tbody tr")).to_have_count(6)
    for text in ("80.2", "9.5 ± 0.5", "8.3 to 10.7", "100.0"):
        expect(page.locator(STRICT).get_by_text(text, exact=True)).to_be_visible()
    assert page.locator("thead button").count() == 0
    expect(page.locator(STRICT).get_by_role("columnheader", name="accuracy")).to_be_visible()


@pytest.mark.parametrize("place", ["index.html", "models/isame.html", "compare.html"])
def test_what_needs_a_script_is_there_with_scripts_alone(visit, place):
    quiet = visit(place, java_script_enabled=False).page.locator(".needs-script")
    assert quiet.count() > 0
    assert quiet.evaluate_all("(found) => found.filter((one) => one.checkVisibility()).length") == 0
    loud = visit(place).page.locator(".needs-script")
    assert loud.evaluate_all("(found) => found.every((one) => one.checkVisibility())")


def test_without_scripts_a_comparison_says_that_it_needs_one(visit):
    page = visit("compare.html", java_script_enabled=False).page
    expect(page.locator("noscript p")).to_be_visible()
    expect(page.locator("noscript p")).to_contain_text("This page needs a script.")
    expect(visit("compare.html").page.locator("noscript p")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_is_white_and_has_no_navigation(visit, scheme):
    page = visit(ENZYMES, color_scheme=scheme).page
    for place in ("header nav", "form.filters", ".skip"):
        expect(page.locator(place)).to_be_visible()
    page.emulate_media(media="print", color_scheme=scheme)
    for place in ("header nav", "form.filters", ".skip"):
        expect(page.locator(place)).to_be_hidden()
    expect(page.locator("main table").first).to_be_visible()
    found = colours(page)
    assert found["backgroundColor"]["body"] == "rgb(255, 255, 255)"
    assert luminance(found["color"]["body"]) < 0.01
    assert page.locator("div.scroll").first.evaluate("(box) => box.scrollWidth <= box.clientWidth")


# --- hostile names ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", ["dataset", "model", "paper"])
def test_hostile_names_are_texts(visit, site, kind, name):
    text = HOSTILE[name]
    shown = text if len(text) <= LONGEST else "M" * (LONGEST - 1)
    found = visit(site.about(kind, text))
    heading = found.page.locator("h1 bdi")
    expect(heading).to_be_visible()
    title = heading.evaluate("(heading) => heading.textContent")
    assert title.startswith(shown)
    assert len(title) <= max(len(shown), 300)
    rows = found.page.locator("main table tbody tr")
    assert all(shown in row for row in rows.evaluate_all("(rows) => rows.map((row) => row.textContent)"))
    assert rows.count() > 0
    assert found.said == []
    assert innocent(found.page)


def innocent(page):
    """Whether nothing is on a page that no page of ours has."""
    strange = page.locator(
        "img, iframe, main b:not([aria-current]), [onerror], [href^='javascript' i], script:not([src^='../assets/'], "
        "[src^='assets/'], [src^='data/'], [src^='search/'], [type='application/json'])"
    )
    return strange.count() == 0


@pytest.mark.parametrize("place", ["index.html", "papers/index.html", "protocols.html", "compare.html"])
def test_hostile_names_are_texts_where_all_are_listed(visit, place):
    found = visit(place)
    text = found.page.evaluate("document.body.textContent")
    assert all(name[:100] in text for name in HOSTILE.values())
    assert found.said == []
    assert innocent(found.page)


def test_hostile_names_are_texts_where_they_are_compared(visit):
    found = visit("compare.html?a=img-src-x-onerror-alert-1&b=script-script-alert-1-script")
    expect(found.page.locator("#said")).not_to_be_empty()
    assert found.page.locator("option:checked").all_text_contents() == [HOSTILE["image"], HOSTILE["script"]]
    assert innocent(found.page)
    assert found.said == []


def test_what_was_found_is_text(visit):
    found = search(visit, "<")
    expect(found.page.locator("#found li").first).to_be_visible()
    texts = found.page.locator("#found bdi").all_text_contents()
    assert {HOSTILE["image"], HOSTILE["script"]} <= set(texts)
    assert innocent(found.page)
    assert found.said == []


def test_a_direction_of_writing_stays_inside_its_name(visit):
    page = search(visit, HOSTILE["direction"]).page
    item = page.locator("#found li").first
    expect(item).to_be_visible()
    ends = item.evaluate(
        """(item) => {
            const range = document.createRange();
            range.selectNode(item.lastChild);
            return [item.querySelector("a").getBoundingClientRect().right, range.getBoundingClientRect().left];
        }"""
    )
    assert all(one <= other + 1 for one, other in pairwise(ends))
    assert HOSTILE["direction"] in item.text_content()


def test_a_name_of_a_megabyte_makes_no_page_of_a_megabyte(site):
    for place in (*(site.about(kind, HOSTILE["long"]) for kind in ("dataset", "model", "paper")), "protocols.html"):
        assert (site.path / place).stat().st_size < LARGEST, place
