"""data list, show, overlap, check: names and where they come from, what a set holds, whether it is whole."""

import csv
import json

import pytest

from multigraft.graphs.catalog import load
from multigraft.tasks.names import TASK_NAMES
from tests.helpers.cli import answer, complaint, multigraft, tu_file, write_folder
from tests.helpers.graphs import random_graphs


@pytest.fixture
def local(tmp_path, monkeypatch):
    """A directory of raw data with one set, ORCHARD, that ``MULTIGRAFT_DATA`` names; and an empty cache."""
    graphs = random_graphs(30, seed=2, least_nodes=4, density=0.6)
    folder = write_folder(tmp_path / "data" / "tudataset" / "ORCHARD", graphs)
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    return folder


# --- list ------------------------------------------------------------------------------------------------------------


def test_list_says_where_a_set_comes_from(local):
    found = answer("data", "list")
    sources = {row["name"]: row["source"] for row in found["datasets"]}
    assert found["verb"] == "data list"
    assert sources["chembl2321810"] == sources["nci5k"] == "embedded"
    assert sources["ORCHARD"] == "local"
    assert sources["ENZYMES"] == sources["bbbp"] == sources["zinc250k"] == "download"
    assert sources["fsmol"] == sources["zinc2m"] == sources["yeast"] == "by hand"


def test_list_names_the_folders_of_local_sets(local):
    rows = {row["name"]: row["folder"] for row in answer("data", "list")["datasets"]}
    assert rows["ORCHARD"] == str(local)
    assert rows["ENZYMES"] is None


def test_list_for_people(local):
    lines = multigraft("data", "list").stdout.splitlines()
    assert lines[0].split() == ["name", "source", "folder"]
    assert lines[1].split() == ["chembl2321810", "embedded"]
    assert any(line.split()[:2] == ["ORCHARD", "local"] for line in lines)


def test_a_wrong_data_directory_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path / "none"))
    assert "MULTIGRAFT_DATA" in complaint("data", "list")


# --- show ------------------------------------------------------------------------------------------------------------


def test_show_json(local):
    found, graphs = answer("data", "show", "ORCHARD"), load("ORCHARD")
    assert {"verb": "data show", "name": "ORCHARD", "graphs": 30, "node_features": 4}.items() <= found.items()
    assert (found["node_classes"], found["graph_classes"]) == (3, 2)
    assert found["mean_nodes"] == pytest.approx(graphs.num_nodes / 30)
    assert found["mean_edges"] == pytest.approx(graphs.num_edges / 60)
    assert {"gc", "nc", "lp", "ep", "im"} <= set(found["tasks"])
    assert {*found["tasks"], *found["impossible"]} == set(TASK_NAMES)
    assert found["checksum"] == graphs.origin.checksum != ""


def test_show_of_the_embedded_set():
    pytest.importorskip("rdkit")
    found = answer("data", "show", "chembl2321810")
    assert (found["graphs"], found["graph_classes"], found["tasks"][:3]) == (1017, 2, ["gc", "nc", "lp"])
    assert "featurization" not in found


def test_show_of_the_embedded_set_as_molecules():
    pytest.importorskip("rdkit")
    found = answer("data", "show", "chembl2321810", "--featurization", "hu")
    facts = {name: found[name] for name in ("featurization", "targets", "target_kind", "missing", "rejected")}
    assert facts == {"featurization": "hu", "targets": 1, "target_kind": "real", "missing": 0.0, "rejected": 0}
    binary = answer("data", "show", "chembl2321810", "--featurization", "hu", "--threshold", 6.5)
    assert (binary["target_kind"], binary["metric"]) == ("binary", "roc_auc")
    assert {"am", "cp", "gr"} <= set(found["tasks"])
    assert "ml" in binary["tasks"]


@pytest.mark.parametrize(("missing", "task"), [("node_labels", "nc"), ("graph_labels", "gc")])
def test_show_says_which_tasks_are_not_possible(local, missing, task):
    tu_file(local, missing).unlink()
    found, whole = answer("data", "show", local), ["gc", "nc", "lp", "ep", "im", "cl", "mae", "ar"]
    assert found["tasks"] == [name for name in whole if name != task]
    assert set(found["impossible"]) == {*TASK_NAMES} - {*whole} | {task}
    assert "label" in found["impossible"][task]
    shown = multigraft("data", "show", local).stdout
    assert f"no {task}" in shown


