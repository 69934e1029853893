"""finetune: what it writes and says; the encoder's directory or --from-scratch; a stopped run goes on."""

import csv
import inspect
import json
import re
import signal
import subprocess
import sys
import time

import pytest

from multigraft.cli.finetune import _named
from multigraft.cli.finetune_options import complete_metric, split_seeds
from multigraft.encoders.pooling import POOLS
from multigraft.errors import InputError
from multigraft.evaluation.finetuning import finetune
from multigraft.models.storage import load_encoder
from tests.helpers.cli import answer, complaint, environment, multigraft
from tests.helpers.finetuning import pretrained

pytest.importorskip("rdkit")
SHAPE = ("--dim", 8, "--layers", 2)
QUICK = ("--epochs", 2, "--batch-size", 8, "--split", "random", "--device", "cpu", "--processes", 1)
KEYS = ["verb", "dataset", "split", "metric", "seeds", "test", "mean", "std"]


def molecule(number):
    """A different molecule for every number: a ring or a chain with a few substituents."""
    chain = "C" * (1 + number % 7)
    return f"{chain}{('O', 'N', 'S', 'F')[number % 4]}" if number % 3 else f"c1ccccc1{chain}{('O', 'N')[number % 2]}"


@pytest.fixture(scope="session")
def table(tmp_path_factory):
    """Sixty molecules with two binary targets and a real one: missing cells, broken SMILES, quoted commas."""
    path = tmp_path_factory.mktemp("tables") / "mine.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "smiles", "a", "b", "size"])
        for number in range(60):
            written = "C1CC" if number in (7, 31) else molecule(number)
            b = "" if number % 5 == 0 else number % 2
            writer.writerow([f"one, number {number}", written, number // 2 % 2, b, 100 + 3.5 * len(written)])
    return path


@pytest.fixture(scope="session")
def start(tmp_path_factory):
    return pretrained().save(tmp_path_factory.mktemp("starts") / "masked")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def tuned(table, start, tmp_path_factory):
    """A fine-tuning of two seeds, and what it answered."""
    out = tmp_path_factory.mktemp("tuned") / "tuned"
    words = ("--smiles-column", "smiles", "--targets", "a,b", "--seeds", "0,1", "--no-baselines")
    return out, answer("finetune", start, table, *words, *QUICK, "--out", out)


def test_json(tuned):
    out, found = tuned
    assert list(found)[: len(KEYS)] == KEYS
    assert [found[name] for name in KEYS[:5]] == ["finetune", "mine", "random", "roc_auc", [0, 1]]
    assert len(found["test"]) == 2
    assert all(0 <= score <= 1 for score in found["test"])
    assert found["mean"] == pytest.approx(sum(found["test"]) / 2)
    assert list(found["targets"]) == ["a", "b"]
    assert (found["out"], found["baselines"], found["published"]) == (str(out), [], [])


def test_the_record_and_the_models(tuned):
    out, found = tuned
    record = json.loads((out / "finetune.json").read_text())
    assert {name: value for name, value in found.items() if name != "published"} == record
    assert [load_encoder(out / f"seed-{seed}").tasks for seed in (0, 1)] == [("ml",), ("ml",)]


def test_predictions_name_the_rows_of_the_file(tuned, table):
    out, _ = tuned
    lines = table.read_text(encoding="utf-8").splitlines()
    with (out / "seed-0" / "predictions.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 58 - 46 - 6
    for row in rows:
        assert row["smiles"] in lines[int(row["line"]) - 1]
        assert 0 <= float(row["predicted_b"]) <= 1


def test_the_models_predict(tuned, table, tmp_path):
    out, _ = tuned
    found = answer("predict", out, table, "--out", tmp_path / "said.csv")
    assert (found["rows"], found["rejected"]) == (60, 2)


def test_people_see_a_table_with_baselines(table, start, here):
    words = ("--targets", "a,b", *QUICK, "--seeds", "0,1", "--out", here / "tuned")
    result = multigraft("finetune", start, table, *words)
    assert result.exit_code == 0, result.stderr
    first, *rest = result.stdout.splitlines()
    sizes = r"mine, random split \(46 / 6 / 6\)"
    assert re.fullmatch(rf"{sizes}, roc_auc on the test part; 2 seeds, 2 epochs, \d+ s of training", first)
    assert rest[0].split() == ["model", "test", "std", "validation", "runs"]
    assert [line.split("  ")[0] for line in rest[1:7]] == [
        "fine-tuned gin, trained for ml (made-hu)", "frozen, logistic", "frozen, untrained, logistic",
        "ecfp-count, logistic", "ecfp-count, forest", "constant",
    ]  # fmt: skip
    assert re.search(r" 0\.500 +1$", rest[6])
    assert [line.split()[0] for line in rest[7:10]] == ["target", "a", "b"]
    assert rest[-1] == f"kept in {here / 'tuned'}"


@pytest.mark.slow
def test_from_scratch_is_a_row_when_asked_for(table, start, here):
    words = ("--targets", "a", *QUICK, "--seeds", "0,1", "--baselines", "--out", here / "tuned")
    found = answer("finetune", start, table, *words)
    names = [one["name"] for one in found["baselines"]]
    assert (names[:2], names[-1], len(names)) == (["from scratch", "frozen, logistic"], "constant", 12)
    scratch = found["baselines"][0]
    assert (scratch["runs"], scratch["std"] is None) == (2, False)
    alone = answer("finetune", "--from-scratch", table, *SHAPE, *words[:-3], "--no-baselines", "--out", here / "alone")
    assert (alone["mean"], alone["std"]) == (scratch["test"], scratch["std"])


def test_regression(table, here):
    words = ("--from-scratch", table, "--targets", "size", *SHAPE, *QUICK)
    found = answer("finetune", *words, "--metric", "mae", "--out", here / "tuned")
    assert (found["metric"], found["task"]) == ("mae", "gr")
    assert [one["name"] for one in found["baselines"]] == ["ecfp-count, ridge", "ecfp-count, forest", "constant"]
    assert found["mean"] < 150


def test_without_out_it_finds_a_name(table, start, here):
    words = (table, "--targets", "a", *QUICK, "--epochs", 1, "--no-baselines")
    outs = [answer("finetune", start, *words)["out"] for _ in range(2)]
    outs.append(answer("finetune", "--from-scratch", *words, *SHAPE)["out"])
    assert outs == ["finetuned/mine-masked", "finetuned/mine-masked-2", "finetuned/mine-scratch"]
    assert all((here / out / "finetune.json").is_file() for out in outs)


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["--epochs", 3], "epochs", 3),
        (["--batch-size", 9], "batch_size", 9),
        (["--learning-rate", 0.01], "learning_rate", 0.01),
        (["--dropout", 0.2], "dropout", 0.2),
        (["--freeze", "all"], "freeze", "all"),
        (["--layer-decay", 0.5], "layer_decay", 0.5),
        (["--head-norm", "batch"], "head_norm", "batch"),
        (["--pool", "max"], "pool", "max"),
        (["--metric", "average_precision"], "metric", "average_precision"),
        (["--encoder", "gat"], "encoder", "gat"),
        (["--jk", "sum"], "jk", "sum"),
        (["--norm", "layer"], "norm", "layer"),
        (["--encoder", "gat", "--heads", 4], "heads", 4),
    ],
)
def test_options_reach_the_run(table, here, words, name, value):
    quick = ("--targets", "a", *SHAPE, *QUICK, "--epochs", 1, "--no-baselines")
    found = answer("finetune", "--from-scratch", table, *quick, *words)
    assert found["options"][name] == value


