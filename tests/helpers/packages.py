"""Packages that are made to be missing."""


def without(*packages: str) -> str:
    """The start of a script in which ``packages`` cannot be imported."""
    return f"""
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {packages!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
"""
