"""What was said of a data set before, kept in the user's cache, so that saying it again needs neither data nor torch.

It is found again by the content of all files that the data may be read from, by how it is read, by this library's own
source and RDKit's version, and by the checksum recorded on first use. Where any of these is another, data is read anew.
"""

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.files import write_json
from multigraft.graphs.molecules.embedded_files import embedded_files
from multigraft.graphs.names import ALIASES, EMBEDDED, PROTEINS, TABLES, cache_dir, data_root

AT_MOST = 64 * 2**20  # bytes: larger data takes long to read anyway, and would take long to be known by its content
PACKAGE = Path(__file__).parents[1]


def remembered(source: str, reading: Mapping[str, Any]) -> dict[str, Any] | None:
    """What `remember` was told of this data, read in this way; None where it was not, or the data is another now."""
    path = _place(source, reading)
    if path is None:
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # there is none, or it is damaged
        return None
    return found if isinstance(found, dict) else None


def remember(source: str, reading: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    """Keep what is said of the data, as JSON; where it cannot be kept it is found out anew each time."""
    path = _place(source, reading)
    with contextlib.suppress(InputError):
        if path is not None:
            write_json(path, said)


def _place(source: str, reading: Mapping[str, Any]) -> Path | None:
    """The file for this data, read in this way; None for data that cannot be known by its content."""
    try:
        digest = hashlib.sha256(json.dumps([source, reading, _recorded(source), _rdkit()]).encode())
        files = sorted(set(_files(source)))
        if not files or sum(file.stat().st_size for file in files) > AT_MOST:
            return None
        for file in (*files, *sorted(PACKAGE.rglob("*.py"))):
            digest.update(f"{file}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    except (InputError, OSError, ValueError):
        return None
    return cache_dir() / "described" / f"{digest.hexdigest()[:32]}.json"


def _files(source: str) -> Iterator[Path]:
    """Everything that the data may be read from: more than is needed does no harm."""
    if source in EMBEDDED:
        yield from embedded_files(source)
    for root in filter(None, (data_root(), cache_dir())):
        tables = {**TABLES, **PROTEINS}
        yield from _below(root / tables[source] if source in tables else root / "tudataset" / _folder(source))
    yield from _below(Path(source).expanduser().absolute())


def _folder(source: str) -> str:
    """The name of a folder of the collection; of a path the last part, which is looked for there as well."""
    return ALIASES.get(source, Path(source).name)


def _below(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    elif place.is_dir():
        yield from (path for path in place.rglob("*") if path.is_file())


def _recorded(source: str) -> Any:
    """What `multigraft.graphs.cache.recorded_checksum` would say, and None where it would record one now."""
    path = cache_dir() / "checksums.json"
    return dict(json.loads(path.read_text())).get(source) if path.exists() else None


def _rdkit() -> str:
    """Which molecules parse depends on its version."""
    try:
        return metadata.version("rdkit")
    except metadata.PackageNotFoundError:
        return ""
