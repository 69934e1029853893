"""From a file or a list of molecules to packed graphs, and everything that is said on the way."""

import gzip
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError, MissingExtraError
from multigraft.graphs import cache
from multigraft.graphs.catalog import load
from multigraft.graphs.molecules.load import load_table, pack_smiles
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.texts import ids_of, lines_of, rejects, smiles_of
from tests.helpers.smiles import BROKEN, EVERYDAY, ODD, written

pytest.importorskip("rdkit")


@pytest.fixture(autouse=True)
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where packed copies go."""
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "packed"


def put(folder: Path, content: str, name: str = "my.set.csv") -> Path:
    raw = content.encode()
    (folder / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return folder / name


def same(first: PackedGraphs, second: PackedGraphs) -> bool:
    ours, theirs = first.tensors(), second.tensors()
    alike = (torch.allclose(ours[name], theirs[name], rtol=0, atol=0, equal_nan=True) for name in theirs)
    return ours.keys() == theirs.keys() and all(alike)


ACCOUNTED = (
    "id,smiles,active,logp,comment\n"
    'm1,CCO,1,0.5,"an alcohol, small"\n'
    "m2,C(C)(C)(C)(C)C,0,1,five bonds\n"
    "m3,c1ccccc1,,2,\n"
    "m4,CCO,0,,twice\n"
    '"m,5",not a molecule,1,3,"quoted ""id"""\n'
    "m6,,1,3,\n"
    "m7,CC(=O)[O-].[Na+],1,-1,salt\n"
)


def test_every_row_is_accounted_for(tmp_path: Path):
    graphs = load_table(put(tmp_path, ACCOUNTED))
    assert smiles_of(graphs) == ["CCO", "c1ccccc1", "CCO", "CC(=O)[O-].[Na+]"]
    assert ids_of(graphs) == ["m1", "m3", "m4", "m7"]
    assert lines_of(graphs).tolist() == [2, 4, 5, 8]
    np.testing.assert_array_equal(graphs.targets, [[1, 0.5], [np.nan, 2], [0, np.nan], [1, -1]])
    assert [(one.line, one.smiles) for one in rejects(graphs)] == [
        (3, "C(C)(C)(C)(C)C"),
        (6, "not a molecule"),
        (7, ""),
    ]
    assert [one.reason.split(" for")[0] for one in rejects(graphs)] == [
        "Explicit valence",
        "no valid SMILES",
        "no atoms",
    ]
    origin = graphs.origin
    assert (origin.name, origin.featurization) == ("my.set", "hu")
    assert (origin.targets, origin.target_kind) == (("active", "logp"), "real")
    assert origin.notes == (
        "targets: every column of numbers, which are active, logp",
        "targets are numbers, as not all are 0 or 1: logp; choose others for the task ml",
        "3 of 7 rows are no molecules that RDKit can read, and are left out; the first is line 3, 'C(C)(C)(C)(C)C': "
        "Explicit valence for atom # 0 C, 5, is greater than permitted",
    )


def test_a_selection_knows_its_rows(tmp_path: Path):
    graphs = load_table(put(tmp_path, ACCOUNTED)).select([3, 1])
    assert ids_of(graphs) == ["m7", "m3"]
    assert lines_of(graphs).tolist() == [8, 4]
    assert graphs.targets[:, 1].tolist() == [-1, 2]


@pytest.mark.parametrize("name", ["a.csv.gz", "a.tsv", "a.parquet", "a.sdf", "a.sdf.gz", "a.smi", "a.txt.gz"])
def test_all_formats_give_the_same_molecules(tmp_path: Path, name: str):
    smiles = ["OCC", "c1ccccc1", "C[C@H](N)C(=O)O", "OC(=O)/C=C/C"]
    found = load_table(written_as(tmp_path, name, smiles))
    if ".sdf" in name:
        from rdkit import Chem

        smiles = [Chem.CanonSmiles(one) for one in smiles]
    wanted = pack_smiles(smiles)
    for table in ("nodes", "edges"):
        for column, values in getattr(wanted, table).items():
            assert torch.equal(getattr(found, table)[column], values)
    assert torch.equal(found.edge_index, wanted.edge_index)
    assert smiles_of(found) == smiles
    assert ids_of(found) == ["m0", "m1", "m2", "m3"]
    if ".smi" not in name and ".txt" not in name:
        assert found.targets.tolist() == [[0], [0.5], [1], [1.5]]


