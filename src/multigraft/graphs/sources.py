"""The kinds of data that a name or a path can mean, and which options each of them takes."""

import dataclasses
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from multigraft.errors import InputError
from multigraft.graphs import cache, checksums
from multigraft.graphs.corpora import CORPORA
from multigraft.graphs.fsmol import FOLDS, read_fsmol
from multigraft.graphs.moleculenet import MOLECULENET
from multigraft.graphs.named_proteins import ProteinOptions, find_proteins, with_targets
from multigraft.graphs.named_tables import METRICS, TableOptions, find_table, read_table, row_notes
from multigraft.graphs.names import (
    ALIASES,
    EMBEDDED,
    PROTEINS,
    PUBLIC_HOME,
    TABLES,
    TUDATASETS,
    is_row_name,
    local_folders,
    unknown,
)
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.tudataset import find_files, read_tudataset

NAMED_TABLES = {**MOLECULENET, **CORPORA}
TABLE_OPTIONS = tuple(one.name for one in dataclasses.fields(TableOptions))
FOR = {
    "node_label_column": "data in TU layout",
    "hops": f"protein networks by name: {', '.join(PROTEINS)}",
    "largest": f"protein networks by name: {', '.join(PROTEINS)}",
    "targets": "tables of molecules, and protein networks by name",
}


class OtherDataError(InputError):
    """An option that says nothing about the data at hand.

    Attributes:
        option: Its name.
        what: What the data are, as a sentence.
    """

    def __init__(self, option: str, use: str, what: str) -> None:
        super().__init__(f"{option} is for {use}: {what}")
        self.option, self.what = option, what


@dataclass(frozen=True)
class Options:
    """How data is to be read; see `multigraft.graphs.catalog.load`."""

    node_label_column: int = 0
    table: TableOptions = field(default_factory=TableOptions)
    proteins: ProteinOptions = field(default_factory=ProteinOptions)
    home: str = PUBLIC_HOME
    progress: bool = False
    processes: int | None = None

    def only(self, allowed: Collection[str], what: str) -> None:
        """Refuse options that were chosen, but say nothing about ``what``.

        Raises:
            InputError: an option that is not among those ``allowed``.
        """
        column = ["node_label_column"] if self.node_label_column else []
        for option in (*column, *self.table.given(), *self.proteins.given()):
            if option not in allowed:
                raise OtherDataError(option, FOR.get(option, "molecules"), what)


@dataclass(frozen=True)
class Source:
    """Data that can be read.

    Attributes:
        name: Of the catalog, or the path.
        load: Reads it, or takes a packed copy of what was read before.
        checksum: Of what is read; empty for data that is not of the catalog.
        remarks: What is odd about what was read, beside what `multigraft.graphs.findings` finds.
    """

    name: str
    load: Callable[[], PackedGraphs]
    checksum: str = ""
    remarks: Callable[[PackedGraphs], tuple[str, ...]] = lambda graphs: ()


def find(source: str | Path, options: Options) -> Source:
    """What ``source`` means; nothing is read yet but for its checksum, though it may be downloaded.

    Raises:
        InputError: an unknown name, files that are missing, no network, or an option that is for other data.
        MissingExtraError: molecules without RDKit.
    """
    name, path = str(source), Path(source).expanduser()
    written_as_path = isinstance(source, Path) or "/" in name or "\\" in name
    if not written_as_path:
        for names, kind in ((EMBEDDED, _embedded), (TABLES, _table), (PROTEINS, _proteins)):
            if name in names:
                return kind(name, options)
        if name in TUDATASETS or name in local_folders():
            return _tudataset(name, None, options)
    if not path.is_dir() and is_row_name(path):
        return _file(path, options)
    if path.is_dir() and not [*path.rglob("*_A.txt")]:
        _refuse_rows(path)
    if written_as_path or path.is_dir():
        return _tudataset(name, path, options)
    raise unknown(name)


def _refuse_rows(folder: Path) -> None:
    """Complain about a directory, without graphs in TU layout, that stands where a file of molecules should."""
    inside = sorted(one for one in folder.iterdir() if is_row_name(one))
    if inside or is_row_name(folder):
        which = f"name a file in it, {inside[0]} for instance" if inside else "name a file of molecules"
        raise InputError(f"{folder} is a directory, not a file of molecules: {which}")


