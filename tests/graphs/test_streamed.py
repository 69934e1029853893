"""Columns that grow on disk, and the file that they become."""

import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs import store, streamed
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.streamed import ColumnFiles
from tests.helpers.graphs import packed_graphs, random_graphs

MEGABYTE = 2**20


def split(graphs: PackedGraphs, parts: int) -> list[dict[str, np.ndarray]]:
    """All tensors in so many pieces of about one size."""
    pieces: list[dict[str, np.ndarray]] = [{} for _ in range(parts)]
    for name, tensor in graphs.tensors().items():
        cuts = np.array_split(tensor.numpy(), parts, axis=1 if name == "edge_index" else 0)
        for piece, rows in zip(pieces, cuts, strict=True):
            piece[name] = rows
    return pieces


def write(pieces: list[dict[str, np.ndarray]], path: Path, origin: Origin) -> None:
    with ColumnFiles(path.parent) as columns:
        for piece in pieces:
            columns.append(piece)
        columns.write(path, origin)


def extended(graphs: PackedGraphs) -> PackedGraphs:
    """With a column of every type that files may hold."""
    return dataclasses.replace(
        graphs,
        nodes={**graphs.nodes, "codes": torch.randint(9, (graphs.num_nodes, 2), dtype=torch.uint8)},
        edges={"ok": torch.rand(graphs.num_edges) < 0.5, "wide": torch.rand(graphs.num_edges, 3).double()},
        graphs={**graphs.graphs, "small": torch.arange(len(graphs)).int()},
        attached={"text": torch.arange(11, dtype=torch.uint8), "none": torch.empty(0, dtype=torch.int64)},
    )


@given(packed_graphs(structure=1), st.integers(1, 5))
def test_the_same_bytes_as_saving_what_is_in_memory(
    tmp_path_factory: pytest.TempPathFactory, graphs: PackedGraphs, parts: int
):
    folder = tmp_path_factory.mktemp("streamed")
    graphs = extended(graphs)
    write(split(graphs, parts), folder / "ours", graphs.origin)
    store.save(graphs, folder / "theirs")
    assert (folder / "ours").read_bytes() == (folder / "theirs").read_bytes()
    store.load(folder / "ours", verify=True)


def test_notes_in_other_scripts_and_quotes(tmp_path: Path):
    graphs = random_graphs(3)
    origin = Origin("näme", "abc", notes=('a "note"', "ノート"))
    write(split(graphs, 2), tmp_path / "ours", origin)
    assert store.load(tmp_path / "ours", verify=True).origin == origin


def test_only_the_file_is_left(tmp_path: Path):
    write(split(random_graphs(3), 2), tmp_path / "ours", Origin())
    assert os.listdir(tmp_path) == ["ours"]


def test_a_failure_leaves_nothing_and_what_was_there_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "ours").write_text("before")

    def fail(*_: object) -> int:
        raise OSError("no space left on device")

    monkeypatch.setattr(streamed, "_copy", fail)
    with pytest.raises(OSError, match="no space"):
        write(split(random_graphs(3), 1), tmp_path / "ours", Origin())
    assert os.listdir(tmp_path) == ["ours"]
    assert (tmp_path / "ours").read_text() == "before"


def test_columns_vanish_with_what_was_packing_them(tmp_path: Path):
    with ColumnFiles(tmp_path) as columns:
        columns.append(split(random_graphs(3), 1)[0])
    assert os.listdir(tmp_path) == []


def test_damage_is_found(tmp_path: Path):
    write(split(random_graphs(9), 3), tmp_path / "ours", Origin())
    content = bytearray((tmp_path / "ours").read_bytes())
    content[-3] ^= 1
    (tmp_path / "ours").write_bytes(content)
    with pytest.raises(InputError, match="is damaged"):
        store.load(tmp_path / "ours", verify=True)


def test_the_heading_is_aligned_and_says_the_checksum(tmp_path: Path):
    write(split(random_graphs(3), 2), tmp_path / "ours", Origin("x"))
    content = (tmp_path / "ours").read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    assert length % 8 == 0
    about = json.loads(header["__metadata__"]["multigraft"])
    assert about["format"] == store.FORMAT
    assert int(about["crc32"], 16) > 0


def test_columns_larger_than_a_block(tmp_path: Path):
    rows = 3 * store.BLOCK // 8 + 5
    columns = {
        "edge_index": np.zeros((2, 0), np.int64),
        "node_offsets": np.array([0, rows]),
        "edge_offsets": np.zeros(2, np.int64),
        "nodes.x": np.random.default_rng(0).random((rows, 2), np.float32),
    }
    write([columns], tmp_path / "ours", Origin())
    graphs = store.load(tmp_path / "ours", verify=True)
    assert np.array_equal(graphs.x.numpy(), columns["nodes.x"])


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc/self/statm")
def test_columns_are_not_held_in_memory(tmp_path: Path):
    nodes = 8 * MEGABYTE
    piece = np.zeros((MEGABYTE, 4), np.float32)  # 16 MiB, eight times over
    before = resident()
    with ColumnFiles(tmp_path) as columns:
        columns.append({"edge_index": np.zeros((2, 0), np.int64), "edge_offsets": np.zeros(2, np.int64)})
        columns.append({"node_offsets": np.array([0, nodes])})
        for _ in range(8):
            columns.append({"nodes.x": piece})
        columns.write(tmp_path / "ours", Origin())
    assert (tmp_path / "ours").stat().st_size > 128 * MEGABYTE
    assert resident() - before < 64 * MEGABYTE
    graphs = store.load(tmp_path / "ours", verify=True)
    assert graphs.num_nodes == nodes
    assert resident() - before < 64 * MEGABYTE


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