def written_as(folder: Path, name: str, smiles: list[str]) -> Path:
    import pyarrow as pa
    from pyarrow import parquet
    from rdkit import Chem
    from rdkit.Chem.rdDepictor import Compute2DCoords

    rows = [(one, f"m{number}", number / 2) for number, one in enumerate(smiles)]
    if ".sdf" in name:
        blocks = []
        for one, title, value in rows:
            molecule = Chem.MolFromSmiles(one)
            Compute2DCoords(molecule)
            molecule.SetProp("_Name", title)
            blocks.append(f"{Chem.MolToMolBlock(molecule)}> <y>\n{value}\n\n$$$$\n")
        return put(folder, "".join(blocks), name)
    if name.endswith(".parquet"):
        columns = zip(*rows, strict=True)
        parquet.write_table(pa.table(dict(zip(("smiles", "id", "y"), columns, strict=True))), folder / name)
        return folder / name
    if ".smi" in name or ".txt" in name:
        return put(folder, "".join(f"{one} {title}\n" for one, title, _ in rows), name)
    mark = "\t" if ".tsv" in name else ","
    return put(folder, "\n".join(mark.join(map(str, row)) for row in [("smiles", "id", "y"), *rows]), name)


# --- options ---------------------------------------------------------------------------------------------------------


def test_salts_are_kept_unless_stripped(tmp_path: Path):
    path = put(tmp_path, ACCOUNTED)
    kept, stripped = load_table(path), load_table(path, strip_salts=True)
    assert kept.node_counts.tolist() == [3, 6, 3, 5]
    assert stripped.node_counts.tolist() == [3, 6, 3, 4]
    assert smiles_of(stripped)[-1] == "CC(=O)[O-]"
    assert lines_of(stripped).tolist() == lines_of(kept).tolist()


def test_columns_are_chosen(tmp_path: Path):
    path = put(tmp_path, "a,b,y,z,w\nCC,CO,1,x,3\nCN,CF,0,x,3\n")
    graphs = load_table(path, smiles_column="b", targets=("y",), id_column="a")
    assert (smiles_of(graphs), ids_of(graphs)) == (["CO", "CF"], ["CC", "CN"])
    assert (graphs.origin.targets, graphs.origin.target_kind) == (("y",), "binary")
    assert load_table(path, smiles_column="b", targets=["y"], kind="real").origin.target_kind == "real"
    assert "targets" not in load_table(path, smiles_column="b", targets=()).graphs
    assert load_table(path, smiles_column="b", targets=("w",), keep_constant=True).targets.tolist() == [[3], [3]]


def test_ogb_has_structure_apart(tmp_path: Path):
    graphs = load_table(put(tmp_path, ACCOUNTED), featurization="ogb")
    assert graphs.origin.featurization == "ogb"
    assert graphs.nodes["codes"].shape[1] == 4
    assert graphs.nodes["structure_codes"].min() > 0
    hidden = graphs.keep_edges(torch.zeros(graphs.num_edges, dtype=torch.bool))
    assert not hidden.nodes["structure_codes"].any()


# --- the copy --------------------------------------------------------------------------------------------------------


def test_the_second_time_comes_from_the_copy(tmp_path: Path, copies: Path, monkeypatch: pytest.MonkeyPatch):
    path = put(tmp_path, ACCOUNTED)
    first = load_table(path)
    monkeypatch.setattr("multigraft.graphs.molecules.load.survey", None)
    second = load_table(path, processes=3)
    assert same(first, second)
    assert first.origin == second.origin
    assert len(list(copies.iterdir())) == 1


def test_other_options_contents_and_versions_are_other_copies(
    tmp_path: Path, copies: Path, monkeypatch: pytest.MonkeyPatch
):
    path = put(tmp_path, ACCOUNTED)
    calls = [
        {},
        {"featurization": "ogb"},
        {"strip_salts": True},
        {"targets": ("logp",)},
        {"targets": ()},
        {"id_column": ""},
        {"kind": "real"},
        {"smiles_column": "smiles"},
        {"keep_constant": True},
    ]
    for options in calls:
        load_table(path, **options)
    assert len(list(copies.iterdir())) == len(calls)
    monkeypatch.setattr("rdkit.__version__", "1999.01.1")
    load_table(path)
    assert len(list(copies.iterdir())) == len(calls) + 1
    path.write_text(ACCOUNTED.replace("m7", "m8"))
    assert ids_of(load_table(path))[-1] == "m8"


