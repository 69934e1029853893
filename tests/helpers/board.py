"""Results of a leaderboard: plausible ones, and any that there can be, with hostile texts."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from multigraft.leaderboard.metrics import METRICS
from multigraft.leaderboard.results import SOURCES, Result

HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&amp;&#60;", "'; DROP TABLE results; --",
    'a "quoted" name, with commas', "two\nlines", "a\rreturn", "both\r\nof them", "tab\tand\x1fseparator", "\x00", "🧪",
    "\u202egnp.exe", "\u200f\u2066", "e\u0301 \u00e9 \uff21", "=1+1", "../../etc", "{{ 7 * 7 }}", "\u2028",
    "\ufeff", " ",
)  # fmt: skip
PLAIN = st.text(max_size=20)
TEXTS = st.sampled_from(HOSTILE) | PLAIN
LINKS = st.sampled_from(("", "https://example.org/a?b=<c>", "http://example.org/é"))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
OPTIONS = st.dictionaries(
    TEXTS, st.none() | st.booleans() | st.integers() | NUMBERS | TEXTS | st.lists(TEXTS, max_size=2), max_size=3
)


def a_result(**changes: Any) -> Result:
    """A result as it might be measured."""
    usual = {
        "task": "gc", "dataset": "ENZYMES", "protocol": "strict", "split": "stratified", "metric": "accuracy",
        "model": "esame", "value": 50.0, "source": "measured",
    }  # fmt: skip
    return Result(**usual | changes)


@st.composite
def any_result(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS) -> Result:
    """Any result that there can be; its texts are drawn from ``texts``."""
    seeds = draw(st.lists(st.integers(0, 2**40), unique=True, max_size=3).map(tuple))
    names = ("task", "dataset", "protocol", "split", "model", "trained", "probe", "features", "paper", "table", "date",
             "study", "command")  # fmt: skip
    words = ("task", "dataset", "metric", "value")
    return Result(
        **{name: draw(texts) for name in names},
        metric=draw(st.sampled_from((*METRICS, "a metric of one's own"))),
        source=draw(st.sampled_from(SOURCES)),
        value=draw(NUMBERS),
        std=draw(st.none() | st.floats(0, 1e300)),
        seeds=seeds,
        values={seed: draw(NUMBERS) for seed in seeds if draw(st.booleans())},
        baseline=draw(st.booleans()),
        headline=draw(st.booleans()),
        paper_url=draw(LINKS),
        code=draw(LINKS),
        runs=draw(st.lists(texts, max_size=2).map(tuple)),
        options=draw(OPTIONS),
        printed=draw(st.just({}) | st.fixed_dictionaries(dict.fromkeys(words, texts))),
        test_share=draw(st.floats(0, 1)),
    )


def in_order(results: Iterable[Result]) -> list[Result]:
    """Results in an order that is theirs, so that equal sets are equal lists."""
    return sorted(results, key=lambda one: json.dumps(one.to_json(), sort_keys=True))


def an_entry(**changes: Any) -> dict[str, Any]:
    """A result as somebody might submit it."""
    usual = {
        "model": "graphormer", "task": "gc", "dataset": "ENZYMES", "protocol": "strict", "metric": "accuracy",
        "value": 0.625, "split": "stratified", "seeds": [0, 1, 2],
    }  # fmt: skip
    return usual | changes


def written(path: Path, content: Any) -> Path:
    """A file with this text or these bytes, or with anything else as JSON."""
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path