def test_show_says_notes_aloud(local):
    tu_file(local, "node_attributes").unlink()
    result = multigraft("data", "show", local, "--json")
    notes = json.loads(result.stdout)["notes"]
    assert any("degree" in note for note in notes)
    assert all(note in result.stderr for note in notes)


def test_show_with_a_column_of_node_labels(local):
    path = tu_file(local, "node_labels")
    path.write_text("".join(f"{line}, {i % 2}\n" for i, line in enumerate(path.read_text().splitlines())))
    assert answer("data", "show", local)["node_classes"] == 3
    assert answer("data", "show", local, "--node-label-column", 1)["node_classes"] == 2
    assert "column" in complaint("data", "show", local, "--node-label-column", 2)
    assert "--node-label-column" in complaint("data", "show", local, "--node-label-column", -1)


# --- molecules -------------------------------------------------------------------------------------------------------


TABLE = """name,structure,active,"soluble, measured"
a,CCO,1,0.5
b,C(C,0,1.5
c,c1ccccc1,,
d,"CC(=O)O",1,2.5
"""


@pytest.fixture
def molecules(local, tmp_path):
    """A table of four molecules, one of them broken."""
    pytest.importorskip("rdkit")
    path = tmp_path / "mine.csv"
    path.write_text(TABLE)
    return path


def test_show_of_a_table(molecules):
    found = answer("data", "show", molecules, "--smiles-column", "structure", "--id-column", "name")
    assert (found["name"], found["graphs"], found["rejected"], found["targets"]) == ("mine", 3, 1, 2)
    assert found["missing"] == pytest.approx(1 / 3)
    assert (found["target_kind"], found["metric"]) == ("real", "rmse")


def test_show_of_a_table_says_what_there_is_alone(molecules):
    (molecules.parent / "bare.smi").write_text("CC\nCO\n")
    shown = multigraft("data", "show", molecules.parent / "bare.smi").stdout
    assert "node features" not in shown
    assert "None" not in shown
    assert "target kind" not in shown
    assert "featurization" in shown


def test_show_of_chosen_targets(molecules):
    chosen = ("--smiles-column", "structure", "--targets", '"soluble, measured"', "--threshold", 1)
    found = answer("data", "show", molecules, *chosen)
    assert (found["targets"], found["target_kind"], found["metric"]) == (1, "binary", "roc_auc")
    assert "33.3% of the targets" in " ".join(multigraft("data", "show", molecules, *chosen).stdout.split())


def test_options_of_a_table_from_a_file(molecules, tmp_path):
    options = tmp_path / "options.toml"
    options.write_text('smiles-column = "structure"\ntargets = ["soluble, measured", "active"]\n')
    assert answer("data", "show", molecules, "--config", options)["targets"] == 2


def test_rejected_rows_are_written(molecules, tmp_path):
    out = tmp_path / "rejects.csv"
    found = answer("data", "show", molecules, "--smiles-column", "structure", "--rejects", out)
    assert found["rejects"] == str(out)
    assert out.read_text().splitlines()[0] == "line,smiles,reason"
    assert out.read_text().splitlines()[1].startswith("3,C(C,")
    shown = multigraft("data", "show", molecules, "--smiles-column", "structure", "--rejects", out).stdout
    assert f"1 row that became no graph: {out}" in shown


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "structure"),
        (("--smiles-column", "structre"), "did you mean 'structure'"),
        (("--smiles-column", "structure", "--featurization", "ecfp"), "choose from hu, ogb"),
        (("--smiles-column", "structure", "--targets", "name"), "is not a number"),
        (("--smiles-column", "structure", "--targets", "actve"), "did you mean 'active'"),
        (("--smiles-column", "structure", "--hops", 2), "hops is for protein networks"),
        (("--smiles-column", "structure", "--node-label-column", 1), "node_label_column is for data in TU layout"),
    ],
)
def test_a_table_that_is_asked_for_what_it_has_not(molecules, words, message):
    assert message in complaint("data", "show", molecules, *words)


