"""Fetch a data set from its public home: an archive of the TUDataset collection, or one table."""

import gzip
import shutil
import stat
import tempfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path, PurePosixPath

from multigraft.errors import InputError
from multigraft.graphs.names import DATA_VARIABLE, PUBLIC_HOME, cache_dir, holds_tudataset

TIMEOUT = 30.0  # seconds without a byte
LARGEST = 16 * 1024**3  # bytes after unpacking; the largest set of the collection has less than 2 GiB


def download(name: str, *, home: str = PUBLIC_HOME, largest: int = LARGEST, progress: bool = True) -> Path:
    """Fetch ``home/NAME.zip`` into the cache and unpack it; the folder it is in then.

    Everything happens under a temporary name, so that a broken download leaves nothing behind.

    Raises:
        InputError: no network, no such file, an archive that is damaged, unsafe or larger than ``largest`` bytes.
    """
    url = f"{home}/{name}.zip"
    folder = cache_dir() / "tudataset" / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}.", dir=folder.parent) as temporary:
        archive, unpacked = Path(temporary) / "archive.zip", Path(temporary) / "unpacked"
        advice = (
            f"unpack that archive elsewhere and put its text files into {folder / 'raw'}, or into tudataset/{name}/raw"
        )
        _fetch(url, archive, name, largest, progress, advice)
        _unpack(archive, unpacked / "raw", url, largest)
        if not holds_tudataset(unpacked):
            raise InputError(f"{url} holds no *_A.txt: it is not a data set in TU layout")
        _move(unpacked, folder)
    return folder


def download_file(
    name: str,
    url: str,
    target: Path,
    *,
    check: Callable[[Path], object],
    largest: int = LARGEST,
    progress: bool = True,
) -> None:
    """Fetch the one file of the data set ``name`` to ``target``, which appears only when it is whole.

    ``check`` is called with the file under a temporary name, and raises where it is not what it should be.

    Raises:
        InputError: no network, no such file, one that is damaged or larger than ``largest`` bytes, or as ``check``.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as temporary:
        received = Path(temporary) / target.name
        below = target.parent.relative_to(cache_dir())
        _fetch(url, received, name, largest, progress, f"put that file into {target.parent}, or into {below}")
        if target.suffix == ".gz":
            _check_gzip(received, url, largest)
        check(received)
        received.replace(target)


def _check_gzip(path: Path, url: str, largest: int) -> None:
    """Read a packed file to its end, where its checksum is."""
    left = largest
    try:
        with gzip.open(path) as file:
            while chunk := file.read(1 << 20):
                left -= len(chunk)
                if left < 0:
                    raise InputError(f"{url} unpacks to more than is allowed: not kept")
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{url} is not a whole gzip file ({error}): try again later") from error


def _fetch(url: str, target: Path, name: str, largest: int, progress: bool, advice: str) -> None:
    try:
        _receive(url, target, name, largest, progress)
    except (urllib.error.URLError, HTTPException, OSError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        reason = getattr(error, "reason", None) or error
        raise InputError(
            f"{name} could not be downloaded from {url} ({reason}). Without network, {advice} of a directory that "
            f"{DATA_VARIABLE} names"
        ) from error


def _receive(url: str, target: Path, name: str, largest: int, progress: bool) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    text = TextColumn("[progress.description]{task.description}")
    columns = (text, BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), disable=not progress, transient=True)
    with urllib.request.urlopen(url, timeout=TIMEOUT) as source, target.open("wb") as file, bar:
        length = source.headers.get("Content-Length")
        task = bar.add_task(f"Downloading {name}", total=int(length) if length else None)
        received = 0
        while chunk := source.read(1 << 16):
            received += len(chunk)
            if received > largest:
                raise InputError(f"{url} is larger than {largest} bytes: not downloaded")
            file.write(chunk)
            bar.advance(task, len(chunk))
    if length and received != int(length):
        raise OSError(f"the connection ended after {received} of {length} bytes")


def _unpack(archive: Path, target: Path, url: str, largest: int) -> None:
    """Copy the archive's files flat into ``target``; refuse it where a member points anywhere else."""
    target.mkdir(parents=True)
    left = largest
    try:
        with zipfile.ZipFile(archive) as members:
            for member in members.infolist():
                _check_safe(member, url)
            for member in members.infolist():
                if not member.is_dir():
                    left -= _extract(members, member, target, left, url)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, FileExistsError) as error:
        raise InputError(f"{url} is not a whole zip archive of one data set ({error}): try again later") from error


def _check_safe(member: zipfile.ZipInfo, url: str) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    mode = member.external_attr >> 16
    plain = stat.S_IFMT(mode) in (0, stat.S_IFREG, stat.S_IFDIR)
    if path.is_absolute() or ".." in path.parts or ":" in member.filename or not plain:
        raise InputError(f"{url} holds the unsafe member {member.filename!r}: it was not unpacked")


def _extract(members: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, most: int, url: str) -> int:
    """Write one member under its last name; how many bytes that were."""
    copied = 0
    with members.open(member) as source, (target / PurePosixPath(member.filename).name).open("xb") as out:
        while chunk := source.read(1 << 20):
            copied += len(chunk)
            if copied > most:
                raise InputError(f"{url} unpacks to more than is allowed: it was not unpacked")
            out.write(chunk)
    return copied


def _move(unpacked: Path, folder: Path) -> None:
    """Put the folder in place; another process may have been faster, and then its copy stays."""
    try:
        unpacked.replace(folder)
    except OSError:
        if not holds_tudataset(folder):
            shutil.rmtree(folder, ignore_errors=True)
            unpacked.replace(folder)
