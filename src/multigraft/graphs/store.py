"""Packed graphs on disk: one safetensors file, which is mapped into memory and read where it is touched."""

import dataclasses
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from multigraft.errors import InputError
from multigraft.files import replacing
from multigraft.graphs.packed import Origin, PackedGraphs

FORMAT = "multigraft.packed.1"
BONES = ("edge_index", "node_offsets", "edge_offsets")
TABLES = ("nodes", "edges", "graphs", "attached")
BLOCK = 2**20  # bytes that are read at a time


def save(graphs: PackedGraphs, path: str | Path) -> None:
    """Write ``graphs`` with its origin to ``path``, whole or not at all."""
    tensors = _apart(graphs.tensors())
    crcs = {name: zlib.crc32(tensor.numpy().data) for name, tensor in tensors.items()}
    with replacing(Path(path)) as temporary:
        save_file(tensors, temporary, metadata(graphs.origin, crcs))


def metadata(origin: Origin, crcs: Mapping[str, int]) -> dict[str, str]:
    """What a file says of itself beside its tensors, whose checksums (CRC-32) are given by name."""
    about = {"format": FORMAT, "crc32": _crc32(crcs), "origin": dataclasses.asdict(origin)}
    # One entry, because the order of several differs from run to run, and equal graphs should give equal files.
    return {"multigraft": json.dumps(about)}


def load(path: str | Path, verify: bool = False) -> PackedGraphs:
    """The graphs that `save` wrote, on the CPU, memory-mapped: a page is read when a tensor's rows there are touched.

    ``verify`` reads everything once and compares it with the checksum that was stored with it.

    Raises:
        InputError: there is no such file, it is cut short, it holds something else, or ``verify`` finds damage.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path} is not a file of packed graphs: nothing is there")
    try:
        with safe_open(path, framework="pt") as file:
            about = dict(json.loads((file.metadata() or {}).get("multigraft", "{}")))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except (SafetensorError, OSError, TypeError, ValueError) as error:
        raise InputError(f"{path} is cut short or not a safetensors file ({error}): make it again") from error
    if about.get("format") != FORMAT:
        found = about.get("format", "no format name")
        raise InputError(f"{path} does not hold packed graphs of format {FORMAT} (it has {found}): make it again")
    if verify and about.get("crc32") != _crc32(_crcs_in(path)):
        raise InputError(f"{path} is damaged: its content does not match the checksum in it; make it again")
    try:
        return assembled(tensors, _origin(about["origin"]))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} does not hold whole packed graphs ({error}): make it again") from error


def assembled(tensors: Mapping[str, Tensor], origin: Origin) -> PackedGraphs:
    """Packed graphs from their tensors, named as in `PackedGraphs.tensors`.

    Raises:
        KeyError, TypeError, ValueError: they do not fit together, or some are missing.
    """
    tables: dict[str, dict[str, Tensor]] = {table: {} for table in TABLES}
    for name in tensors.keys() - set(BONES):
        table, column = name.split(".", 1)
        tables[table][column] = tensors[name]
    edge_index, node_offsets, edge_offsets = (tensors[name] for name in BONES)
    graphs = PackedGraphs(edge_index, node_offsets, edge_offsets, **tables, origin=origin)
    rows = {"nodes": graphs.num_nodes, "edges": graphs.num_edges, "graphs": len(graphs)}
    for table, count in rows.items():
        for name, column in tables[table].items():
            if len(column) != count:
                raise ValueError(f"{table}.{name} has {len(column)} rows, not {count}")
    if int(graphs.edge_offsets[-1]) != graphs.num_edges or len(graphs.edge_offsets) != len(graphs.node_offsets):
        raise ValueError("the offsets do not fit the edges")
    return graphs


def _origin(stored: dict[str, Any]) -> Origin:
    words: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}
    return Origin(**words)


def _apart(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors on the host, contiguous, and none a view of another's memory, which the format does not allow."""
    apart: dict[str, Tensor] = {}
    seen: set[int] = set()
    for name, tensor in tensors.items():
        own = tensor.detach().cpu().contiguous()
        place = own.untyped_storage().data_ptr()
        apart[name] = own.clone() if place in seen else own
        seen.add(place)
    return apart


def _crcs_in(path: Path) -> dict[str, int]:
    """The checksum of each tensor in a safetensors file, read block by block: a mapped one would stay in memory."""
    crcs = {}
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        for name in header.keys() - {"__metadata__"}:
            start, end = header[name]["data_offsets"]
            file.seek(8 + length + start)
            crcs[name] = 0
            for place in range(start, end, BLOCK):
                crcs[name] = zlib.crc32(file.read(min(BLOCK, end - place)), crcs[name])
    return crcs


def _crc32(crcs: Mapping[str, int]) -> str:
    listed = "".join(f"{name}\0{crc:08x}\n" for name, crc in sorted(crcs.items()))
    return f"{zlib.crc32(listed.encode()):08x}"
