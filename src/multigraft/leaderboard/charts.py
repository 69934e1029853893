"""Charts as SVG that is written here, so that thousands are drawn in a blink; every text in them is escaped."""

import math
from collections.abc import Sequence
from datetime import date
from html import escape

from multigraft.leaderboard.boards import Board, interval
from multigraft.leaderboard.results import PUBLISHED, SUBMITTED, Result
from multigraft.leaderboard.wording import cut, day_of, number, told_apart, who

WIDTH, LABELS, RIGHT, LINE, TOP, BOTTOM = 680.0, 230.0, 24.0, 22.0, 14.0, 46.0  # CSS pixels
MOST = 16  # rows of a chart
HEIGHT = 260.0
COLOURS = {PUBLISHED: "var(--c1)", SUBMITTED: "var(--c2)"}
OURS = "var(--c0)"


def dots(board: Board, name: str) -> str:
    """A dot with its 95 % interval for each of the best results, and the baselines as lines; empty without results."""
    baselines = _apart(board.baselines)[:4]
    shown = [one for one in board.results if not one.baseline][:MOST] or list(board.results[:MOST])
    span = _span([*shown, *baselines])
    bottom = TOP + LINE * len(shown)
    parts = [_axis(span, bottom)]
    for place, one in enumerate(baselines):
        x = _across(one.value, span)
        parts.append(
            f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{bottom}" class="base"/>'
            f'<text x="{x}" y="{bottom + 30 + 12 * (place % 2)}" text-anchor="middle" class="small">'
            f"{escape(cut(one.model, 18))}</text>"
        )
    for place, (one, label) in enumerate(zip(shown, told_apart(shown), strict=True)):
        parts.append(_dot(one, label, TOP + LINE * (place + 0.5), span))
    told = "; ".join(f"{who(one)} {number(one.value, board.metric)}" for one in [*shown, *baselines])
    return _svg(name, f"The best results: {_title(board)}", told, bottom + BOTTOM, "".join(parts))


def over_time(board: Board, name: str) -> str:
    """Results by their dates, and the best until then as a line; empty unless two dates are known."""
    known = ((day_of(one.date), one) for one in board.results if not one.baseline)
    dated = sorted(((day, one) for day, one in known if day is not None), key=lambda pair: pair[0])
    days = sorted({day for day, _ in dated})
    if len(days) < 2:
        return ""
    baselines = _apart(board.baselines)[:4]
    low, high = _span([*(one for _, one in dated), *baselines])
    left, right, bottom = 56.0, WIDTH - RIGHT, HEIGHT - 36

    def at(day: int, value: float) -> tuple[float, float]:
        x = left + (right - left) * (day - days[0]) / (days[-1] - days[0])
        return round(x, 1), round(bottom - (bottom - TOP) * (value - low) / (high - low), 1)

    parts = [_rules(low, high, left, right, bottom)]
    for one in baselines:
        _, y = at(days[0], one.value)
        parts.append(
            f'<line x1="{left}" y1="{y}" x2="{right}" y2="{y}" class="base"/>'
            f'<text x="{right}" y="{y - 4}" text-anchor="end" class="small">{escape(cut(one.model, 24))}</text>'
        )
    best, path = None, []
    for day in days:
        values = [one.value * board.metric.sign for when, one in dated if when == day]
        best = max(values) if best is None else max(best, *values)
        x, y = at(day, best * board.metric.sign)
        path.append(f"M{x} {y}" if not path else f"H{x}V{y}")
    parts.append(f'<path d="{"".join(path)}" class="record"/>')
    parts += [_mark(*at(day, one.value), one) for day, one in dated[:400]]
    parts += [
        f'<text x="{x}" y="{bottom + 20}" text-anchor="{anchor}" class="small">{date.fromordinal(day)}</text>'
        for day, x, anchor in ((days[0], left, "start"), (days[-1], right, "end"))
    ]
    told = f"{len(dated)} results from {date.fromordinal(days[0])} to {date.fromordinal(days[-1])}"
    return _svg(name, f"Results over time: {_title(board)}", told, HEIGHT, "".join(parts))


def _apart(baselines: Sequence[Result]) -> list[Result]:
    """The best of each name, so that lines can be told apart."""
    return list({one.model: one for one in reversed(baselines)}.values())[::-1]


