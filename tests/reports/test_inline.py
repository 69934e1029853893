"""What becomes of an SVG document on its way into a page."""

from xml.etree import ElementTree

import pytest

from multigraft.reports.inline import inline

SPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
HEAD = f'<svg {SPACES} viewBox="0 0 30 20" width="30pt">'


def element(body: str, name: str = "chart", title: str = "T", description: str = "D") -> ElementTree.Element:
    return ElementTree.fromstring(inline(f"{HEAD}{body}</svg>", name, title, description))


def test_root_is_labelled_sized_in_css_pixels_and_without_namespace():
    root = element('<path d="M 0 0" style="stroke: #000000"/>', title="<b>", description="a & b")
    assert root.tag == "svg"
    assert (root.get("width"), root.get("height"), root.get("role")) == ("30", "20", "img")
    assert root.get("aria-labelledby", "").split() == ["chart-title", "chart-desc"]
    assert [(child.tag, child.text) for child in root][:2] == [("title", "<b>"), ("desc", "a & b")]


def test_metadata_style_sheets_and_invisible_parts_are_dropped():
    text = inline(
        f"{HEAD}<metadata><x/></metadata><defs><style>*{{fill:red}}</style></defs>"
        '<g id="empty"><path d="M 0 0" style="fill: none"/></g><path d="M 1 1" style="stroke: #123456"/></svg>',
        "chart", "T", "D",
    )  # fmt: skip
    for gone in ("metadata", "style>", "red", "empty", "defs", "http"):
        assert gone not in text
    assert "#123456" in text


def test_only_ids_that_are_referred_to_stay_under_the_name_of_the_chart():
    body = (
        '<g id="axes_1"><defs><path id="m1" d="M 0 0"/><clipPath id="p1"><path d="M 2 2"/></clipPath></defs>'
        '<g clip-path="url(#p1)"><use xlink:href="#m1" x="1.2345" y="2"/></g></g>'
    )
    one, two = element(body, "one"), element(body, "two")
    ids = [found.get("id") for found in one.iter() if found.get("id")]
    assert ids == ["one-title", "one-desc", "one-1", "one-0"]
    use = next(one.iter("use"))
    assert use.get("href") == "#one-1"
    assert use.get("x") == "1.23"
    assert next(found for found in one.iter("g") if found.get("clip-path")).get("clip-path") == "url(#one-0)"
    assert not set(ids) & {found.get("id") for found in two.iter()}


@pytest.mark.parametrize("hashes", [("pa", "pb"), ("pb", "pa")])
def test_ids_are_numbered_as_they_are_met_whatever_they_were(hashes):
    panels = "".join(f'<g clip-path="url(#{old})"><path d="M 1 {place}"/></g>' for place, old in enumerate(hashes))
    clips = "".join(f'<clipPath id="{old}"><path d="M {place} 1"/></clipPath>' for place, old in enumerate(hashes))
    root = element(f"{panels}<defs>{clips}</defs>")
    assert [found.get("clip-path") for found in root.iter("g")] == ["url(#chart-0)", "url(#chart-1)"]
    assert [(found.get("id"), found[0].get("d")) for found in root.iter("clipPath")] == [
        ("chart-0", "M 0 1"), ("chart-1", "M 1 1"),
    ]  # fmt: skip


def test_black_becomes_the_colour_of_the_text_and_palette_colours_variables():
    root = element('<path d="M 0 0" style="stroke: #000000; fill: #0072b2; stroke-width: 2"/>')
    assert root[2].get("style") == "stroke:currentColor;fill:var(--c0);stroke-width:2"


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("font-size: 12px; font-family: 'DejaVu Sans', sans-serif; text-anchor: middle", "text-anchor:middle"),
        ("font: 12px 'DejaVu Sans', 'Arial'; text-anchor: end", "text-anchor:end"),
        ("font: 9px 'DejaVu Sans'", "font-size:9px"),
        ("font-size: 12px; font-family: 'DejaVu Sans'", None),
    ],
)
def test_text_takes_the_page_font(style: str, kept: str | None):
    root = element(f'<text x="1" y="2" style="{style}" transform="rotate(-0 1 2)">hello  there</text>')
    assert root[2].get("style") == kept
    assert root[2].text == "hello  there"
    assert root[2].get("transform") is None


def test_turned_text_stays_turned():
    assert element('<text transform="rotate(-90 1.005 2)">y</text>')[2].get("transform") == "rotate(-90 1 2)"


def test_numbers_are_short_and_never_minus_zero():
    root = element('<path d="M 1.23456 -0.001 \nL 12345.6789 3"/>')
    assert root[2].get("d") == "M 1.23 0 L 12345.7 3"


def test_a_style_that_all_marks_share_is_said_once():
    mark = '<use xlink:href="#m" x="{}" y="0" style="fill: #0072b2"/>'
    root = element(f'<path id="m" d="M 0 0"/><g>{mark.format(1)}{mark.format(2)}</g>')
    group = next(root.iter("g"))
    assert group.get("style") == "fill:var(--c0)"
    assert [use.get("style") for use in group] == [None, None]


def test_different_styles_stay_where_they_are():
    root = element('<g><use style="fill: red"/><use style="fill: blue"/></g><g><path d="M" style="fill: red"/></g>')
    assert [found.get("style") for found in root.iter("use")] == ["fill:red", "fill:blue"]
    assert next(found for found in root.iter("path")).get("style") == "fill:red"
