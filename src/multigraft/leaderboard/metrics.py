"""What is known of the metrics on the leaderboard: what they are called elsewhere, which way is better, their range."""

import math
from dataclasses import dataclass

from multigraft.errors import InputError
from multigraft.evaluation.names import ERROR_METRICS


@dataclass(frozen=True)
class Metric:
    """A metric.

    Attributes:
        name: As the ledger has it.
        title: For people.
        low: The least value there can be; ``high``: the largest. Shares are kept in percent.
        better: ``higher`` or ``lower``.
        aliases: What others call it, in lower case.
    """

    name: str
    title: str
    low: float
    high: float
    better: str = "higher"
    aliases: tuple[str, ...] = ()

    @property
    def share(self) -> bool:
        """Whether it is a share of something, which people write from 0 to 1 or in percent."""
        return (self.low, self.high) == (0.0, 100.0)

    @property
    def sign(self) -> int:
        """1 where higher is better, -1 where lower is."""
        return 1 if self.better == "higher" else -1


_SHARES = {
    "accuracy": ("accuracy", ("acc",)),
    "balanced_accuracy": ("balanced accuracy", ("balanced acc",)),
    "roc_auc": ("ROC-AUC", ("auc", "roc auc", "auroc", "rocauc")),
    "average_precision": ("average precision", ("ap", "pr-auc", "prc-auc")),
}
LARGEST_ERROR = 1e12  # in the unit of the data; what is larger is a slip
_TITLES = {"rmse": "RMSE", "mae": "MAE"}
METRICS: dict[str, Metric] = {
    **{name: Metric(name, title, 0.0, 100.0, aliases=aliases) for name, (title, aliases) in _SHARES.items()},
    **{name: Metric(name, _TITLES[name], 0.0, LARGEST_ERROR, "lower") for name in ERROR_METRICS},
    "delta_m_percent": Metric("delta_m_percent", "Delta-m", -100.0, math.inf, aliases=("delta-m",)),
}
_NAMES = {
    alias: metric
    for metric in METRICS.values()
    for alias in (metric.name, metric.title.lower(), metric.name.replace("_", " "), *metric.aliases)
}


def metric_of(name: str) -> Metric:
    """A metric by its name, or by what others call it.

    Raises:
        InputError: no such metric.
    """
    found = _NAMES.get(name.strip().lower())
    if found is None:
        raise InputError(f"unknown metric {shortened(name)!r}: choose from {', '.join(METRICS)}")
    return found


def same_but_rounded(one: float, other: float, metric: Metric) -> bool:
    """Whether two values are the same: shares to a twentieth of a percentage point, others to a thousandth of them."""
    if metric.share:
        return math.isclose(one, other, abs_tol=0.0501)
    return math.isclose(one, other, rel_tol=1e-3)


def shortened(text: str, most: int = 80) -> str:
    """A text that fits into a line."""
    return text if len(text) <= most else f"{text[: most - 3]}..."
