"""probe: JSON as scripts rely on it, a table for people, the result kept beside the encoder."""

import dataclasses
import json
import shutil

import pytest

from multigraft.cli.data_options import DataOptions
from multigraft.cli.inputs import opened_as_trained
from multigraft.cli.probe import MOST_TARGETS, drawn
from multigraft.evaluation import forests
from multigraft.evaluation.table import Difference, ProbeRow, ProbeTable
from tests.helpers.cli import answer, complaint, multigraft, tu_file, write_folder
from tests.helpers.finetuning import pretrained
from tests.helpers.graphs import random_graphs
from tests.helpers.orchard import orchard
from tests.helpers.tables import write_csv

ENCODERS = ["trained", "untrained", "attributes", "majority"]
HEADLINE = {"strict": "hadamard", "paper": "concat"}


@pytest.fixture(scope="module", params=["strict", "paper"])
def measured(request, folder, encoder, tmp_path_factory):
    """Protocol and JSON of the probe."""
    out = tmp_path_factory.mktemp("probe") / "probe.json"
    return request.param, answer("probe", encoder, folder, "--protocol", request.param, "--out", out)


def test_json(measured):
    protocol, found = measured
    assert (found["verb"], found["dataset"], found["protocol"]) == ("probe", "orchard", protocol)
    for row in found["rows"]:
        assert {"task", "encoder", "metric", "features", "value", "low", "high", "n_test"} <= row.keys()
        assert 0 <= row["low"] <= row["value"] <= row["high"] <= 1
        assert row["n_test"] > 0


def test_every_task_has_every_encoder(measured):
    _, found = measured
    for task in ("gc", "nc", "lp"):
        encoders = [row["encoder"] for row in found["rows"] if row["task"] == task]
        assert list(dict.fromkeys(encoders)) == ENCODERS


def test_features_of_each_task_headline_first(measured):
    protocol, found = measured
    rows = [(row["task"], row["features"]) for row in found["rows"] if row["encoder"] == "trained"]
    assert {features for task, features in rows if task == "gc"} == {"mean"}
    assert {features for task, features in rows if task == "nc"} == {"node"}
    pairs = [features for task, features in rows if task == "lp"]
    assert sorted(pairs) == ["absdiff", "concat", "hadamard"]
    assert pairs[0] == HEADLINE[protocol]


def test_metrics(measured):
    _, found = measured
    metrics = {task: [r["metric"] for r in found["rows"] if r["task"] == task] for task in ("gc", "nc", "lp")}
    assert metrics["gc"][0] == "accuracy"
    assert set(metrics["nc"]) == {"accuracy"}
    assert set(metrics["lp"]) == {"roc_auc"}


def test_the_trained_encoder_is_compared_with_every_other_row(measured):
    _, found = measured
    values = {(row["task"], row["metric"], row["features"], row["encoder"]): row["value"] for row in found["rows"]}
    for paired in found["differences"]:
        question = paired["task"], paired["metric"], paired["features"]
        assert paired["encoder"] == "trained"
        assert paired["value"] == values[*question, "trained"] - values[*question, paired["against"]]
        assert -1 <= paired["low"] <= paired["high"] <= 1
    assert len(found["differences"]) == len(found["rows"]) * 3 / 4


def test_the_result_is_kept_beside_the_encoder(folder, encoder, tmp_path):
    copy = tmp_path / "encoder"
    shutil.copytree(encoder, copy)
    found = answer("probe", copy, folder, "--tasks", "nc", "--seed", 3)
    [path] = (copy / "probes").iterdir()
    assert path.name == "orchard-nc-strict-seed3.json"
    stored = json.loads(path.read_text())
    assert {"verb": "probe", **stored["table"]} == found
    assert stored["options"] == {
        "encoder": str(copy), "data": str(folder), "protocol": "strict", "tasks": ["nc"], "seed": 3,
        "probes": ["svm"], "fuse": [], **DataOptions().resolved(), "device": "auto",
    }  # fmt: skip


def test_other_probes_are_asked_side_by_side_and_kept_apart(folder, encoder, tmp_path):
    copy = tmp_path / "encoder"
    shutil.copytree(encoder, copy)
    found = answer("probe", copy, folder, "--tasks", "nc", "--probes", "knn, own")
    assert [(row["encoder"], row["probe"]) for row in found["rows"]] == [
        ("trained", "knn"), ("trained", "own"), ("untrained", "knn"), ("attributes", "tree"), ("majority", "constant")
    ]  # fmt: skip
    [path] = (copy / "probes").iterdir()
    assert path.name == "orchard-nc-strict-seed0-knn-own.json"
    assert json.loads(path.read_text())["options"]["probes"] == ["knn", "own"]


def test_out_chooses_the_file(folder, encoder, tmp_path):
    out = tmp_path / "results" / "probe.json"
    answer("probe", encoder, folder, "--tasks", "nc", "--out", out)
    assert json.loads(out.read_text())["verb"] == "probe"
    assert list(out.parent.iterdir()) == [out]


