"""What is remembered between runs: packed copies of data sets, and the checksum each had when it was first used.

The cache only ever saves time: where it cannot be written, data is read from its source and a note says so.
"""

import contextlib
import dataclasses
import hashlib
import json
import tempfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

from multigraft.errors import InputError
from multigraft.files import write_json
from multigraft.graphs import store
from multigraft.graphs.names import cache_dir
from multigraft.graphs.packed import PackedGraphs


def packed(
    make: Callable[[], PackedGraphs], checksum: str, *key: str | int, write: Callable[[Path], None] | None = None
) -> PackedGraphs:
    """``make()``, or the packed copy of what it gave when it was last called for content with this checksum.

    ``key`` names what else the result depends on; the library's version and the code that reads and packs count as
    well. A copy that is damaged is set aside as ``*.damaged`` and made again. ``write`` makes the copy itself, for data
    that may be larger than memory; ``make`` is then only for a cache that cannot be written.
    """
    parts = (library_version(), _code(), checksum, *map(str, key))
    path = cache_dir() / "packed" / f"{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]}.safetensors"
    damaged = False
    if path.exists():
        try:
            return store.load(path, verify=True)
        except InputError:
            damaged = True
    made = None if write else make()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass  # what else goes wrong below is then not the cache's fault
        if damaged:
            path.replace(path.with_suffix(".damaged"))
        if made is None and write:
            write(path)
            return store.load(path)
        made = make() if made is None else made
        store.save(made, path)
    except OSError as error:
        made = make() if made is None else made
        return with_note(made, f"no packed copy was kept: {path.parent} cannot be written ({error})")
    return made


def with_note(graphs: PackedGraphs, note: str) -> PackedGraphs:
    """The same graphs with one more note in their origin."""
    origin = dataclasses.replace(graphs.origin, notes=(*graphs.origin.notes, note))
    return dataclasses.replace(graphs, origin=origin)


def library_version() -> str:
    """The installed version of multigraft; ``0`` where it runs from a source tree that is not installed."""
    try:
        return metadata.version("multigraft")
    except metadata.PackageNotFoundError:
        return "0"


def recorded_checksum(name: str, checksum: str) -> str:
    """The checksum that ``name`` had when it was first used on this machine; recorded now if that is now.

    Raises:
        InputError: the file of checksums cannot be read.
    """
    path = cache_dir() / "checksums.json"
    try:
        known = dict(json.loads(path.read_text())) if path.exists() else {}
    except (ValueError, TypeError) as error:
        raise InputError(f"{path} is not a JSON object ({error}): remove it to record checksums anew") from error
    if name not in known:
        known[name] = checksum
        with contextlib.suppress(OSError, InputError):  # `packed` says it where the cache cannot be written
            write_json(path, known)
    return str(known[name])


def mismatch(name: str, was: str, checksum: str) -> str:
    """What to say about data that is not what it was."""
    return (
        f"{name} has changed since it was first used here: its checksum was {was[:16]}…, it is {checksum[:16]}… now. "
        f"Restore its files, or, if the change is wanted, remove {name} from {cache_dir() / 'checksums.json'}"
    )


def _code() -> str:
    """A digest of this package's source, so that a copy made by other code is not taken."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
