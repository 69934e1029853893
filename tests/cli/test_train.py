"""train: what it writes and says; bad input is one line and leaves nothing behind; a stopped run goes on."""

import csv
import inspect
import json
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from multigraft.models.storage import load_encoder
from multigraft.training.fit import train
from tests.helpers.cli import answer, complaint, environment, multigraft, tu_file, write_folder
from tests.helpers.graphs import random_graphs
from tests.helpers.tables import write_csv

QUICK = ("--epochs", 1, "--dim", 8, "--layers", 2, "--validation-draws", 1)


def test_json(folder, tmp_path):
    out = tmp_path / "encoder"
    found = answer("train", folder, "--tasks", "gc,nc,lp", "--strategy", "esame", *QUICK, "--seed", 0, "--out", out)
    assert list(found) == [
        "verb", "out", "recipe", "epochs", "seconds", "validation", "metrics", "graphs_per_second", "peak_memory_mib"
    ]  # fmt: skip
    assert found["graphs_per_second"] > 0
    assert found["peak_memory_mib"] > 10
    assert (found["verb"], found["out"], found["epochs"]) == ("train", str(out), 1)
    assert found["seconds"] > 0
    assert list(found["validation"]) == ["gc", "nc", "lp"]
    assert all(0 <= score <= 1 for score in found["validation"].values())


def test_people_get_a_sentence(folder, tmp_path):
    result = multigraft("train", folder, "--tasks", "nc", *QUICK, "--out", tmp_path / "encoder")
    assert result.exit_code == 0
    told = r".*encoder: gcn for nc by single, 1 epoch in \d+ s; best validation scores on \d+ graphs: "
    assert re.fullmatch(told + r"nc accuracy 0\.\d{3}\n", result.stdout)


def test_a_directory_that_loads(encoder):
    names = {"config.json", "model.safetensors", "initial.safetensors", "split.json", "README.md", "options.json"}
    assert names <= {path.name for path in encoder.iterdir()}
    with (encoder / "training" / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["0", "1"]


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["--epochs", 3], "epochs", 3),
        (["--batch-size", 9], "batch_size", 9),
        (["--learning-rate", 0.01], "learning_rate", 0.01),
        (["--scaling", "standard"], "scaling", "standard"),
        (["--split", "random"], "split", "random"),
        (["--patience", 2], "patience", 2),
        (["--validate-every", 2], "validate_every", 2),
        (["--validation-draws", 2], "validation_draws", 2),
        (["--seed", 5], "seed", 5),
        (["--freeze", "1"], "freeze", "1"),
        (["--layer-decay", 0.5], "layer_decay", 0.5),
        (["--threads", 2], "threads", 2),
        (["--device", "cpu"], "device", "cpu"),
        (["--precision", "bf16-mixed"], "precision", "bf16-mixed"),
        (["--tasks", "lp, nc"], "tasks", ["lp", "nc"]),
    ],
)
def test_options_reach_the_run(folder, tmp_path, words, name, value):
    out = tmp_path / "encoder"
    answer("train", folder, "--epochs", 2, "--dim", 4, "--layers", 1, "--validation-draws", 1, *words, "--out", out)
    assert json.loads((out / "options.json").read_text())[name] == value


def test_options_of_strategy_and_encoder_reach_the_run(folder, tmp_path):
    out = tmp_path / "encoder"
    inner = ["--inner-steps", 2, "--inner-lr", 0.1, "--first-order", "--step-losses"]
    answer("train", folder, "--strategy", "isame", *inner, *QUICK, "--out", out)
    stored = json.loads((out / "options.json").read_text())
    assert stored["strategy"] == {
        "name": "isame", "inner_steps": 2, "inner_lr": 0.1, "first_order": True, "step_losses": True,
    }  # fmt: skip
    assert stored["encoder"] == {"kind": "gcn", "dim": 8, "layers": 2}