def test_options_of_molecules_are_refused_for_other_graphs(local):
    for words in (("--featurization", "hu"), ("--strip-salts",), ("--targets", "a"), ("--threshold", 1)):
        assert f"{words[0][2:].replace('-', '_')} is for" in complaint("data", "show", "ORCHARD", *words)


@pytest.mark.parametrize("word", ["--featurization", "--rejects"])
def test_show_of_a_published_set(real_data, tmp_path, word):
    out = tmp_path / "rejects.csv"
    found = answer("data", "show", "bbbp", word, "ogb" if word == "--featurization" else out)
    facts = {name: found[name] for name in ("graphs", "targets", "missing", "rejected", "metric")}
    assert facts == {"graphs": 2039, "targets": 1, "missing": 0.0, "rejected": 11, "metric": "roc_auc"}
    if word == "--rejects":
        with out.open(newline="") as file:
            rows = list(csv.DictReader(file))
        source = (real_data / "moleculenet" / "bbbp" / "raw" / "BBBP.csv").read_text().splitlines()
        assert len(rows) == 11
        assert all(row["smiles"] in source[int(row["line"]) - 1] and row["reason"] for row in rows)


def test_show_of_an_unknown_name(local):
    assert "ORCHARD" in complaint("data", "show", "ORCHAD")


# --- overlap ---------------------------------------------------------------------------------------------------------

COUNTS = {"graphs": 4, "molecules": 3, "by_smiles": 1, "by_inchikey": 2, "by_parent": 2}


@pytest.fixture
def tables(tmp_path, monkeypatch):
    """A folder with a corpus and an evaluation set of it, whose column of molecules has another name."""
    pytest.importorskip("rdkit")
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "corpus.smi").write_text("CCO\nC[C@H](N)C(=O)O\nc1ccccc1\nC(\n")
    (tmp_path / "set.csv").write_text("molecule,toxic\nOCC,1\nC(O)C,0\nC[C@@H](N)C(=O)O,1\nCCN,0\n")
    return tmp_path


def test_overlap_json(tables):
    corpus, evaluated = tables / "corpus.smi", tables / "set.csv"
    found = answer("data", "overlap", corpus, evaluated, "--smiles-column", "molecule")
    assert found == {
        "verb": "data overlap", "corpus": str(corpus), "graphs": 3, "sets": [{"name": str(evaluated), **COUNTS}],
    }  # fmt: skip


def test_overlap_for_people(tables, monkeypatch):
    monkeypatch.chdir(tables)
    shown = multigraft("data", "overlap", "corpus.smi", "corpus.smi", "set.csv", "--smiles-column", "molecule")
    assert shown.exit_code == 0, shown.stderr
    heads, *rows = [line.split() for line in shown.stdout.splitlines()]
    assert heads == ["name", "graphs", "molecules", "by", "smiles", "by", "inchikey", "by", "parent"]
    assert rows == [["corpus.smi", "3", "3", "3", "3", "3"], ["set.csv", *map(str, COUNTS.values())]]
    assert "1 of 4 rows" in shown.stderr  # of the corpus, which is not a molecule


def test_overlap_of_what_is_left_without_others_is_none(tables):
    corpus, one = tables / "corpus.smi", tables / "one.smi"
    one.write_text("OCC\n")
    left = answer("data", "overlap", corpus, one, corpus, "--exclude", one)
    assert left["graphs"] == 2
    assert [found["by_parent"] for found in left["sets"]] == [0, 2]
    assert "nothing is left" in complaint("data", "overlap", corpus, one, "--exclude", corpus)
    named = ("--smiles-column", "molecule", "--exclude", tables / "set.csv")  # read as the others are
    assert answer("data", "overlap", corpus, tables / "set.csv", *named)["sets"][0]["by_parent"] == 0


