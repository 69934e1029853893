"""What a data set is known by: a digest of its content."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from multigraft.graphs.packed import PackedGraphs


def of_files(files: Iterable[Path]) -> str:
    """SHA-256 over the files' names and contents, in the order of their names; 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(files, key=lambda file: file.name):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{path.name}\0{content}\n".encode())
    return digest.hexdigest()


def of_tensors(graphs: PackedGraphs) -> str:
    """SHA-256 over names, types, shapes and values of all tensors; 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for name, tensor in sorted(graphs.tensors().items()):
        digest.update(f"{name}\0{tensor.dtype}\0{tuple(tensor.shape)}\0".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().data)
    return digest.hexdigest()
