"""What takes long to compute from molecules, kept in the user's cache; it only ever saves time."""

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from multigraft.errors import InputError
from multigraft.files import replacing
from multigraft.graphs.names import cache_dir

FEW = 1000  # rows that are not worth a file


def remembered(what: str, smiles: Sequence[str], make: Callable[[Sequence[str]], Any]) -> Any:
    """``make(smiles)``, an array with a row for each; or what that was for these SMILES and this RDKit, from a file.

    ``what`` names the computation and has a number, to be counted up when it is changed.
    """
    if len(smiles) < FEW:
        return make(smiles)
    path = _path(what, smiles)
    with contextlib.suppress(OSError, ValueError, EOFError):  # there is none, or it is damaged
        rows = np.load(path, allow_pickle=False)
        if len(rows) == len(smiles):
            return rows
    rows = make(smiles)
    with contextlib.suppress(OSError, InputError), replacing(path) as temporary, temporary.open("wb") as file:
        np.save(file, rows, allow_pickle=False)
    return rows


def _path(what: str, smiles: Sequence[str]) -> Path:
    from rdkit import __version__ as rdkit_version

    digest = hashlib.sha256(f"{what}\n{rdkit_version}\n".encode())
    digest.update("\n".join(smiles).encode())
    return cache_dir() / "computed" / f"{what.replace(' ', '-')}-{digest.hexdigest()[:32]}.npy"
