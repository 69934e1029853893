"""Tables of molecules that are known by name: which file, which of its columns mean what, and how many rows it has."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from multigraft.errors import InputError
from multigraft.graphs.names import DATA_VARIABLE, TABLES, cache_dir, local_folders

if TYPE_CHECKING:
    from multigraft.graphs.molecules.formats import Layout
    from multigraft.graphs.packed import PackedGraphs

METRICS = {"binary": "roc_auc", "real": "rmse", "": ""}  # how targets are scored where nothing else is usual


@dataclass(frozen=True)
class NamedTable:
    """A published table of molecules.

    Attributes:
        name: What users call it.
        files: The file, below the set's folder; the first that is there is read, plain or with ``.gz``.
        smiles: How the column of SMILES is headed; the first of these that is there.
        targets: The columns that were measured; empty where there are none, or ``others`` are meant.
        others: Whether every column but that of SMILES is a target.
        identifier: The column that names molecules, where there is one without repeats.
        kind: ``binary`` or ``real``: what the targets are.
        metric: How results on this set are usually scored.
        rows: Rows of the published file.
        parsed: How many of them RDKit made molecules of when this was written; other versions differ by a few.
        url: Where the file can be downloaded from; empty where it cannot.
        source: For a file without ``url``: where to get it.
    """

    name: str
    files: tuple[str, ...]
    smiles: tuple[str, ...] = ("smiles",)
    targets: tuple[str, ...] = ()
    others: bool = False
    identifier: str | None = None
    kind: str = ""
    metric: str = ""
    rows: int = 0
    parsed: int = 0
    url: str = ""
    source: str = ""


@dataclass(frozen=True)
class TableOptions:
    """How a table of molecules is to be read; None leaves the choice to the set, or to what the file holds.

    Attributes:
        featurization: ``hu`` or ``ogb``.
        smiles_column: The column of SMILES.
        targets: The columns that were measured.
        id_column: The column that names molecules.
        strip_salts: Whether only the largest fragment of a molecule is kept.
        threshold: Real targets become binary: 1 where the value is at least this.
    """

    featurization: str | None = None
    smiles_column: str | None = None
    targets: tuple[str, ...] | None = None
    id_column: str | None = None
    strip_salts: bool = False
    threshold: float | None = None

    def given(self) -> list[str]:
        """The names of the options that were chosen."""
        values = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        return [name for name, value in values.items() if value is not None and value is not False]


def find_table(table: NamedTable) -> Path:
    """The file of ``table`` under ``MULTIGRAFT_DATA`` or in the cache; downloaded where it is not.

    Raises:
        InputError: it is not there and cannot be downloaded, or several files could be meant.
    """
    folder = local_folders().get(table.name)
    if folder is not None and (found := _in_folder(table, folder)):
        return found
    if not table.url:
        raise InputError(_by_hand(table, folder))
    from multigraft.graphs.download import download_file

    target = cache_dir() / TABLES[table.name] / "raw" / table.url.rsplit("/", 1)[-1]
    download_file(table.name, table.url, target, check=lambda path: _check(table, path))
    return target


def _in_folder(table: NamedTable, folder: Path) -> Path | None:
    for pattern in table.files:
        found = sorted({*folder.glob(pattern), *folder.glob(f"{pattern}.gz")})
        if len(found) > 1:
            names = ", ".join(path.name for path in found)
            raise InputError(f"{folder} holds several files that could be {table.name} ({names}): keep one")
        if found:
            return found[0]
    return None


def read_table(
    table: NamedTable, path: Path, options: TableOptions, *, progress: bool = False, processes: int | None = None
) -> "PackedGraphs":
    """The molecules of ``table``, from its file at ``path``.

    Raises:
        InputError: the file is not the published one, or as `multigraft.graphs.molecules.load.load_table`.
        MissingExtraError: RDKit is not installed.
    """
    from multigraft.graphs.molecules.formats import open_layout
    from multigraft.graphs.molecules.load import load_table

    layout = open_layout(path)
    published = target_columns(table, layout)
    targets = published if options.targets is None else options.targets
    identifier = table.identifier if table.identifier in layout.columns else ""
    graphs = load_table(
        path,
        featurization=options.featurization or "hu",
        smiles_column=options.smiles_column or smiles_column(table, layout),
        targets=targets,
        id_column=identifier if options.id_column is None else options.id_column,
        strip_salts=options.strip_salts,
        kind=table.kind or None if targets and set(targets) <= set(published) else None,
        keep_constant=True,
        progress=progress,
        processes=processes,
    )
    origin = graphs.origin
    usual = table.metric if origin.target_kind == table.kind else METRICS[origin.target_kind]
    notes = (*origin.notes, *row_notes(table, graphs))
    return dataclasses.replace(graphs, origin=dataclasses.replace(origin, name=table.name, metric=usual, notes=notes))


def row_notes(table: NamedTable, graphs: "PackedGraphs") -> tuple[str, ...]:
    """What to say of a file that has more or fewer rows than the published one."""
    from multigraft.graphs.texts import count_rejects

    rows = len(graphs) + count_rejects(graphs)
    if table.rows in (0, rows):
        return ()
    return (f"the file has {rows} rows, the published one {table.rows}: results are not comparable",)


def smiles_column(table: NamedTable, layout: "Layout") -> str:
    """Which of the file's columns holds SMILES.

    Raises:
        InputError: none of those that the published file has.
    """
    for name in table.smiles:
        if name in layout.columns:
            return name
    wanted, found = " or ".join(table.smiles), ", ".join(layout.columns[:8])
    raise InputError(f"{layout.path} is not the published file of {table.name}: it has {found}, but no {wanted}")


def target_columns(table: NamedTable, layout: "Layout") -> tuple[str, ...]:
    """The columns that were measured, each once.

    Raises:
        InputError: one of those that the published file has is not there.
    """
    if table.others:
        beside = {smiles_column(table, layout), table.identifier}
        return (
            () if layout.smiles_lists else tuple(name for name in dict.fromkeys(layout.columns) if name not in beside)
        )
    if missing := [name for name in table.targets if name not in layout.columns]:
        wanted = ", ".join(missing[:5])
        raise InputError(f"{layout.path} is not the published file of {table.name}: it has no column {wanted}")
    return table.targets


def _check(table: NamedTable, path: Path) -> None:
    """Raise where a file that was downloaded is something else."""
    from multigraft.graphs.molecules.formats import open_layout

    layout = open_layout(path)
    smiles_column(table, layout)
    target_columns(table, layout)


def _by_hand(table: NamedTable, folder: Path | None) -> str:
    wanted = " or ".join(f"{TABLES[table.name]}/{pattern}" for pattern in table.files)
    place = f"{folder} does not hold {table.name}" if folder else f"{table.name} is not on this machine"
    return (
        f"{place}, and it cannot be downloaded: put {wanted}, or the same with .gz, into the directory that "
        f"{DATA_VARIABLE} names ({table.source})"
    )
