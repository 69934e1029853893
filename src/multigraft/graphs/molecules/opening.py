"""Opening files, packed with gzip or not, and saying what is wrong with their bytes."""

import gzip
import shutil
import tempfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from multigraft.errors import InputError


@contextmanager
def text_of(path: Path) -> Generator[IO[str]]:
    """The content as text, line ends as they are; what is wrong with it is said as `faults` does."""
    opened: Any = gzip.open if path.name.lower().endswith(".gz") else open
    with faults(path), opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield file


@contextmanager
def bytes_of(path: Path) -> Generator[IO[bytes]]:
    """The content; unpacked to a temporary file where need be, because Parquet is not read from start to end."""
    with faults(path):
        if not path.name.lower().endswith(".gz"):
            with path.open("rb") as file:
                yield file
            return
        with gzip.open(path) as packed, tempfile.TemporaryFile() as file:
            shutil.copyfileobj(packed, file)
            file.seek(0)
            yield file


@contextmanager
def faults(path: Path, *also: type[Exception]) -> Generator[None]:
    """What can be wrong with a file's bytes, said with its name."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 ({error.reason}): save it as UTF-8") from error
    except (OSError, EOFError, zlib.error, *also) as error:
        raise InputError(f"{path} cannot be read ({error}): it may be cut short or not what its ending says") from error
