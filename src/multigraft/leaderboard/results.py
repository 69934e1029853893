"""A result: one number, what it measures, how it was measured, and where it comes from."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any, NamedTuple

from multigraft.errors import InputError

PUBLISHED, MEASURED, SUBMITTED = "published", "measured", "submitted"
SOURCES = (PUBLISHED, MEASURED, SUBMITTED)
PAIR_FEATURES = ("concat", "hadamard", "absdiff")
USUAL_PAIRS = {"strict": "hadamard", "paper": "concat"}  # what is read of a pair, by protocol
DIVIDED = {"stratified": "random", "random": "random"}  # kinds of splits that ask the same question
LONGEST_LINK = 500  # characters of an address
UNSTATED = "unstated"  # of a published number whose page does not say how it was measured


class Question(NamedTuple):
    """What is asked: results of one question can be compared."""

    task: str
    dataset: str
    protocol: str
    split: str
    metric: str
    features: str


@dataclass(frozen=True)
class Result:
    """One number of the leaderboard. Shares are in percent, errors in the units of the data.

    Attributes:
        task: What was asked: a short name as the ledger has it, or any other.
        dataset: The data set; ``protocol``: how it was measured; ``split``: how its graphs were divided.
        metric: A name of `multigraft.leaderboard.metrics.METRICS`.
        model: Who answered.
        value: The mean over ``seeds``, ``std`` their standard deviation, None where it is not known.
        source: ``published``, ``measured`` (here, from the ledger) or ``submitted``.
        seeds: Which seeds or splits; none where that is not known.
        values: By seed, where they are known.
        trained: The tasks the model was trained for, separated by commas; empty for a baseline or from scratch.
        probe: What read the embeddings, and ``features`` which; empty where that does not apply.
        baseline: Whether it is what training has to be better than.
        headline: Whether it is the metric that the task is judged by.
        paper: Title, address and table of the paper that has it; ``code``: an address; ``date``: ISO, of the result.
        study: The study that measured it, and ``command`` what measures it again.
        runs: Names of its files in the ledger.
        options: What the model was trained with.
        printed: Of a published number: task, dataset, metric and value as they are printed.
        test_share: Test graphs for each training graph, for intervals of paired differences; 0 where unknown.
    """

    task: str
    dataset: str
    protocol: str
    split: str
    metric: str
    model: str
    value: float
    source: str
    std: float | None = None
    seeds: tuple[int, ...] = ()
    values: Mapping[int, float] = field(default_factory=dict)
    trained: str = ""
    probe: str = ""
    features: str = ""
    baseline: bool = False
    headline: bool = True
    paper: str = ""
    paper_url: str = ""
    table: str = ""
    code: str = ""
    date: str = ""
    study: str = ""
    command: str = ""
    runs: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    printed: Mapping[str, str] = field(default_factory=dict)
    test_share: float = 0.0

    @property
    def question(self) -> Question:
        """What results have to share to stand in one table; features of pairs that are not the usual ask another."""
        unusual = self.features in PAIR_FEATURES and self.features != USUAL_PAIRS.get(self.protocol)
        pairs = self.features if unusual else ""
        return Question(self.task, self.dataset, self.protocol, DIVIDED.get(self.split, self.split), self.metric, pairs)

    @cached_property
    def key(self) -> str:
        """Sixteen hexadecimal digits that name what it claims to be, whatever its value."""
        claimed = [
            *self.question,
            self.split,
            self.features,
            self.model,
            self.source,
            self.trained,
            self.probe,
            self.paper,
            self.table,
            self.study,
        ]
        text = json.dumps([*claimed, list(self.seeds), self.printed.get("task", "")])
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; what is as usual is left out."""
        stored = asdict(self) | {"seeds": list(self.seeds), "runs": list(self.runs)}
        stored["values"] = {str(seed): value for seed, value in self.values.items()}
        return {name: value for name, value in stored.items() if name in _NEEDED or value != _USUAL[name]}

    @classmethod
    def from_json(cls, stored: Any) -> "Result":
        """What `to_json` wrote.

        Raises:
            InputError: something is missing, or is not known.
        """
        try:
            read = dict(stored)
            if odd := sorted(map(str, read.keys() - _USUAL.keys())):
                raise TypeError(f"unknown field {odd[0][:80]!r}")
            if any(isinstance(read.get(name), str) for name in ("seeds", "runs")):
                raise TypeError("seeds and runs are lists")
            read["seeds"], read["runs"] = tuple(read.get("seeds", ())), tuple(read.get("runs", ()))
            read["values"] = {int(seed): float(value) for seed, value in read.get("values", {}).items()}
            for name in ("value", "std", "test_share"):
                if type(read.get(name)) is int:
                    read[name] = float(read[name])
            found = cls(**read)
            found._check()
        except (TypeError, ValueError, AttributeError, OverflowError) as error:
            raise InputError(f"not a stored result: {error}") from error
        return found

    def _check(self) -> None:
        """Raise a `TypeError` or `ValueError` where a file has what no result has."""
        for one in fields(self):
            value, kind = getattr(self, one.name), _KINDS.get(one.name, str)
            if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
                raise TypeError(f"{one.name} cannot be {str(value)[:80]!r}")
        inner = {"seeds": int, "runs": str}
        for name, kind in inner.items():
            if not all(isinstance(part, kind) and not isinstance(part, bool) for part in getattr(self, name)):
                raise TypeError(f"{name} holds what cannot be in it")
        if not all(isinstance(part, str) for part in self.printed.values()):
            raise TypeError("printed holds what is no text")
        if not all(isinstance(self.options.get(name, ""), str) for name in ("strategy", "tasks")):
            raise TypeError("strategy and tasks among the options are texts")
        if not all(map(math.isfinite, (self.value, self.std or 0.0, self.test_share, *self.values.values()))):
            raise ValueError("values are finite numbers")
        json.dumps(self.options, allow_nan=False)
        if self.source not in SOURCES:
            raise ValueError(f"source is one of {', '.join(SOURCES)}")
        if any(link and not link.startswith(("https://", "http://")) for link in (self.paper_url, self.code)):
            raise ValueError("addresses begin with https:// or http://")
        if any(len(link) > LONGEST_LINK for link in (self.paper_url, self.code)):
            raise ValueError(f"addresses have at most {LONGEST_LINK} characters")


_NEEDED = ("task", "dataset", "protocol", "split", "metric", "model", "value", "source")
_USUAL: dict[str, Any] = {
    one.name: {"seeds": [], "runs": [], "values": {}, "options": {}, "printed": {}}.get(one.name, one.default)
    for one in fields(Result)
}
_KINDS: dict[str, Any] = {  # of what is no text
    "value": int | float, "std": int | float | None, "test_share": int | float, "baseline": bool, "headline": bool,
    "seeds": tuple, "runs": tuple, "values": dict, "options": dict, "printed": dict,
}  # fmt: skip
