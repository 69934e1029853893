"""Curves of growth as JSON and as a page with a table, both of which are committed."""

import math
from collections.abc import Sequence
from pathlib import Path

from multigraft.bench.growth import Grown
from multigraft.bench.record import check_place, markdown, number
from multigraft.files import plain, write_json, write_text

PAGE = """# How time and memory grow

`multigraft bench --growth --out {data}` wrote this page, `{data}` and `{picture}` in {seconds:.0f} s, on {machine}.

![time and memory against the size of what is done, with fitted power laws]({picture})

{table}

Each number is the median of {rounds}, in which the sizes take turns on one thread. The exponent is the slope of a
straight line through the logarithms of all points, by least squares, with its standard error: 1 means that twice as
much takes twice as long, 0 that it does not matter. The last column is the slope between the two largest sizes alone,
where costs that do not grow count least: a line through all points is bent where these weigh. Spread is the largest
range of the rounds of one size, in parts of their median: it says how quiet the machine was.

{curves}
"""


def columns(found: Sequence[Grown]) -> dict[str, list[str]]:
    """The table for people, column by column."""
    return {
        "curve": [one.name for one in found],
        "against": [one.x for one in found],
        "from": [_point(one, 0) for one in found],
        "to": [_point(one, -1) for one in found],
        "exponent": [_exponent(one) for one in found],
        "at the end": [_rounded(one.last) for one in found],
        "spread": [f"{one.spread:.0%}" for one in found],
    }


def write(out: Path, found: Sequence[Grown], machine: str, seconds: float, picture: str) -> list[Path]:
    """Write the curves as JSON, and beside it a page and the picture of the same name; returns all three.

    Raises:
        InputError: ``out`` does not end in .json, or cannot be written.
    """
    page, drawing = check_place(out).with_suffix(".md"), out.with_suffix(".svg")
    curves = [plain(one.row()) for one in found]
    write_json(out, {"machine": machine, "seconds": round(seconds, 1), "curves": curves})
    write_text(drawing, picture)
    rounds = sorted({one.rounds for one in found})
    text = PAGE.format(
        data=out.name,
        picture=drawing.name,
        seconds=seconds,
        machine=machine,
        table=markdown(columns(found)),
        rounds=f"{rounds[0]} rounds" if len(rounds) == 1 else f"{rounds[0]} to {rounds[-1]} rounds",
        curves="\n".join(f"- `{one.name}`: {one.what}" for one in found),
    )
    write_text(page, text)
    return [out, page, drawing]


def _point(one: Grown, place: int) -> str:
    size, value = one.points[place]
    return f"{size}: {number(value)} {one.unit}"


def _exponent(one: Grown) -> str:
    if math.isnan(one.exponent):
        return "-"
    return _rounded(one.exponent) if math.isnan(one.error) else f"{one.exponent:.2f} ± {one.error:.2f}"


def _rounded(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"