def test_options_of_our_own_encoder_and_of_tasks_reach_the_run(folder, tmp_path):
    out = tmp_path / "encoder"
    ours = ["--encoder", "graft", "--encoder-options", "walks=3,carry=false,fourier=0", "--readout", "mean+std+max+sum"]
    of_tasks = ["--task-options", "lp.pair=hadamard,gc.hidden=false"]
    answer("train", folder, "--strategy", "joint", *ours, *of_tasks, *QUICK, "--out", out)
    encoder = load_encoder(out)
    config = encoder.encoder.config()
    assert (config["walks"], config["carry"], config["fourier"], config["dim"]) == (3, False, 0, 8)
    assert (encoder.readout, encoder.encoder.inputs.schema.scaling) == ("mean+std+max+sum", "standard")
    tasks = {task.name: task.config() for task in encoder.model.tasks}
    assert tasks["lp"]["pair"] == "hadamard"
    assert tasks["gc"] == {"pool": "mean+std+max+sum", "hidden": False}
    table = answer("probe", out, folder)
    assert {row["features"] for row in table["rows"] if row["task"] == "gc"} == {"mean+std+max+sum"}
    rows = answer("probe", out, folder, "--protocol", "paper")["rows"]
    assert {row["features"] for row in rows if row["task"] == "gc"} == {"mean"}


def test_options_that_encoder_or_task_does_not_have(folder, tmp_path):
    ours = ("--encoder", "graft", "--encoder-options", "walks=many")
    assert "option 'walks' of encoder 'graft' is like 16, got 'many'" in refused(tmp_path, folder, *ours)
    assert "task 'lp' has no option 'pear'" in refused(tmp_path, folder, "--task-options", "lp.pear=1")


@pytest.mark.parametrize(
    ("words", "stored"),
    [
        (["--balancing", "uncertainty"], {"name": "uncertainty"}),
        (["--balancing", "fixed", "--weights", "gc=1,lp=0.5"], {"name": "fixed", "weights": {"gc": 1.0, "lp": 0.5}}),
    ],
    ids=["uncertainty", "fixed"],
)
def test_balancing_reaches_the_run(folder, tmp_path, words, stored):
    out = tmp_path / "encoder"
    answer("train", folder, "--tasks", "gc,lp", *words, *QUICK, "--out", out)
    assert json.loads((out / "options.json").read_text())["balancing"] == stored


def test_fine_tuning_goes_on_from_a_directory(folder, encoder, tmp_path):
    quick = ("--epochs", 1, "--validation-draws", 1)
    out = tmp_path / "tuned"
    answer("train", folder, "--strategy", "finetune", "--start", encoder, "--tasks", "gc,nc", *quick, "--out", out)
    stored = json.loads((out / "options.json").read_text())
    assert stored["start"]["fingerprint"] == json.loads((encoder / "config.json").read_text())["fingerprint"]
    assert (out / "initial.safetensors").read_bytes() == (encoder / "initial.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--strategy", "finetune"], "goes on from a trained encoder"),
        (["--start", "nowhere"], "no trained encoder at nowhere"),
        (["--balancing", "fair"], "unknown balancing 'fair'"),
        (["--weights", "gc=1"], "weights belong to balancing 'fixed'"),
        (["--balancing", "fixed", "--weights", "gc"], "weights are like gc=1,lp=0.5, got 'gc'"),
        (["--strategy", "joint-maml", "--step-losses"], "strategy 'joint-maml' has no option step_losses"),
    ],
    ids=["finetune", "start", "balancing", "weights", "number", "option"],
)
def test_strategies_and_balancing_that_cannot_be(folder, tmp_path, words, message):
    assert message in complaint("train", folder, *words, "--out", tmp_path / "encoder")
    assert not (tmp_path / "encoder").exists()


