"""The names of protocols and probes, for those who must not wait for torch."""

PROTOCOL_NAMES = ("strict", "paper")
PROBE_NAMES = ("svm", "logistic", "knn", "head", "own")
DEFAULT_PROBES = ("svm",)
