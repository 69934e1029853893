"""The names of the ways to balance losses, for those who must not wait for torch."""

AGGREGATOR_NAMES = (
    "pcgrad", "upgrad", "mgda", "nash-mtl", "cagrad", "imtl-g", "aligned-mtl", "dualproj", "config", "fairgrad",
)  # fmt: skip
BALANCING_NAMES = ("equal", "fixed", "uncertainty", "gradnorm", *AGGREGATOR_NAMES)