def test_the_same_seed_gives_the_same_table(folder, encoder, tmp_path):
    words = ["probe", encoder, folder, "--tasks", "lp", "--out", tmp_path / "probe.json", "--seed"]
    assert answer(*words, 1) == answer(*words, 1) != answer(*words, 2)


def test_people_get_a_table(folder, encoder, tmp_path):
    result = multigraft("probe", encoder, folder, "--tasks", "nc", "--out", tmp_path / "probe.json")
    assert result.exit_code == 0
    header, names, *rows, line, columns, paired, beaten, note, kept = result.stdout.splitlines()
    assert "protocol strict" in header
    assert names.split()[:6] == ["task", "encoder", "probe", "features", "metric", "value"]
    assert [row.split()[1] for row in rows] == ENCODERS
    assert line == "trained minus others (of baselines, that with the best value), paired over the same test graphs"
    assert columns.split() == ["minus", "task", "probe", "features", "metric", "value", "low", "high"]
    assert paired.split()[0] == "untrained"
    assert beaten.split()[0] in ENCODERS[2:]
    value, low, high = map(float, paired.split()[5:])
    assert low <= high
    assert value == pytest.approx(float(rows[0].split()[5]) - float(rows[1].split()[5]), abs=0.0011)
    assert note.startswith("Scores are of ")
    assert kept == f"kept in {tmp_path / 'probe.json'}"


def test_other_data_than_the_encoder_was_trained_on(encoder, tmp_path):
    other = write_folder(tmp_path / "other", random_graphs(40, seed=9, least_nodes=5, density=0.5))
    found = answer("probe", encoder, other, "--tasks", "nc", "--out", tmp_path / "probe.json")
    assert "The encoder was not trained on this data set: " in found["notes"][0]
    shown = multigraft("probe", encoder, other, "--tasks", "nc", "--out", tmp_path / "probe.json").stdout
    assert "The encoder was not trained on this data set: " in " ".join(shown.split())


# --- molecules -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def of_molecules(tmp_path_factory):
    """An encoder of molecules, and a table of others with a yes-or-no column and one of numbers."""
    place = tmp_path_factory.mktemp("molecules")
    rows = [(one, int("N" in one.upper()), len(one)) for one in orchard(90)]
    return pretrained().save(place / "encoder"), write_csv(place / "table.csv", ("smiles", "amine", "size"), rows)


@pytest.fixture
def _few_trees(monkeypatch):
    monkeypatch.setattr(forests, "TREES", 5)
    monkeypatch.setattr(forests, "FEWEST_TREES", 2)


@pytest.mark.usefixtures("_few_trees")
@pytest.mark.parametrize(("target", "task", "linear"), [("amine", "ml", "logistic"), ("size", "gr", "ridge")])
def test_a_table_of_molecules_is_measured_on_its_targets(of_molecules, tmp_path, target, task, linear):
    encoder, table = of_molecules
    copy = tmp_path / "encoder"
    shutil.copytree(encoder, copy)
    found = answer("probe", copy, table, "--targets", target)
    assert (found["split"], {row["task"] for row in found["rows"]}) == ("scaffold", {task})
    read = [(row["encoder"], row["probe"]) for row in found["rows"]]
    assert read[:4] == [("trained", linear), ("untrained", linear), ("ecfp-count", linear), ("ecfp-count", "forest")]
    assert read[-1] == ("constant", "constant")
    [path] = (copy / "probes").iterdir()
    assert path.name == f"table-{target}-strict-seed0.json"
    assert json.loads(path.read_text())["options"]["probes"] == [linear]
    assert {one["against_probe"] for one in found["differences"]} == {linear, "forest", "constant"}


@pytest.mark.usefixtures("_few_trees")
def test_of_its_own_data_an_encoder_is_asked_what_it_was_trained_for(of_molecules, tmp_path):
    out = tmp_path / "encoder"
    words = ("--targets", "amine", "--tasks", "ml", "--epochs", 1, "--dim", 4, "--layers", 1, "--split", "random")
    answer("train", of_molecules[1], *words, "--out", out)
    said = multigraft("probe", out, of_molecules[1])
    assert "note: table: targets as in training, amine; --targets asks for others" in said.stderr
    assert [path.name for path in (out / "probes").iterdir()] == ["table-amine-strict-seed0.json"]
    found = answer("probe", out, of_molecules[1], "--targets", "size", "--seed", 1)
    assert {row["task"] for row in found["rows"]} == {"gr"}


def test_targets_that_a_threshold_made_are_not_asked_for_as_something_else(of_molecules, tmp_path):
    out = tmp_path / "encoder"
    words = ("--targets", "size", "--threshold", 9, "--tasks", "ml", "--epochs", 1, "--dim", 4, "--layers", 1)
    answer("train", of_molecules[1], *words, "--split", "random", "--out", out)
    _, graphs, asked = opened_as_trained(out, str(of_molecules[1]), DataOptions())
    assert (graphs.origin.targets, asked.targets) == (("amine", "size"), None)


