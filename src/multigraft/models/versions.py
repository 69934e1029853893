"""Which versions made a result."""

import platform
from importlib.metadata import PackageNotFoundError, version

from multigraft.version import __version__

LIBRARIES = ("torch", "torch_geometric", "lightning", "scikit-learn", "numpy", "rdkit")


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that shape results, those that are installed."""
    found = {"python": platform.python_version(), "multigraft": __version__}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found
