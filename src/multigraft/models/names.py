"""The names of formats and precisions, and where encoders are, for those who must not wait for torch."""

import difflib
import json
from pathlib import Path

from multigraft.errors import InputError

PRECISIONS = ("float32", "bf16", "auto")  # of an encoder that is only used
IMPORT_FORMATS = ("pretrain-gnns",)
WEIGHTS = "model.safetensors"  # the file of an encoder's
INITIAL = "initial.safetensors"
CARD = "README.md"
RELEASED = ("molecules-small",)  # the encoders that come with the package, see docs/recipes.md
KINDS = {"gin": "gin", "gcn": "edge-gcn", "graphsage": "graphsage", "gat": "gat"}  # the release's names to ours
IMPORTED_ENCODERS = tuple(KINDS)


_RELEASES = Path(__file__).parent / "released"


def encoder_place(directory: str | Path) -> Path:
    """Where an encoder is: the directory, or that of the released one of this name where none was trained into it."""
    here = Path(directory)
    trained = (here / "config.json").is_file() or (here / "training").is_dir()
    return released_place(str(directory)) if str(directory) in RELEASED and not trained else here


def released_place(name: str) -> Path:
    """Where a released encoder is, whatever there is in the working directory."""
    return _RELEASES / name


def excluded_by(name: str) -> frozenset[str]:
    """The data sets whose molecules a released encoder was not trained on, by name."""
    config = json.loads((released_place(name) / "config.json").read_text(encoding="utf-8"))
    return frozenset(told.split()[0] for told in config["data"].get("excluded", ()))


def records_place(directory: str | Path) -> Path:
    """The directory for what is measured of an encoder; of a released one it is in the working directory."""
    return Path(f"{directory}-measured") if encoder_place(directory) != Path(directory) else Path(directory)


def check_directory(directory: Path) -> None:
    """Refuse an encoder's directory that is not there.

    Raises:
        InputError: as said.
    """
    place = encoder_place(directory)
    if place.is_file():
        raise InputError(f"no trained encoder at {directory}: it is a file; the encoder is named before the data")
    if not place.is_dir():
        near = difflib.get_close_matches(str(directory), RELEASED, n=1)
        known = f"did you mean {near[0]!r}?" if near else f"released encoders are {', '.join(RELEASED)}"
        raise InputError(f"no trained encoder at {directory}: there is no such directory; {known}")
