"""A result that somebody submits: every field is checked, and what is wrong is said in words."""

import json
import math
import re
import statistics
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from multigraft.errors import InputError
from multigraft.graphs.names import SPLIT_FRACTIONS
from multigraft.leaderboard.known import LONGEST, check_features, check_metric, check_model, in_order, is_headline
from multigraft.leaderboard.metrics import Metric, metric_of, same_but_rounded, shortened
from multigraft.leaderboard.results import LONGEST_LINK, SUBMITTED, UNSTATED, Result

NEEDED = ("model", "task", "dataset", "protocol", "metric", "value", "split", "seeds")
TEXTS = ("trained", "probe", "paper")
LINKS = ("paper_url", "code")
FURTHER = (*TEXTS, *LINKS, "features", "std", "unit", "better", "date", "values")
LARGEST_SEED = 2**63
UNITS = {"share": 100.0, "percent": 1.0}
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


def result_of(entry: Mapping[str, Any]) -> Result:
    """One entry as a result.

    Raises:
        InputError: something is missing, unknown or impossible.
    """
    _check_names(entry)
    metric, split = metric_of(_text(entry, "metric")), _stated(entry, "split")
    task, protocol, features = (
        _text(entry, "task"),
        _stated(entry, "protocol"),
        _text(entry, "features") if _given(entry, "features") else "",
    )
    check_metric(task, metric.name)
    check_features(task, features)
    check_model(model := _text(entry, "model"))
    if (better := str(entry.get("better") or metric.better)) != metric.better:
        raise InputError(f"better is {shortened(better)!r}, but of {metric.title} {metric.better} is better")
    value, std, values = _measured(entry, metric)
    train, _, test = SPLIT_FRACTIONS.get(split, (1.0, 0.0, 0.0))
    named = {name: _text(entry, name) for name in TEXTS if _given(entry, name)}
    if "trained" in named:
        named["trained"] = in_order(named["trained"])
    linked = {name: _link(entry, name) for name in LINKS if _given(entry, name)}
    found = Result(
        task=task, dataset=_text(entry, "dataset"), protocol=protocol, metric=metric.name, split=split,
        model=model, value=value, source=SUBMITTED, std=std, seeds=_seeds(entry["seeds"]),
        values=values, features=features, headline=is_headline(task, protocol, metric.name, features),
        date=_date(entry), test_share=test / train,
    )  # fmt: skip
    return replace(found, **named, **linked)


def _measured(entry: Mapping[str, Any], metric: Metric) -> tuple[float, float | None, dict[int, float]]:
    """The value, its spread and the values by seed, shares in percent."""
    scale = _scale(entry, metric)
    value, values = _number(entry, "value") * scale, _values(entry, scale)
    std = _number(entry, "std") * scale if _given(entry, "std") else None
    _check_range(metric, value, scale, "value")
    for seed, one in values.items():
        _check_range(metric, one, scale, f"value of seed {seed}")
    if std is not None and std < 0:
        raise InputError("std is a standard deviation and cannot be negative")
    if std is not None and metric.share:
        _check_range(metric, std, scale, "std")
    if values and set(values) != set(_seeds(entry["seeds"])):
        raise InputError("values must name the seeds, each once")
    mean = math.fsum(one / len(values) for one in values.values())
    if values and not same_but_rounded(mean, value, metric):
        raise InputError(f"value {value / scale:g} is not the mean of values, which is {mean / scale:.5g}")
    _check_spread(std, values, len(_seeds(entry["seeds"])), metric, scale)
    return value, statistics.stdev(values.values()) if len(values) > 1 else std, values


def _check_spread(std: float | None, values: Mapping[int, float], seeds: int, metric: Metric, scale: float) -> None:
    if std is not None and seeds < 2:
        raise InputError("std is over seeds, and there is one seed: leave it out, or name all seeds")
    if std is not None and len(values) > 1:
        found = statistics.stdev(values.values())
        if not math.isclose(std, found, rel_tol=0.05, abs_tol=0.0501 * metric.share):
            raise InputError(f"std is {std / scale:g}, but that of values is {found / scale:.4g}")


def slips(entry: Mapping[str, Any]) -> list[str]:
    """What is legal in an entry that was taken, and yet looks like a slip."""
    value = _number(entry, "value")
    if entry.get("unit") == "percent" and 0 < abs(value) < 1:
        return [f"value {value:g} with unit percent is {value:g} %; did you mean a share?"]
    return []


def _check_names(entry: Mapping[str, Any]) -> None:
    for name in entry:
        if name not in NEEDED and name not in FURTHER:
            close = get_close_matches(name, [*NEEDED, *FURTHER], 1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join([*NEEDED, *FURTHER])}"
            raise InputError(f"unknown field {shortened(name)!r}{hint}")
    for name in NEEDED:
        if not _given(entry, name):
            raise InputError(f"{name} is missing")