@pytest.mark.usefixtures("_few_trees")
def test_people_are_told_which_way_an_error_is_better(of_molecules, tmp_path):
    words = ["probe", *of_molecules, "--targets", "size", "--out", tmp_path / "probe.json"]
    shown = " ".join(multigraft(*words).stdout.split())
    assert "the lower rmse, the better" in shown


def test_probes_that_targets_do_not_have(of_molecules, tmp_path):
    words = ["probe", *of_molecules, "--targets", "amine", "--probes", "svm", "--out", tmp_path / "probe.json"]
    assert "probe 'svm' does not answer questions with binary targets" in complaint(*words)


def test_notes_stand_below_the_table():
    table = ProbeTable("d", "strict", "random", 0, [ProbeRow("gc", "trained", "accuracy", "mean", 0.5, 0.4, 0.6, 9)])
    assert len(drawn(table)) == 2
    assert drawn(dataclasses.replace(table, notes=("a note",)))[-1] == "a note"


def test_people_see_differences_to_the_untrained_encoder_and_to_the_best_baseline():
    rows = [
        ProbeRow("gc", name, "accuracy", "mean", value, 0.4, 0.6, 9, probe)
        for name, value, probe in (
            ("own", 0.6, "svm"),
            ("untrained", 0.5, "svm"),
            ("attributes", 0.4, "tree"),
            ("majority", 0.2, "constant"),
        )
    ]
    against = [Difference("gc", "accuracy", "mean", "own", row.encoder, 0.1, 0.0, 0.2, "svm", row.probe)
               for row in rows[1:]]  # fmt: skip
    shown = drawn(ProbeTable("d", "strict", "random", 0, rows, differences=against))
    assert len(shown) == 4
    assert shown[2].startswith("own minus others")
    assert list(shown[3].columns[0].cells) == ["untrained", "attributes"]


@pytest.mark.parametrize(("count", "listed"), [(1, False), (2, True), (MOST_TARGETS + 1, False)])
def test_means_over_targets_are_taken_apart_where_these_can_be_read(count, listed):
    of = {f"target {at}": 0.5 for at in range(count if count > 1 else 0)}
    shown = drawn(ProbeTable("d", "strict", "random", 0, [
        ProbeRow("ml", "trained", "roc_auc", "mean", 0.5, 0.4, 0.6, 9, "logistic", by_target=of),
    ]))  # fmt: skip
    tables = [one for one in shown if not isinstance(one, str)]
    assert len(tables) == 1 + listed
    if listed:
        assert list(tables[1].columns[0].cells) == list(of)
    told = any("--json has the scores" in one for one in shown if isinstance(one, str))
    assert told == (count > MOST_TARGETS)


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.fixture
def spoilt(encoder, tmp_path):
    copy = tmp_path / "spoilt"
    shutil.copytree(encoder, copy)
    return copy


def test_a_truncated_weights_file(folder, spoilt):
    weights = spoilt / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    assert "model.safetensors" in complaint("probe", spoilt, folder)
    assert not (spoilt / "probes").exists()


@pytest.mark.parametrize("name", ["model.safetensors", "initial.safetensors"])
def test_a_missing_file(folder, spoilt, name):
    (spoilt / name).unlink()
    assert name in complaint("probe", spoilt, folder)


def test_a_missing_configuration(folder, spoilt):
    (spoilt / "config.json").unlink()
    assert str(spoilt) in complaint("probe", spoilt, folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"multigraft_format": 99}', '{"multigraft_format": 1}'])
def test_a_foreign_configuration(folder, spoilt, text):
    (spoilt / "config.json").write_text(text)
    assert "config.json" in complaint("probe", spoilt, folder)


def test_foreign_weights(folder, spoilt):
    (spoilt / "model.safetensors").write_bytes(b"PK\x03\x04 a zip file, as pickled weights are")
    assert "model.safetensors" in complaint("probe", spoilt, folder)


def test_directories_that_are_no_encoders(folder, tmp_path):
    assert "no-such" in complaint("probe", tmp_path / "no-such", folder)
    assert str(folder) in complaint("probe", folder, folder)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--protocol", "lenient"], "'lenient'"),
        (["--tasks", "xx"], "'xx'"),
        (["--seed", "x"], "--seed"),
        (["--probes", "svm,oracle"], "unknown probe 'oracle'"),
        (["--probes", ","], "at least one probe"),
        (["--strategy", "esame"], "--strategy"),
    ],
)
def test_options_that_cannot_be(folder, encoder, tmp_path, words, named):
    out = tmp_path / "probe.json"
    assert named in complaint("probe", encoder, folder, *words, "--out", out)
    assert not out.exists()


def test_data_with_other_columns(encoder, tmp_path):
    other = write_folder(tmp_path / "other", random_graphs(20, least_nodes=4, features=2))
    line = complaint("probe", encoder, other, "--out", tmp_path / "probe.json")
    assert "4 attributes" in line
    assert "has 2" in line


def test_a_task_that_the_data_cannot_serve(folder, encoder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / tu_file(folder, "graph_labels").name).unlink()
    assert "gc" in complaint("probe", encoder, copy, "--tasks", "gc", "--out", tmp_path / "probe.json")