def test_help_names_the_librarys_defaults():
    said = " ".join(multigraft("train", "--help").stdout.split())
    for name, parameter in inspect.signature(train).parameters.items():
        if isinstance(parameter.default, int | float | str) and name not in ("device", "progress", "resume"):
            default = re.escape(f"[{parameter.default}]")
            assert re.search(rf"--{name.replace('_', '-')} <[\w| -]+> [^\[]*{default}", said), name


def test_every_option_of_the_library_is_an_option_here():
    said = multigraft("train", "--help").stdout
    only_python = {"graphs", "encoder", "progress", "first_order", "step_losses"}
    for name in inspect.signature(train).parameters.keys() - only_python:
        assert f"--{name.replace('_', '-')} " in said, name


def test_the_file_goes_below_the_command_line(folder, tmp_path):
    config, out = tmp_path / "c.toml", tmp_path / "encoder"
    config.write_text('tasks = ["nc"]\nepochs = 1\ndim = 4\nlayers = 1\nvalidation-draws = 1\nseed = 3\n')
    found = answer("train", folder, "--config", config, "--seed", 4, "--out", out)
    stored = json.loads((out / "options.json").read_text())
    assert (found["epochs"], stored["seed"], stored["tasks"], stored["encoder"]["dim"]) == (1, 4, ["nc"], 4)


def test_the_same_seed_gives_the_same_weights(folder, tmp_path):
    outs = [tmp_path / "a", tmp_path / "b", tmp_path / "c"]
    for out, seed in zip(outs, (1, 1, 2), strict=True):
        answer("train", folder, *QUICK, "--seed", seed, "--out", out)
    first, again, other = ((out / "model.safetensors").read_bytes() for out in outs)
    assert first == again != other


def test_notes_are_said_aloud(tmp_path):
    bare = write_folder(tmp_path / "bare", random_graphs(30, least_nodes=4, density=0.6, features=0))
    result = multigraft("train", bare, "--tasks", "nc", *QUICK, "--out", tmp_path / "encoder", "--json")
    assert result.exit_code == 0
    assert "note: " in result.stderr
    assert "degree" in result.stderr


# --- bad input -------------------------------------------------------------------------------------------------------


def spoil(folder, tmp_path, kind, change):
    """A copy of ``folder`` with the lines of one file changed."""
    copy = tmp_path / "spoilt"
    shutil.copytree(folder, copy)
    for path in list(copy.iterdir()):
        path.rename(path.with_name(path.name.replace(folder.name, copy.name)))
    path = tu_file(copy, kind)
    path.write_text("".join(f"{line}\n" for line in change(path.read_text().splitlines())))
    return copy


def refused(tmp_path, *words):
    """The complaint of ``train``, which must leave nothing behind."""
    out = tmp_path / "new" / "encoder"
    line = complaint("train", *words, *QUICK, "--out", out)
    assert not (tmp_path / "new").exists()
    return line


@pytest.mark.parametrize(
    ("name", "near"), [("ENZYME", "ENZYMES"), ("chembl232181", "chembl2321810"), ("mutag", "MUTAG")]
)
def test_an_unknown_data_set_is_answered_with_the_nearest_names(tmp_path, name, near):
    line = refused(tmp_path, name)
    assert repr(name) in line
    assert near in line


def test_a_folder_without_the_files(tmp_path):
    (tmp_path / "empty").mkdir()
    assert "empty" in refused(tmp_path, tmp_path / "empty")


