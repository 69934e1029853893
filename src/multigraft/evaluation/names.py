"""The names of protocols, probes and metrics, for those who must not wait for torch."""

PROTOCOL_NAMES = ("strict", "paper")
PROBE_NAMES = (
    "svm", "logistic", "knn", "forest", "best", "kernel", "extra-trees", "boosting", "strong", "head", "own",
)  # fmt: skip
DEFAULT_PROBES = ("svm",)
OF_NUMBERS = {"logistic": "ridge"}  # what probes are called that are others where the answers are numbers
COMBINED = ("best", "strong")  # of learners; descriptions are read by them where embeddings are

# Rows that describe a graph without an encoder; each is read by several learners, and stands beside every probe.
DESCRIPTIONS = ("ecfp-count", "ecfp-binary", "descriptors", "ecfp+descriptors", "degrees")
READERS = ("logistic", "forest")  # those learners, whatever reads embeddings
JOINED = " + "  # between the names of what is fused

BASELINE_PROBES = ("tree", "constant")  # who answers for a baseline

ERROR_METRICS = ("rmse", "mae")  # the lower the better


def sign(metric: str) -> int:
    """1 for a metric that is better the higher it is, -1 for an error."""
    return -1 if metric in ERROR_METRICS else 1
