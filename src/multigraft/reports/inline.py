"""Matplotlib's SVG documents as elements of a page: its fonts, its colours, light or dark, ids of their own."""

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from multigraft.reports.palette import CSS_COLOURS, FONT_SIZE

_NUMBER = re.compile(r"-?\d+\.\d+")
_FONT_SIZE = re.compile(r"[\d.]+px")
_REFERENCE = re.compile(r"#([\w.-]+)")
_REFERRING = ("href", "clip-path")


def inline(document: str, name: str, title: str, description: str) -> str:
    """An SVG document of matplotlib's as an element for a page: no foreign parts, own ids, colours of the page."""
    root = ElementTree.fromstring(document)
    for element in root.iter():
        _localise(element)
    _prune(root)
    _rename_ids(root, name)
    for element in root.iter():
        _restyle(element)
    for group in root.iter("g"):
        _hoist_style(group)
    _, _, width, height = root.get("viewBox", "").split()
    root.attrib = {
        "class": "chart",
        "viewBox": root.get("viewBox", ""),
        "width": width,
        "height": height,
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-desc",
    }
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        spoken = Element(tag, id=f"{name}-{tag}")
        spoken.text = text
        root.insert(place, spoken)
    return ElementTree.tostring(root, encoding="unicode")


def _localise(element: Element) -> None:
    """Names without their namespaces, which HTML implies, and without the white space between elements."""
    element.tag = element.tag.rpartition("}")[2]
    element.attrib = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
    element.tail = None
    if element.tag not in ("text", "tspan"):
        element.text = None


def _prune(parent: Element) -> None:
    """Drop metadata, style sheets (they would apply to the whole page), invisible shapes and empty groups."""
    for child in list(parent):
        _prune(child)
        unseen = child.tag == "path" and child.get("style") == "fill: none"
        if child.tag in ("metadata", "style") or unseen or (child.tag in ("g", "defs") and not len(child)):
            parent.remove(child)


def _rename_ids(root: Element, name: str) -> None:
    """Ids that something refers to are numbered under ``name`` as they are met; the others go.

    Matplotlib hashes coordinates whose last bits vary from drawing to drawing, so the old ids give no order.
    """
    referring = [(element, key) for element in root.iter() for key in _REFERRING if key in element.attrib]
    used = dict.fromkeys(found for element, key in referring for found in _REFERENCE.findall(element.attrib[key]))
    names = {old: f"{name}-{place}" for place, old in enumerate(used)}
    for element in root.iter():
        old = element.attrib.pop("id", "")
        if old in names:
            element.set("id", names[old])
    for element, key in referring:
        element.set(key, _REFERENCE.sub(lambda found: f"#{names[found[1]]}", element.attrib[key]))


def _restyle(element: Element) -> None:
    """Page colours for fixed ones, the page's font, short numbers."""
    rules = dict(rule.split(": ", 1) for rule in element.attrib.pop("style", "").split("; ") if rule)
    rules.pop("font-family", None)
    size = _FONT_SIZE.search(rules.pop("font", ""))  # older Matplotlib's shorthand: size and family in one
    if size:
        rules["font-size"] = size[0]
    if rules.get("font-size") == f"{FONT_SIZE}px":
        rules.pop("font-size")
    rules = {key: CSS_COLOURS.get(value, value) for key, value in rules.items()}
    if rules:
        element.set("style", ";".join(f"{key}:{value}" for key, value in rules.items()))
    if element.get("transform", "").startswith("rotate(-0 "):
        element.attrib.pop("transform")
    for key in element.attrib.keys() & {"d", "x", "y", "width", "height", "transform"}:
        element.set(key, " ".join(_NUMBER.sub(_short, element.attrib[key]).split()))


def _short(number: re.Match[str]) -> str:
    return f"{round(float(number[0]), 2) + 0:g}"  # + 0 turns -0.0 into 0


def _hoist_style(group: Element) -> None:
    """A style that all children share is said once, on the group."""
    styles = {child.get("style") for child in group}
    shared = styles.pop() if len(styles) == 1 else None
    if shared is not None and group.get("style") is None and all(child.tag == "use" for child in group):
        for child in group:
            child.attrib.pop("style")
        group.set("style", shared)