@pytest.mark.parametrize(
    ("kind", "change", "named"),
    [
        ("node_attributes", lambda lines: [*lines[:6], "1.0, 2.0", *lines[7:]], "line 7"),
        ("node_attributes", lambda lines: [*lines[:6], "1.0, 2.0, 3.0, x", *lines[7:]], "line 7"),
        ("node_attributes", lambda lines: [*lines[:6], "1.0, nan, 3.0, 4.0", *lines[7:]], "line 7"),
        ("node_attributes", lambda lines: lines[:-3], "spoilt_node_attributes.txt"),
        ("node_labels", lambda lines: lines[:-1], "spoilt_node_labels.txt"),
        ("node_labels", lambda lines: [*lines, "1"], "spoilt_node_labels.txt"),
        ("graph_labels", lambda lines: lines[:-1], "spoilt_graph_labels.txt"),
        ("graph_labels", lambda lines: [*lines, "1", "1"], "spoilt_graph_labels.txt"),
        ("A", lambda lines: [*lines[:3], "1, 400", *lines[4:]], "line 4"),
        ("A", lambda lines: [*lines[:3], "1, 100", *lines[4:]], "line 4"),
        ("A", lambda lines: [*lines[:3], "0, 1", *lines[4:]], "line 4"),
        ("A", lambda lines: [*lines[:3], "1", *lines[4:]], "line 4"),
        ("graph_indicator", lambda lines: [], "spoilt_graph_indicator.txt"),
        ("graph_indicator", lambda lines: [*lines[:4], "one", *lines[5:]], "line 5"),
    ],
)
def test_broken_files_are_named(folder, tmp_path, kind, change, named):
    line = refused(tmp_path, spoil(folder, tmp_path, kind, change))
    assert named in line


def test_an_empty_data_set(tmp_path):
    empty = write_folder(tmp_path / "nothing", random_graphs(0))
    assert "nothing" in refused(tmp_path, empty)


@pytest.mark.parametrize(("task", "missing"), [("gc", "graph_labels"), ("nc", "node_labels")])
def test_a_task_that_the_data_cannot_serve(folder, tmp_path, task, missing):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / tu_file(folder, missing).name).unlink()
    line = refused(tmp_path, copy, "--tasks", f"{task},lp")
    assert repr(task) in line


def test_an_output_directory_that_exists(folder, encoder, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in encoder.rglob("*")}
    assert str(encoder) in complaint("train", folder, *QUICK, "--out", encoder)
    assert {path: path.stat().st_mtime_ns for path in encoder.rglob("*")} == before
    (tmp_path / "empty").mkdir()
    assert "exists" in complaint("train", folder, *QUICK, "--out", tmp_path / "empty")
    assert list((tmp_path / "empty").iterdir()) == []


@pytest.mark.parametrize("verb", ["train", "tune"])
def test_where_it_goes_is_looked_at_before_the_data_are(verb, tmp_path):
    assert "no-such-data" not in complaint(verb, "no-such-data", "--out", tmp_path)
    assert "no-such-data" in complaint(verb, "no-such-data", "--out", tmp_path / "new")


@pytest.mark.parametrize("option", ["--epochs", "--batch-size", "--patience", "--dim", "--threads"])
def test_counts_of_nothing_are_refused_before_the_data_are_read(option, tmp_path):
    line = complaint("train", "no-such-data", option, 0, "--out", tmp_path / "new")
    assert option in line
    assert "no-such-data" not in line


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--tasks", "gc,xx"], "'xx'"),
        (["--tasks", "gc,gc"], "gc"),
        (["--tasks", ","], "at least one task"),
        (["--strategy", "maml"], "'maml'"),
        (["--strategy", "single"], "single"),
        (["--strategy", "joint", "--inner-steps", 2], "inner_steps"),
        (["--strategy", "joint", "--first-order"], "first_order"),
        (["--epochs", 0], "epochs"),
        (["--strategy", "esame", "--batch-size", 3], "batch size"),
        (["--learning-rate", -1], "learning rate"),
        (["--scaling", "odd"], "'odd'"),
        (["--split", "odd"], "'odd'"),
        (["--precision", "16"], "'16'"),
        (["--device", "tpu"], "'tpu'"),
        (["--dim", 0], "dim"),
        (["--node-label-column", 3], "column"),
        (["--inner-lr", "much"], "--inner-lr"),
        (["--config", "none.toml"], "none.toml"),
    ],
)
def test_options_that_cannot_be(folder, tmp_path, words, named):
    out = tmp_path / "encoder"
    assert named in complaint("train", folder, *QUICK, *words, "--out", out)
    assert not out.exists()