def _given(entry: Mapping[str, Any], name: str) -> bool:
    return entry.get(name) not in (None, "", [], {})


def _text(entry: Mapping[str, Any], name: str, longest: int = LONGEST) -> str:
    found = entry[name]
    if not isinstance(found, str):
        raise InputError(f"{name} must be a text, got {shortened(json.dumps(found))}")
    if len(found) > longest:
        raise InputError(f"{name} has {len(found)} characters, at most {longest} are taken")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in found):
        raise InputError(f"{name} holds control characters: {shortened(repr(found))}")
    if not found.strip():
        raise InputError(f"{name} is missing")
    return found.strip()


def _stated(entry: Mapping[str, Any], name: str) -> str:
    found = _text(entry, name)
    if found.casefold() == UNSTATED:
        ways = {"protocol": "strict, paper", "split": "stratified, scaffold"}
        raise InputError(f"{name} must say how it was measured ({ways[name]}, or a name of your own)")
    return found


def _number(entry: Mapping[str, Any], name: str, called: str = "") -> float:
    found = entry[name]
    try:
        number = math.nan if isinstance(found, bool) else float(found)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{called or name} must be a number, got {shortened(str(found))!r}")
    return number


def _scale(entry: Mapping[str, Any], metric: Metric) -> float:
    unit = str(entry.get("unit") or ("share" if metric.share else "data"))
    if not metric.share:
        if unit != "data" and (unit, metric.name) != ("percent", "delta_m_percent"):
            raise InputError(f"unit {shortened(unit)!r} is none of {metric.title}'s, which is in the unit of the data")
        return 1.0
    if unit not in UNITS:
        raise InputError(f"unit is share or percent, got {shortened(unit)!r}")
    return UNITS[unit]


def _check_range(metric: Metric, value: float, scale: float, name: str) -> None:
    if metric.low <= value <= metric.high:
        return
    told, low, high = (end / scale for end in (value, metric.low, metric.high))
    if metric.share and scale == UNITS["share"] and 1 < told <= 100:
        raise InputError(f"{name} {told:g} looks like percent: write {told / 100:g}, or add unit percent")
    raise InputError(f"{name} {told:g} is out of range: {metric.title} lies between {low:g} and {high:g}")


def _seeds(given: Any) -> tuple[int, ...]:
    parts = re.split(r"[\s,;]+", given.strip()) if isinstance(given, str) else given
    try:
        if isinstance(parts, int) and not isinstance(parts, bool):
            parts = [parts]
        found = () if isinstance(parts, dict) else tuple(int(part) for part in parts)
        whole = all(str(seed) == str(part).strip() for seed, part in zip(found, parts, strict=True))
    except (TypeError, ValueError, OverflowError):
        found, whole = (), False
    if not found or not whole or min(found) < 0 or max(found) >= LARGEST_SEED or len(set(found)) < len(found):
        raise InputError(f"seeds are whole numbers, each once, such as 0,1,2; got {shortened(str(given))!r}")
    return tuple(sorted(found))


def _values(entry: Mapping[str, Any], scale: float) -> dict[int, float]:
    if not _given(entry, "values"):
        return {}
    given = entry["values"]
    if not isinstance(given, dict):
        raise InputError("values must be an object from seeds to numbers")
    read = [(_seeds(seed), _number(given, seed, f"value of seed {seed}") * scale) for seed in given]
    found = {seeds[0]: value for seeds, value in read if len(seeds) == 1}
    if len(found) < len(given):
        raise InputError("values must name the seeds, each once")
    return found


def _date(entry: Mapping[str, Any]) -> str:
    if not _given(entry, "date"):
        return ""
    found = _text(entry, "date")
    try:
        date.fromisoformat(f"{found}-01-01"[:10] if _DATE.fullmatch(found) else "")
    except ValueError as error:
        raise InputError(f"date is like 2026-11-21, got {shortened(found)!r}") from error
    if found > (tomorrow := (date.today() + timedelta(days=1)).isoformat()):
        raise InputError(f"date {found} is yet to come: today is before {tomorrow}")
    return found


def _link(entry: Mapping[str, Any], name: str) -> str:
    found = _text(entry, name, LONGEST_LINK)
    try:
        parts = urlsplit(found)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise InputError(f"{name} must be an address that begins with https:// or http://, got {shortened(found)!r}")
    if odd := re.search(r"[\s\"'<>\\]", found):
        raise InputError(f"{name} holds {odd[0]!r}, which an address writes as %{ord(odd[0]):02X}")
    return found
