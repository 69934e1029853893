"""The names of formats and precisions, and where encoders are, for those who must not wait for torch."""

from pathlib import Path

from multigraft.errors import InputError

PRECISIONS = ("float32", "bf16", "auto")  # of an encoder that is only used
IMPORT_FORMATS = ("pretrain-gnns",)
KINDS = {"gin": "gin", "gcn": "edge-gcn", "graphsage": "graphsage", "gat": "gat"}  # the release's names to ours
IMPORTED_ENCODERS = tuple(KINDS)


def check_directory(directory: Path) -> None:
    """Refuse an encoder's directory that is not there.

    Raises:
        InputError: as said.
    """
    if not directory.is_dir():
        raise InputError(f"no trained encoder at {directory}: there is no such directory")