def test_overlap_lists_the_molecules(tables):
    out = tables / "held.csv"
    words = (tables / "corpus.smi", tables / "set.csv", "--smiles-column", "molecule", "--out", out)
    assert answer("data", "overlap", *words)["out"] == str(out)
    with out.open(newline="") as file:
        rows = [list(row.values()) for row in csv.DictReader(file)]
    name = str(tables / "set.csv")
    assert rows == [
        [name, "0", "2", "OCC", "True", "True", "True"],
        [name, "1", "3", "C(O)C", "True", "True", "True"],
        [name, "2", "4", "C[C@@H](N)C(=O)O", "False", "True", "True"],
    ]
    assert f"3 of these graphs are in the corpus: {out}" in multigraft("data", "overlap", *words).stdout

    (tables / "others.smi").write_text("CCCCF\n")
    answer("data", "overlap", tables / "corpus.smi", tables / "others.smi", "--out", out)
    assert out.read_text() == "set,graph,line,smiles,by_smiles,by_inchikey,by_parent\n"


def test_overlap_without_salts(tables):
    salts = tables / "salts.smi"
    salts.write_text("CCO.Cl\nCCN.Br\n")
    corpus = tables / "corpus.smi"
    plain, stripped = (answer("data", "overlap", corpus, salts, *more) for more in ([], ["--strip-salts"]))
    assert [found["sets"][0]["by_smiles"] for found in (plain, stripped)] == [0, 1]


@pytest.mark.slow
def test_overlap_of_embedded_sets(tables):
    compounds = tables / "compounds.smi"
    compounds.write_text("C\nCCCCCCCCCCCCCCCCCCCCCCCCCC\n")
    found = answer("data", "overlap", "nci5k", "nci5k", compounds)
    itself, other = found["sets"]
    assert itself["by_smiles"] == itself["by_inchikey"] == itself["molecules"] <= itself["graphs"] == found["graphs"]
    assert other["molecules"] == 2


def test_overlap_of_what_is_no_molecules(local, tables):
    assert "no SMILES" in complaint("data", "overlap", tables / "corpus.smi", "ORCHARD")
    assert "'sets'" in complaint("data", "overlap", tables / "corpus.smi")


# --- check -----------------------------------------------------------------------------------------------------------


def test_check_of_a_whole_set(local):
    found = answer("data", "check", "ORCHARD")
    assert found["verb"] == "data check"
    assert found["checked"] == ["ORCHARD"]
    assert found["broken"] == {}


def test_check_of_all_sets_on_this_machine(local):
    pytest.importorskip("rdkit")
    assert answer("data", "check")["checked"] == ["chembl2321810", "nci5k", "ORCHARD"]


def test_check_says_what_is_unusual(tmp_path):
    folder = write_folder(tmp_path / "sparse", random_graphs(5, density=0.0))
    [*lines] = answer("data", "check", folder)["findings"][str(folder)]
    assert any("without edges" in line for line in lines)
    shown = multigraft("data", "check", folder)
    assert shown.exit_code == 0
    assert "without edges" in " ".join(shown.stdout.split())


def test_check_of_a_set_with_nothing_unusual(tmp_path):
    folder = write_folder(tmp_path / "plain", random_graphs(5, least_nodes=3, density=1.0))
    assert "nothing unusual" in multigraft("data", "check", folder).stdout


def test_check_of_a_broken_set(local, tmp_path):
    whole = write_folder(tmp_path / "plain", random_graphs(5, least_nodes=3, density=1.0))
    path = tu_file(local, "graph_labels")
    path.write_text(path.read_text().splitlines()[0] + "\n")
    result = multigraft("data", "check", whole, local, "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 2
    assert list(found["broken"]) == [str(local)]
    assert list(found["findings"]) == [str(whole)]
    assert result.stderr.startswith(f"error: {local}")
    assert result.stderr.count("\n") == 1


def test_check_finds_a_set_that_has_changed(local):
    answer("data", "check", "ORCHARD")
    path = tu_file(local, "graph_labels")
    path.write_text("".join(f"{1 - int(line)}\n" for line in path.read_text().splitlines()))
    result = multigraft("data", "check", "ORCHARD")
    assert result.exit_code == 2
    assert "ORCHARD" in result.stderr