def test_the_split_is_scaffold_unless_another_is_asked_for(table, here):
    quick = ("--targets", "a", *SHAPE, *QUICK[:4], "--processes", 1, "--no-baselines")
    line = complaint("finetune", "--from-scratch", table, *quick)
    assert "58 molecules by scaffold" in line
    found = answer("finetune", "--from-scratch", table, *quick, "--split", "random", "--split-seed", 3)
    assert (found["split"], found["split_seed"]) == ("random", 3)


def test_options_from_a_file(table, here):
    config = here / "c.toml"
    config.write_text(
        'targets = "a"\nepochs = 1\ndim = 8\nlayers = 2\nseeds = "3,4"\nsplit = "random"\nbaselines = false\n'
    )
    found = answer("finetune", "--from-scratch", table, "--config", config, "--epochs", 2, "--processes", 1)
    assert (found["epochs"], found["seeds"]) == ([2, 2], [3, 4])


def test_a_start_of_another_featurisation_is_read_as_it_was_trained(table, start, here):
    assert answer("finetune", start, table, "--targets", "a", *QUICK, "--no-baselines")["mean"] is not None
    line = complaint("finetune", start, table, "--targets", "a", *QUICK, "--featurization", "ogb")
    assert "the encoder reads molecules of featurization 'hu'" in line


# --- help and completion ---------------------------------------------------------------------------------------------


def test_help_names_the_librarys_defaults():
    said = " ".join(multigraft("finetune", "--help").stdout.split())
    for name, parameter in inspect.signature(finetune).parameters.items():
        if isinstance(parameter.default, int | float | str) and name not in (
            "device", "progress", "resume", "baselines",
        ):  # fmt: skip
            default = re.escape(f"[{parameter.default}]")
            assert re.search(rf"--{name.replace('_', '-')} <[\w| -]+> [^\[]*{default}", said), name


def test_every_option_of_the_library_is_an_option_here():
    said = multigraft("finetune", "--help").stdout
    only_python = {"encoder", "graphs", "progress"}
    for name in inspect.signature(finetune).parameters.keys() - only_python:
        option = {"encoder_kind": "encoder"}.get(name, name).replace("_", "-")
        assert f"--{option} " in said, name


def test_metrics_are_completed():
    from multigraft.tasks.scores import SCORES

    assert complete_metric() == list(SCORES)


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "seeds"), [(None, None), ("0", (0,)), ("0, 1,2,", (0, 1, 2)), ("", ()), ("-1", (-1,))]
)
def test_seeds(written, seeds):
    assert split_seeds(written) == seeds