def _embedded(name: str, options: Options) -> Source:
    from multigraft.graphs.molecules.embedded import embedded_checksum, read_embedded, read_embedded_as

    table = options.table
    options.only(("featurization", "strip_salts", "threshold"), f"{name} is read as it is")
    if table.featurization is None and table.given():
        raise InputError(f"{table.given()[0]} is for {name} with a featurization, hu or ogb: name one")
    checksum = embedded_checksum(name)  # says what to install where RDKit is missing
    read = partial(read_embedded, name)
    if table.featurization is not None:
        read = partial(read_embedded_as, name, table.featurization, table.strip_salts)
    key = (name, _rdkit_version(), table.featurization or "", int(table.strip_salts))
    return Source(name, lambda: cache.packed(read, checksum, *key), checksum)


def _table(name: str, options: Options) -> Source:
    table = NAMED_TABLES[name]
    options.only(TABLE_OPTIONS, f"{name} is a table of molecules")
    path = find_table(table)
    checksum = checksums.of_files([path])
    reader = {"progress": options.progress, "processes": options.processes}
    if name in FOLDS:
        options.only(("featurization", "targets", "strip_salts", "threshold"), f"{name} has columns of its own")
        chosen = options.table
        key = (name, _rdkit_version(), chosen.featurization or "", str(chosen.targets), int(chosen.strip_salts))
        read = partial(
            read_fsmol, path, name, chosen.featurization or "hu", chosen.targets, chosen.strip_salts, **reader
        )
        return Source(name, lambda: cache.packed(read, checksum, *key), checksum)
    read = partial(read_table, table, path, options.table, **reader)
    return Source(name, read, checksum, partial(row_notes, table))


def _proteins(name: str, options: Options) -> Source:
    if options.node_label_column:
        raise InputError(f"node_label_column is for data in TU layout: {name} has no node labels")
    chosen = options.table
    plain = dataclasses.replace(options, table=dataclasses.replace(chosen, featurization=None))
    (plain if chosen.featurization == "protein" else options).only(
        ("hops", "largest", "targets"), f"{name} holds proteins"
    )
    found = find_proteins(name, options.proteins)

    def load() -> PackedGraphs:
        graphs = cache.packed(found.read, found.checksum, *found.key)
        return graphs if chosen.targets is None else with_targets(graphs, chosen.targets)

    return Source(name, load, found.checksum)


def _file(path: Path, options: Options) -> Source:
    from multigraft.graphs.molecules.load import load_table

    options.only(TABLE_OPTIONS, f"{path} is a file of molecules")
    chosen = {name: value for name, value in dataclasses.asdict(options.table).items() if name != "threshold"}
    chosen["featurization"] = chosen["featurization"] or "hu"

    def load() -> PackedGraphs:
        graphs = load_table(path, **chosen, progress=options.progress, processes=options.processes)
        origin = dataclasses.replace(graphs.origin, metric=METRICS[graphs.origin.target_kind])
        return dataclasses.replace(graphs, origin=origin)

    return Source(str(path), load)


def _tudataset(name: str, folder: Path | None, options: Options) -> Source:
    """The data in ``folder``; without one, that of the catalog."""
    options.only(("node_label_column",), f"{name} is data in TU layout")
    place = folder or _folder_of(ALIASES.get(name, name), options.home)
    files, column = find_files(place), options.node_label_column
    checksum = files.checksum()
    read = partial(read_tudataset, place, node_label_column=column)
    key = ("tudataset", files.prefix, column)
    return Source(name, lambda: cache.packed(read, checksum, *key), "" if folder else checksum)


def _folder_of(name: str, home: str) -> Path:
    folders = local_folders()
    if name in folders:
        return folders[name]
    from multigraft.graphs.download import download

    return download(name, home=home)


def _rdkit_version() -> str:
    """Which molecules parse depends on it."""
    from multigraft.graphs.molecules.smiles import require_rdkit

    require_rdkit("reading molecules")
    from rdkit import __version__

    return __version__
