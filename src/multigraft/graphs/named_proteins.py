"""Protein networks that are known by name: where their files lie, and how they are read."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from multigraft.errors import InputError
from multigraft.graphs import checksums
from multigraft.graphs.names import DATA_VARIABLE, PROTEINS, local_folders
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.protein_files import find_protein_files, read_protein_files
from multigraft.graphs.proteins import LARGEST
from multigraft.graphs.yeast import find_yeast, read_yeast

TERMS = {"proteins-original": "downstream", "proteins-original-pretrain": "pretrain"}


@dataclass(frozen=True)
class ProteinOptions:
    """How networks of proteins are to be read; None leaves the choice to `multigraft.graphs.proteins`.

    Attributes:
        hops: How far an ego-network reaches.
        largest: How many proteins it may have; 0 for no limit.
    """

    hops: int | None = None
    largest: int | None = None

    def given(self) -> list[str]:
        """The names of the options that were chosen."""
        return [one.name for one in dataclasses.fields(self) if getattr(self, one.name) is not None]


@dataclass(frozen=True)
class NamedProteins:
    """Networks of proteins that can be read: their checksum before that, the reading, and what else it depends on."""

    checksum: str
    read: Callable[[], PackedGraphs]
    key: tuple[str | int, ...]


def find_proteins(name: str, options: ProteinOptions | None = None) -> NamedProteins:
    """The data called ``name``, one of `multigraft.graphs.names.PROTEINS`; nothing is read but for its checksum.

    Raises:
        InputError: the data is not on this machine, or files are missing.
    """
    chosen = options or ProteinOptions()
    folder = local_folders().get(name)
    if folder is None:
        place = f"{PROTEINS[name]}/raw of the directory that {DATA_VARIABLE} names"
        raise InputError(f"{name} is not on this machine, and it cannot be downloaded: put its files into {place}")
    hops = 1 if chosen.hops is None else chosen.hops
    largest = LARGEST if chosen.largest is None else chosen.largest or None
    checksum, read = _yeast(folder) if name == "yeast" else _original(folder, TERMS[name])

    return NamedProteins(checksum, lambda: read(hops=hops, largest=largest), (name, hops, largest or 0))


def with_targets(graphs: PackedGraphs, targets: tuple[str, ...]) -> PackedGraphs:
    """The same graphs with some of their targets, in the order of ``targets``.

    Raises:
        InputError: no targets, one that the data has not, or one twice.
    """
    there = {name: number for number, name in enumerate(graphs.origin.targets)}
    if missing := [name for name in targets if name not in there]:
        some = ", ".join([*there][:3])
        raise InputError(f"{graphs.origin.name} has no target {missing[0]!r}: it has {len(there)}, {some}, ...")
    if not targets or len(set(targets)) < len(targets):
        raise InputError(f"targets {', '.join(targets) or 'none'}: name one or more of {graphs.origin.name}, each once")
    columns = graphs.targets[:, [there[name] for name in targets]]
    return dataclasses.replace(
        graphs,
        graphs={**graphs.graphs, "targets": columns},
        origin=dataclasses.replace(graphs.origin, targets=targets),
    )


def _yeast(folder: Path) -> tuple[str, Callable[..., PackedGraphs]]:
    return checksums.of_files(find_yeast(folder)), lambda **sizes: read_yeast(folder, **sizes)


def _original(folder: Path, terms: str) -> tuple[str, Callable[..., PackedGraphs]]:
    checksum = find_protein_files(folder, terms).checksum()
    return checksum, lambda **sizes: read_protein_files(folder, terms=terms, **sizes)
