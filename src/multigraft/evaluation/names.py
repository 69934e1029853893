"""The names of protocols and probes, for those who must not wait for torch."""

PROTOCOL_NAMES = ("strict", "paper")
PROBE_NAMES = ("svm", "logistic", "knn", "forest", "best", "head", "own")
DEFAULT_PROBES = ("svm",)

# Rows that describe a graph without an encoder; each is read by several learners, and stands beside every probe.
DESCRIPTIONS = ("ecfp-count", "ecfp-binary", "descriptors", "ecfp+descriptors", "degrees")
