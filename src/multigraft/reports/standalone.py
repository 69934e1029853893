"""A chart as an SVG file of its own: light or dark as the reader's screen is, and light in programs without CSS."""

import re
from functools import cache
from importlib.resources import files
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from multigraft.reports.palette import CSS_COLOURS, FONT_SIZE

INK = "currentColor"
FONTS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif'
_ROOTS = re.compile(r"^(@media [^{]+\{\s*)?\s*:root \{(.*?)\}", flags=re.MULTILINE | re.DOTALL)
_COLOUR = re.compile(r"(fill|stroke):(var\(--\w+\)|currentColor)")


def standalone(chart: str) -> str:
    """The element that `multigraft.reports.svg.draw` makes as a document, on a ground of its own.

    Its colours follow the reader's light or dark mode by CSS variables; every element also has the light colour as an
    attribute, for programs that know no variables.
    """
    root = ElementTree.fromstring(chart)
    for element in root.iter():
        for paint, colour in _COLOUR.findall(element.get("style", "")):
            element.set(paint, light_colours()[colour])
    plain = {"xmlns": "http://www.w3.org/2000/svg", "fill": light_colours()[INK], "font-size": str(FONT_SIZE)}
    root.attrib.update(plain, **{"font-family": "sans-serif"})
    sheet = Element("style")
    sheet.text = stylesheet()
    ground = Element("rect", {"width": "100%", "height": "100%", "style": "fill:var(--paper)", "fill": "#ffffff"})
    told = sum(child.tag in ("title", "desc") for child in root)
    root.insert(told, sheet)
    root.insert(told + 1, ground)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


@cache
def stylesheet() -> str:
    """The report's colours in light mode, dark mode and print, as a sheet for a document that is one chart."""
    css = (files("multigraft.reports") / "templates" / "report.css").read_text(encoding="utf-8")
    rules = [
        f"{media}:root {{{_colours(body)}}}{'}' if media else ''}"
        for media, body in ((media.strip(), body) for media, body in _ROOTS.findall(css))
    ]
    text = f"font-family: {FONTS}; font-size: {FONT_SIZE}px; fill: currentColor; font-variant-numeric: tabular-nums;"
    return "\n".join(
        [*rules, "svg { color: var(--ink); fill: var(--ink); stroke-linejoin: round; }", f"text {{ {text} }}"]
    )


@cache
def light_colours() -> dict[str, str]:
    """The colour that each CSS colour of the charts has in light mode."""
    light = stylesheet().partition("@media")[0]
    values = dict(re.findall(r"(--\w+): (#[0-9a-f]{6})", light))
    named = {colour: values[colour[4:-1]] for colour in CSS_COLOURS.values() if colour != INK}
    return {**named, INK: values["--ink"]}


def _colours(body: str) -> str:
    return " ".join(body.split())
