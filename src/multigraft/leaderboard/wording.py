"""How results are said: numbers with as many digits as they deserve, names that fit."""

from collections.abc import Sequence
from datetime import date

from multigraft.leaderboard.metrics import METRICS, Metric
from multigraft.leaderboard.results import Result

LONGEST = 120  # letters of a name


def number(value: float, metric: Metric) -> str:
    """``86.9`` for shares, in percent; three digits for what is in the unit of the data."""
    return f"{value:.1f}" if metric.share or metric.name == "delta_m_percent" else f"{value:.3g}"


def value_text(one: Result) -> str:
    """The number with its spread."""
    metric = METRICS.get(one.metric)
    if metric is None:
        return f"{one.value:g}"
    spread = "" if one.std is None else f" ± {number(one.std, metric)}"
    return f"{number(one.value, metric)}{spread}"


def who(one: Result) -> str:
    """The model, and what it was trained for where that is known."""
    return f"{one.model}, {one.trained}" if one.trained else one.model


def told_apart(results: Sequence[Result]) -> list[str]:
    """Who each of them is, with what read its embeddings where several are called the same."""
    names = [who(one) for one in results]
    return [
        f"{name} ({one.probe})" if one.probe and names.count(name) > 1 else name
        for name, one in zip(names, results, strict=True)
    ]


def counted(count: int, thing: str) -> str:
    """So many things."""
    return f"{count} {thing}{'s' * (count != 1)}"


def cut(text: str, most: int = LONGEST) -> str:
    """The text, or its beginning where it is longer."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def day_of(text: str) -> int | None:
    """A date's number; of a month or a year its first day; None for what is no date."""
    try:
        year, month, day = (*map(int, text.split("-")), 1, 1)[:3]
        return date(year, month, day).toordinal()
    except (ValueError, OverflowError):
        return None
