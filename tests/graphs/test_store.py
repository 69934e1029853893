"""Packed graphs on disk: the same again, lazily, and refused where they are damaged."""

import dataclasses
import json
import os
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from safetensors.torch import save_file

from multigraft.errors import InputError
from multigraft.graphs import store
from multigraft.graphs.packed import Origin, PackedGraphs
from tests.helpers.graphs import packed_graphs, random_graphs

MEGABYTE = 2**20


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "graphs.safetensors"
    random_graphs(20, structure=1).save(path)
    return path


def assert_same(ours: PackedGraphs, theirs: PackedGraphs) -> None:
    assert ours.origin == theirs.origin
    assert ours.tensors().keys() == theirs.tensors().keys()
    for name, tensor in theirs.tensors().items():
        assert torch.equal(ours.tensors()[name], tensor), name
        assert ours.tensors()[name].dtype == tensor.dtype, name


@given(packed_graphs(structure=1))
def test_what_is_loaded_is_what_was_saved(tmp_path_factory: pytest.TempPathFactory, graphs: PackedGraphs):
    path = tmp_path_factory.mktemp("store") / "graphs.safetensors"
    store.save(graphs, path)
    assert_same(store.load(path), graphs)
    assert_same(store.load(path, verify=True), graphs)


def test_every_column_and_every_word_of_the_origin_come_back(tmp_path: Path):
    graphs = random_graphs(4)
    graphs = dataclasses.replace(
        graphs,
        nodes={**graphs.nodes, "mask.train": torch.rand(graphs.num_nodes) < 0.5},
        edges={"attr": torch.randn(graphs.num_edges, 3, dtype=torch.float64)},
        graphs={**graphs.graphs, "y": torch.randn(4, 2)},
        origin=Origin("näme", "abc", ("C", "N"), ("no", "yes"), True, ('a note, with "quotes"', "another")),
    )
    graphs.save(tmp_path / "all.safetensors")
    assert_same(PackedGraphs.load(tmp_path / "all.safetensors"), graphs)


def test_equal_graphs_give_equal_files_and_a_loaded_set_can_be_saved(tmp_path: Path, stored: Path):
    PackedGraphs.load(stored).save(tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == stored.read_bytes()


def test_columns_that_share_memory_are_stored_apart(tmp_path: Path):
    graphs = random_graphs(4)
    shared = dataclasses.replace(graphs, nodes={**graphs.nodes, "copy": graphs.x, "part": graphs.x[:, :2]})
    shared.save(tmp_path / "shared.safetensors")
    assert_same(PackedGraphs.load(tmp_path / "shared.safetensors"), shared)


def test_a_loaded_set_can_be_written_to_without_changing_the_file(stored: Path):
    before = stored.read_bytes()
    graphs = PackedGraphs.load(stored)
    graphs.x.zero_()
    assert not graphs.x.any()
    assert stored.read_bytes() == before


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/smaps")
def test_loading_reads_no_more_than_is_touched(tmp_path: Path):
    nodes, width = 1_000_000, 16
    path = tmp_path / "large.safetensors"
    offsets = torch.arange(0, nodes + 1, 10)
    empty = torch.zeros(2, 0, dtype=torch.int64)
    PackedGraphs(empty, offsets, torch.zeros_like(offsets), {"x": torch.rand(nodes, width)}).save(path)
    assert path.stat().st_size > 60 * MEGABYTE
    graphs = PackedGraphs.load(path)
    assert resident(path) < MEGABYTE
    batch = graphs.select([7, 50_000, 99_999])
    assert batch.x.shape == (30, width)
    assert resident(path) < 8 * MEGABYTE
    graphs.x.sum()
    assert resident(path) > 60 * MEGABYTE


def resident(path: Path) -> int:
    """Bytes of a mapped file that are in memory."""
    total, here = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        first = line.split(maxsplit=1)[0]
        if not first.endswith(":"):
            here = line.endswith(str(path))
        elif here and first == "Rss:":
            total += int(line.split()[1]) * 1024
    return total


# --- damage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.99])
def test_a_file_that_was_cut_short(stored: Path, share: float):
    content = stored.read_bytes()
    stored.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError, match="cut short or not a safetensors file"):
        store.load(stored)