def test_a_damaged_copy_is_made_again(tmp_path: Path, copies: Path):
    path = put(tmp_path, ACCOUNTED)
    first = load_table(path)
    (copy,) = copies.iterdir()
    content = bytearray(copy.read_bytes())
    content[-9] ^= 1
    copy.unlink()  # what is loaded is mapped from it, and stays
    copy.write_bytes(content)
    assert same(load_table(path), first)
    assert copy.with_suffix(".damaged").exists()


def test_a_list_has_another_copy_than_a_table_of_the_same_content(tmp_path: Path, copies: Path):
    for folder in ("processed", "mine"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "smiles.csv").write_text("SMILES\nCCO\nCC z\n")
    listed, table = (load_table(tmp_path / folder / "smiles.csv") for folder in ("processed", "mine"))
    assert (smiles_of(listed), smiles_of(table)) == (["CCO", "CC"], ["CCO"])
    assert rejects(table)[0].reason == "text follows the SMILES: 'z'"


def test_a_cache_that_cannot_be_written_costs_a_note_only(tmp_path: Path, copies: Path):
    wanted = load_table(put(tmp_path, ACCOUNTED))
    for path in copies.iterdir():
        path.unlink()
    copies.rmdir()
    copies.write_text("a file where the directory should be")
    graphs = load_table(tmp_path / "my.set.csv")
    assert same(graphs, wanted)
    assert graphs.origin.notes[-1].startswith("no packed copy was kept")


def test_a_disk_that_fills_up_costs_a_note_only(tmp_path: Path, copies: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("multigraft.graphs.streamed._copy", full)
    graphs = load_table(put(tmp_path, ACCOUNTED))
    assert len(graphs) == 4
    assert "No space left" in graphs.origin.notes[-1]
    assert list(copies.iterdir()) == []


def test_a_file_that_is_wrong_leaves_no_copy(tmp_path: Path, copies: Path):
    with pytest.raises(InputError, match="line 3: 'x' in the target"):
        load_table(put(tmp_path, "smiles,y\nCC,1\nCO,x\n"), targets=("y",))
    assert list(copies.iterdir()) == []


def test_processes_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    smiles = [*EVERYDAY, *ODD, *BROKEN] * 4
    path = put(tmp_path, "smiles,n\n" + "".join(f"{one},{n}\n" for n, one in enumerate(smiles)))
    monkeypatch.setattr("multigraft.graphs.molecules.reading.CHUNK", 10)
    here = load_table(path, processes=1)
    monkeypatch.setattr("multigraft.graphs.molecules.parallel.MANY", 10)
    monkeypatch.setattr(cache, "library_version", lambda: "other")
    assert same(load_table(path, processes=2), here)


def test_progress_counts_every_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked, done = [], []

    @contextmanager
    def counting(*about: object) -> Iterator[Callable[[int], None]]:
        asked.append(about)
        yield done.append

    monkeypatch.setattr("multigraft.graphs.molecules.load.counting", counting)
    load_table(put(tmp_path, ACCOUNTED), progress=True)
    pack_smiles(["C", "C("])
    assert asked == [("reading molecules", 7, "molecules", True), ("reading molecules", 2, "molecules", False)]
    assert sum(done) == 9


# --- what is wrong ---------------------------------------------------------------------------------------------------


def test_no_usable_rows(tmp_path: Path):
    path = put(tmp_path, "smiles,structure\nethane,CC\nethanol,CCO\n")
    message = r"none of its 2 rows is a molecule.*\(line 2, 'ethane': no valid SMILES\); column 'structure' looks like"
    with pytest.raises(InputError, match=message):
        load_table(path)
    with pytest.raises(InputError, match=r"none of its 1 rows is a molecule that RDKit can read \(line 1, 'C\('"):
        load_table(put(tmp_path, "C( one\n", "a.smi"))


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("name,y\nx,1\n", {}, "has no column of the name SMILES"),
        ("smiles,y\nCC,1\n", {"targets": ("x",)}, "has no column 'x'"),
        ("smiles,y\nCC,1\nCO,1\n", {"targets": ("y",)}, "is 1 in every row"),
        ("smiles,y\nCC,a\nCO,1\n", {"targets": ("y",)}, "line 2: 'a' in the target 'y'"),
        ("smiles,id\nCC,a\nCO,a\n", {}, "lines 2 and 3: both have the identifier 'a'"),
        ("", {}, "is empty"),
        ("smiles\nCC\n", {"featurization": "protein"}, "unknown featurization 'protein': choose from hu, ogb"),
    ],
)
def test_bad_files_and_options(tmp_path: Path, content: str, options: dict, message: str):
    with pytest.raises(InputError, match=message):
        load_table(put(tmp_path, content), **options)