def test_seeds_that_are_no_numbers():
    with pytest.raises(InputError, match=r"seeds are like 0,1,2, got '0\.\.9'"):
        split_seeds("0..9")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("DIR", None, False), "name the data behind the encoder's directory DIR, or add --from-scratch"),
        (("DIR", "bbbp", True), "with --from-scratch there is no encoder's directory"),
    ],
)
def test_one_name_too_many_or_too_few(words, named):
    with pytest.raises(InputError, match=named):
        _named(*words)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["nowhere", "TABLE"], "no trained encoder at nowhere"),
        (["TABLE"], "name the data behind"),
        (["--from-scratch", "START", "TABLE"], "name the data alone"),
        (["--from-scratch", "bbpb"], "'bbpb'"),
        (["--from-scratch", "TABLE", "--targets", "c"], "'c'"),
        (["--from-scratch", "TABLE", "--targets", "name"], "'name'"),
        (["--from-scratch", "TABLE", "--targets", "a", "--smiles-column", "smile"], "smile"),
        (
            ["--from-scratch", "TABLE", "--targets", "a", "--metric", "rmse"],
            "are binary, metric 'rmse' is not for them",
        ),
        (["--from-scratch", "TABLE", "--targets", "a", "--seeds", "x"], "seeds are like 0,1,2"),
        (["--from-scratch", "TABLE", "--targets", "a", "--seeds", ","], "name at least one seed"),
        (["--from-scratch", "TABLE", "--targets", "a", "--freeze", "7"], "cannot freeze 7 layers"),
        (["--from-scratch", "TABLE", "--targets", "a", "--resume"], "name its directory with --out"),
        (["START", "TABLE", "--targets", "a", "--dim", 16], "leave out dim, which would describe another"),
        (["START", "FOLDER"], "was trained on molecules, and reads nothing else"),
        (["--from-scratch", "FOLDER"], "has no targets to fine-tune on"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, list) else "",
)
def test_bad_usage(table, start, folder, here, words, named):
    known = {"TABLE": table, "START": start, "FOLDER": folder}
    quick = ("--epochs", 1, "--split", "random", "--device", "cpu")
    assert named in complaint("finetune", *(known.get(word, word) for word in words), *quick)
    assert list(here.iterdir()) == []


def test_a_directory_that_is_there(tuned, start, table):
    line = complaint("finetune", start, table, "--targets", "a,b", *QUICK, "--out", tuned[0])
    assert "add --resume to go on with it" in line


def test_done_seeds_are_kept_when_others_are_asked_for(tuned, start, table):
    out, found = tuned
    words = ("--targets", "a,b", *QUICK, "--no-baselines", "--out", out, "--resume")
    again = answer("finetune", start, table, *words, "--seeds", "1")
    assert again["test"] == found["test"][1:]
    line = complaint("finetune", start, table, *words, "--epochs", 3)
    assert "epochs: 2 there, 3 now" in line
    assert answer("finetune", start, table, *words, "--seeds", "0,1")["test"] == found["test"]


@pytest.mark.slow
def test_a_run_that_is_interrupted_says_how_to_go_on(table, tmp_path):
    words = ["finetune", "--from-scratch", table, "--targets", "a", *SHAPE, *QUICK, "--epochs", 400, "--seeds", "0,1"]
    words = [str(word) for word in words]
    process = subprocess.Popen(
        [sys.executable, "-m", "multigraft", *words], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=environment(), cwd=tmp_path,
    )  # fmt: skip
    out = tmp_path / "finetuned" / "mine-scratch"
    deadline = time.monotonic() + 120
    while not (out / "seed-0" / "training" / "last.ckpt").is_file():
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    printed, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert printed == ""
    assert "Traceback" not in said
    again = f"multigraft {' '.join(words)} --out finetuned/mine-scratch --resume"
    assert f"stopped; to continue: {again}\n" in said
    assert "no trained encoder" in complaint("probe", out / "seed-0", table, "--targets", "a")


@pytest.mark.slow
def test_the_papers_recipe_on_real_data(real_data, here):
    words = ("bbbp", "--split", "scaffold", "--seeds", "0", "--epochs", 1, *SHAPE, "--device", "cpu", "--processes", 1)
    found = answer("finetune", "--from-scratch", *words)
    assert (found["dataset"], found["split"], found["metric"]) == ("bbbp", "scaffold", "roc_auc")
    assert found["split_sizes"] == [1631, 204, 204]
    forest = next(one for one in found["baselines"] if one["name"] == "ecfp-count, forest")
    assert forest["test"] == pytest.approx(0.698, abs=0.03)
    assert [(one["trained"], one["value"], one["std"]) for one in found["published"]] == [([], 65.8, 4.5)]


def test_the_help_names_every_readout():
    shown = " ".join(multigraft("finetune", "--help").stdout.split())
    assert f"How graphs are pooled: {', '.join(POOLS)}." in shown
