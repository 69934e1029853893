"""What encoders were made from beside a study's own data: corpora, what is taken out of them, released weights.

Runs are named by what their data are called. So that a file that was replaced does not pass for the one before, its
checksum is kept beside encoders and in records, and compared.
"""

import json
from collections.abc import Callable
from pathlib import Path

from multigraft.errors import InputError
from multigraft.graphs import checksums
from multigraft.graphs.names import DATA_VARIABLE, data_root
from multigraft.graphs.sources import Options, find
from multigraft.graphs.tudataset import find_files
from multigraft.models.names import INITIAL, RELEASED, WEIGHTS, released_place
from multigraft.studies.grid import Training
from multigraft.studies.study import IMPORTED, UNTRAINED

Sources = dict[str, str]  # checksums by name


def sources_of(training: Training, checksum: Callable[[str], str]) -> Sources:
    """What the training, and those that it starts from, were made from; nothing where that is the study's data alone.

    ``checksum`` gives that of data by their name.

    Raises:
        InputError: files that are missing.
    """
    before = {} if training.start is None else sources_of(training.start, checksum)
    if (name := released_name(training)) is not None:
        return before | {name: checksums.of_files(released_place(name) / file for file in (WEIGHTS, INITIAL))}
    if training.strategy == IMPORTED:
        return before | {training.dataset: _of_file(weights_file(training.dataset))}
    if not training.on_corpus:
        return before
    return before | {name: checksum(name) for name in (training.dataset, *training.removed)}


def checksum_of(source: str | Path) -> str:
    """That of the files behind a name of the catalog, a folder or a file; the data themselves are not read.

    Raises:
        InputError: as `multigraft.graphs.sources.find`, or there are no such files.
    """
    known = find(source, Options()).checksum
    if known:
        return known
    path = Path(source).expanduser()
    return find_files(path).checksum() if path.is_dir() else _of_file(path)


def weights_file(name: str) -> Path:
    """Where weights that others released lie among the raw data, or those of a released encoder.

    Raises:
        InputError: there is no directory of raw data.
    """
    if name in RELEASED:
        return released_place(name) / WEIGHTS
    root = data_root()
    if root is None:
        raise InputError(f"{name} is looked for below checkpoints in {DATA_VARIABLE}, which is not set")
    return root / "checkpoints" / name


def released_name(training: Training) -> str | None:
    """The released encoder that a training is, or whose untrained twin; None where it is neither."""
    named = training.dataset if training.strategy == IMPORTED else json.loads(training.options).get("encoder")
    return named if training.strategy in (IMPORTED, UNTRAINED) and named in RELEASED else None


def _of_file(path: Path) -> str:
    try:
        return checksums.of_files([path])
    except OSError as error:
        raise InputError(f"cannot read {path}: {error}") from error