def test_out_is_required(folder):
    assert "--out" in complaint("train", folder)


# --- stopping and going on -------------------------------------------------------------------------------------------


def test_resume_without_a_run_to_resume(folder, encoder, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    line = complaint("train", folder, *QUICK, "--out", tmp_path / "other", "--resume")
    assert "no training run to resume" in line


def test_resume_with_other_options(folder, encoder, tmp_path):
    line = complaint("train", folder, "--dim", 16, "--layers", 2, "--out", encoder, "--resume")
    assert "other options" in line
    assert "dim" in line


@pytest.mark.slow
def test_a_run_that_is_interrupted_says_how_to_go_on(folder, tmp_path):
    out = tmp_path / "encoder"
    words = ["train", folder, "--epochs", 400, "--dim", 8, "--layers", 1, "--validation-draws", 1, "--out", out]
    words = [str(word) for word in words]
    process = subprocess.Popen(
        [sys.executable, "-m", "multigraft", *words],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    deadline = time.monotonic() + 90
    while not (out / "training" / "last.ckpt").is_file():
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    printed, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert printed == ""
    assert "Traceback" not in said
    assert f"stopped; to continue: multigraft {' '.join(words)} --resume\n" in said
    assert said.endswith("interrupted\n")
    assert "continue it with --resume" in complaint("probe", out, folder)
    done = len((out / "training" / "history.csv").read_text().splitlines()) - 1
    words[words.index("--epochs") + 1] = str(done + 1)
    assert answer(*words, "--resume")["epochs"] == done + 1


def test_errors_are_said_in_the_units_of_the_targets(tmp_path):
    rows = [("C" * length, 100 * length) for length in range(2, 32)]
    (tmp_path / "sizes.csv").write_text("smiles,size\n" + "".join(f"{smiles},{size}\n" for smiles, size in rows))
    words = ("--tasks", "gr", "--split", "random", "--encoder", "gin", *QUICK)
    result = multigraft("train", tmp_path / "sizes.csv", *words, "--out", tmp_path / "one")
    assert result.exit_code == 0, result.stderr
    error = re.search(r"best validation scores on 3 graphs: gr rmse (\d+\.\d{3})\n", result.stdout)
    found = answer("train", tmp_path / "sizes.csv", *words, "--out", tmp_path / "two")
    assert found["metrics"] == {"gr": "-rmse"}
    assert found["validation"]["gr"] == pytest.approx(-float(error[1]), abs=1e-3)
    assert float(error[1]) > 50  # the size times 100, not deviations


def test_molecules_that_will_be_predicted_are_taken_out_first(tmp_path):
    corpus = ["CCO", "CCN", "CCC", "CCCO", "CCCN", "CCCC", "CCCCO", "CCOC"] * 2
    write_csv(tmp_path / "corpus.csv", ["smiles"], [[one] for one in corpus])
    write_csv(tmp_path / "mine.csv", ["smiles", "target"], [["OCC", 0], ["NCC", 1]])
    call = ["train", tmp_path / "corpus.csv", "--tasks", "ep", "--epochs", 1, "--dim", 4, "--layers", 1,
            "--exclude", tmp_path / "mine.csv", "--split", "random", "--out"]  # fmt: skip
    told = multigraft(*call, tmp_path / "one")
    assert "4 of 16 molecules were taken out" in told.stderr
    [excluded] = load_encoder(tmp_path / "one").origin.excluded
    assert excluded.startswith("mine ")
    assert f"without the molecules of {excluded}" in (tmp_path / "one" / "README.md").read_text()
    assert json.loads((tmp_path / "one" / "options.json").read_text())["data"]["excluded"] == [excluded]
    kept = json.loads((tmp_path / "one" / "split.json").read_text())
    assert sum(len(kept[part]) for part in ("train", "validation", "test")) == 12