def _dot(one: Result, label: str, y: float, span: tuple[float, float]) -> str:
    found, x = interval(one), _across(one.value, span)
    reach = ""
    if found is not None:
        low, high = (_across(min(max(end, span[0]), span[1]), span) for end in found)
        reach = f'<line x1="{low}" y1="{y}" x2="{high}" y2="{y}" class="reach" stroke="{_colour(one)}"/>'
        reach += _tip(low, y, 7.0, one) if found[0] < span[0] else ""
        reach += _tip(high, y, -7.0, one) if found[1] > span[1] else ""
    name = f'<text x="{LABELS - 10}" y="{y + 4}" text-anchor="end">{escape(cut(label, 30))}</text>'
    return name + reach + _mark(x, y, one)


def _tip(x: float, y: float, width: float, one: Result) -> str:
    """An interval that goes on beyond the picture ends in an arrow."""
    return f'<path d="M{x} {y}l{width} -5v10z" class="tip" fill="{_colour(one)}"/>'


def _mark(x: float, y: float, one: Result) -> str:
    """Published numbers are hollow diamonds, so that they can be told without colour."""
    if one.source == PUBLISHED:
        return f'<path d="M{x} {y - 6}l6 6l-6 6l-6 -6z" class="hollow" stroke="{_colour(one)}"/>'
    return f'<circle cx="{x}" cy="{y}" r="4.5" fill="{_colour(one)}"/>'


def _colour(one: Result) -> str:
    return COLOURS.get(one.source, OURS)


def _title(board: Board) -> str:
    asked = board.question
    return f"{asked.task} on {asked.dataset}, {board.metric.title}, protocol {asked.protocol}"


def _span(results: Sequence[Result]) -> tuple[float, float]:
    """From the least to the largest value, with room for intervals: for usual ones all, for wider ones a part."""
    values = [one.value for one in results]
    reaches = sorted(one.value - ends[0] for one in results if (ends := interval(one)) is not None)
    usual = reaches[len(reaches) // 2] if reaches else 0.0
    room = max(1.2 * usual, max(values) - min(values)) or abs(values[0]) * 0.05 or 1.0
    ends = [end for one in results for end in (interval(one) or (one.value, one.value))]
    low, high = max(min(ends), min(values) - room), min(max(ends), max(values) + room)
    return low - 0.06 * (high - low or room), high + 0.06 * (high - low or room)


def _across(value: float, span: tuple[float, float]) -> float:
    return round(LABELS + (WIDTH - RIGHT - LABELS) * (value - span[0]) / (span[1] - span[0]), 1)


def _axis(span: tuple[float, float], bottom: float) -> str:
    return "".join(
        f'<line x1="{(x := _across(tick, span))}" y1="{TOP}" x2="{x}" y2="{bottom}" class="grid"/>'
        f'<text x="{x}" y="{bottom + 16}" text-anchor="middle" class="small">{text}</text>'
        for tick, text in ticks(*span).items()
    )


def _rules(low: float, high: float, left: float, right: float, bottom: float) -> str:
    found = []
    for tick, text in ticks(low, high).items():
        y = round(bottom - (bottom - TOP) * (tick - low) / (high - low), 1)
        found.append(
            f'<line x1="{left}" y1="{y}" x2="{right}" y2="{y}" class="grid"/>'
            f'<text x="{left - 8}" y="{y + 4}" text-anchor="end" class="small">{text}</text>'
        )
    return "".join(found)


def ticks(low: float, high: float, about: int = 5) -> dict[float, str]:
    """Round numbers between two others, with as many digits as tell them apart."""
    raw = (high - low) / about
    if not (math.isfinite(raw) and raw > 1e-300):
        return {}
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= raw)
    places = [place * step for place in range(math.ceil(low / step), math.floor(high / step) + 1)]
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    plain = decimals < 7 and max(map(abs, places), default=0.0) < 1e9
    return {place: f"{place:.{decimals}f}" if plain else f"{place:.6g}" for place in places}


def _svg(name: str, title: str, told: str, height: float, inner: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH:g} {height:g}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(cut(title, 200))}</title><desc id="{name}-d">{escape(cut(told, 1500))}</desc>'
        f"{inner}</svg>"
    )