@pytest.mark.parametrize("content", [b"not a safetensors file at all, but text", b"\0" * 500, b"PK\3\4" * 50])
def test_a_foreign_file(tmp_path: Path, content: bytes):
    (tmp_path / "foreign").write_bytes(content)
    with pytest.raises(InputError, match=str(tmp_path / "foreign")):
        store.load(tmp_path / "foreign")


@pytest.mark.parametrize(
    "metadata",
    [None, {"format": "pt"}, {"multigraft": "[1]"}, {"multigraft": "no json"}, {"multigraft": '{"format": "other"}'}],
)
def test_safetensors_that_hold_something_else(tmp_path: Path, metadata: dict[str, str] | None):
    path = tmp_path / "weights.safetensors"
    save_file({"weight": torch.zeros(3)}, path, metadata)
    with pytest.raises(InputError, match=r"weights\.safetensors"):
        store.load(path)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda tensors, _: tensors.pop("edge_index"), "edge_index"),
        (lambda tensors, _: tensors.update({"nodes.x": torch.zeros(3, 2)}), r"nodes\.x has 3 rows"),
        (lambda tensors, _: tensors.update({"odd": torch.zeros(3)}), "not enough values"),
        (lambda tensors, _: tensors.update({"hedges.x": torch.zeros(3)}), "hedges"),
        (lambda tensors, _: tensors.update({"edge_index": torch.zeros(2, 1).long()}), "offsets do not fit"),
        (lambda _, about: about.pop("origin"), "origin"),
        (lambda _, about: about["origin"].update({"colour": 1}), "colour"),
    ],
)
def test_packed_graphs_with_something_missing_or_odd(tmp_path: Path, spoil, reason: str):
    tensors = random_graphs(5).tensors()
    about = {"format": store.FORMAT, "origin": dataclasses.asdict(Origin())}
    spoil(tensors, about)
    path = tmp_path / "odd.safetensors"
    save_file(tensors, path, {"multigraft": json.dumps(about)})
    with pytest.raises(InputError, match=rf"does not hold whole packed graphs .*{reason}"):
        store.load(path)


def test_damage_inside_is_found_when_asked_for(stored: Path):
    content = bytearray(stored.read_bytes())
    content[-5] ^= 0xFF
    stored.write_bytes(content)
    store.load(stored)
    with pytest.raises(InputError, match="is damaged"):
        store.load(stored, verify=True)


@pytest.mark.parametrize("name", ["edge_index", "node_offsets", "nodes.x", "graphs.label"])
def test_damage_to_any_column_is_found_without_keeping_it_in_memory(stored: Path, name: str):
    content = bytearray(stored.read_bytes())
    length = int.from_bytes(content[:8], "little")
    start, _ = json.loads(content[8 : 8 + length])[name]["data_offsets"]
    content[8 + length + start] ^= 1
    stored.unlink()
    stored.write_bytes(content)
    with pytest.raises(InputError, match="is damaged"):
        store.load(stored, verify=True)
    if sys.platform == "linux":
        assert resident(stored) == 0


def test_no_file_and_a_directory(tmp_path: Path):
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(InputError, match="nothing is there"):
            store.load(path)


def test_a_save_that_fails_leaves_the_old_file(stored: Path, monkeypatch: pytest.MonkeyPatch):
    before = stored.read_bytes()

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(store, "save_file", fail)
    with pytest.raises(OSError, match="no space"):
        store.save(random_graphs(3), stored)
    assert stored.read_bytes() == before
    assert os.listdir(stored.parent) == [stored.name]