def test_directories_missing_files_and_other_endings(tmp_path: Path):
    for path, message in (
        (tmp_path, "is a directory"),
        (tmp_path / "none.csv", "does not exist"),
        (put(tmp_path, "x", "my.pdf"), "has none of the endings"),
    ):
        with pytest.raises(InputError, match=message):
            load_table(path)


def test_without_rdkit_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "rdkit", None)
    with pytest.raises(MissingExtraError, match=r"needs the extra 'molecules'"):
        load_table(put(tmp_path, ACCOUNTED))
    with pytest.raises(MissingExtraError, match=r"needs the extra 'molecules'"):
        pack_smiles(["C"])


# --- lists -----------------------------------------------------------------------------------------------------------


@given(st.lists(written() | st.sampled_from(list(BROKEN)), max_size=8), st.booleans())
def test_lists_keep_their_places(smiles: list[str], strip: bool):
    graphs = pack_smiles(smiles, "hu", strip)
    good = [place for place, one in enumerate(smiles, start=1) if one not in BROKEN]
    assert lines_of(graphs).tolist() == good
    assert sorted([*good, *(one.line for one in rejects(graphs))]) == list(range(1, len(smiles) + 1))
    if not strip:
        assert smiles_of(graphs) == [smiles[place - 1] for place in good]


def test_lists_without_a_molecule_are_no_graphs():
    for smiles in ([], ["C("]):
        graphs = pack_smiles(smiles)
        assert (len(graphs), graphs.num_nodes, graphs.num_edges) == (0, 0, 0)
        assert graphs.nodes["codes"].shape == (0, 2)
        assert len(rejects(graphs)) == len(smiles)


def test_equal_lists_have_one_checksum_and_others_another():
    first, again, other = (pack_smiles(one).origin.checksum for one in (["C", "O"], ["C", "O"], ["CO"]))
    assert first == again != other


@pytest.mark.parametrize(
    ("smiles", "message"), [(["C", None], "number 2 of the SMILES is None"), ("CCO", "'CCO' is one SMILES")]
)
def test_what_is_no_list_of_texts(smiles: object, message: str):
    with pytest.raises(InputError, match=message):
        inspect.unwrap(pack_smiles)(smiles)


# --- through the catalog ---------------------------------------------------------------------------------------------


def test_the_catalog_reads_a_file_that_is_given_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = put(tmp_path, ACCOUNTED)
    monkeypatch.chdir(tmp_path)
    wanted = load_table(path, targets=("active",))
    for source in (path, str(path), path.name):
        assert same(load(source, targets=("active",)), wanted)
    with pytest.raises(InputError, match="does not exist"):
        load(tmp_path / "none.csv")


def test_real_sets_lose_the_rows_that_they_are_known_to_lose(real_data: Path):
    home = real_data / "moleculenet"
    bbbp = load_table(home / "bbbp/raw/BBBP.csv", targets=("p_np",))
    assert (len(bbbp), len(rejects(bbbp)), bbbp.origin.target_kind) == (2039, 11, "binary")
    clintox = load_table(home / "clintox/raw/clintox.csv")
    assert (len(clintox), len(rejects(clintox)), clintox.targets.shape[1]) == (1480, 4, 2)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/status")
def test_a_quarter_of_a_million_molecules_take_little_memory(real_data: Path):
    """In a process of its own, whose peak is then that of packing."""
    import subprocess

    script = (
        "import sys\n"
        "from multigraft.graphs.molecules.load import load_table\n"
        "graphs = load_table(sys.argv[1])\n"
        "(peak,) = (line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "print(len(graphs), graphs.num_nodes, peak)\n"
    )
    path = real_data / "zinc" / "raw" / "zinc250k_smiles.csv.gz"
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    count, nodes, kilobytes = map(int, done.stdout.split())
    assert (count, nodes) == (249455, 5775223)
    assert kilobytes < 2**20
