"""tune: what it writes and says; its result is what train and studies take; a stopped search goes on."""

import csv
import json
import re
import signal
import subprocess
import sys
import time
import tomllib
from xml.etree import ElementTree

import pytest

from multigraft.processes import Here
from multigraft.studies.reading import read_settings, read_study
from multigraft.tuning import search
from tests.helpers.cli import answer, complaint, environment, multigraft
from tests.helpers.packages import without

SPACE = """
dim = 4
layers = 1
validation-draws = 1
batch_size = [6, 12]

[learning_rate]
low = 1e-4
high = 1e-2
log = true
"""


@pytest.fixture
def space(tmp_path):
    file = tmp_path / "space.toml"
    file.write_text(SPACE)
    return file


@pytest.fixture
def here(monkeypatch):
    """Trials run in this process, as new ones take seconds to start."""
    monkeypatch.setattr(search, "Pool", lambda work, processes: Here(work))


@pytest.fixture
def tuned(here, folder, space, tmp_path):
    """A search of three trials: its directory, and what it said as JSON."""
    out = tmp_path / "search"
    words = ("--strategy", "esame", "--tasks", "gc,lp", "--trials", 3, "--epochs", 2, "--seed", 4, "--space", space)
    return out, answer("tune", folder, *words, "--processes", 2, "--budget", "30m", "--device", "cpu", "--out", out)


def test_json(tuned):
    out, found = tuned
    assert list(found) == [
        "verb", "out", "trials", "left", "best", "validation", "scores", "defaults", "gain", "seconds",
    ]  # fmt: skip
    assert (found["verb"], found["out"], found["trials"], found["left"]) == ("tune", str(out), 3, 0)
    assert found["gain"] == pytest.approx(found["validation"] - found["defaults"])
    assert found["gain"] >= 0
    assert found["validation"] == pytest.approx(sum(found["scores"].values()))
    assert found["best"].keys() == {
        "strategy", "tasks", "epochs", "dim", "layers", "validation_draws", "batch_size", "learning_rate",
    }  # fmt: skip


def test_files(tuned):
    out, found = tuned
    assert {"best.toml", "trials.csv", "trials.svg", "options.json", "journal.log"} <= {
        path.name for path in out.iterdir()
    }
    stored = json.loads((out / "options.json").read_text())
    assert (stored["seed"], stored["tasks"], stored["epochs"]) == (4, ["gc", "lp"], 2)
    with (out / "trials.csv").open() as file:
        scores = [float(row["validation/sum"]) for row in csv.DictReader(file)]
    assert (max(scores), scores[0]) == (found["validation"], found["defaults"])
    assert ElementTree.fromstring((out / "trials.svg").read_text()).tag.endswith("svg")


def test_train_takes_the_best_options_and_finds_the_same_scores(tuned, folder, tmp_path):
    out, found = tuned
    trained = answer("train", folder, "--config", out / "best.toml", "--seed", 4, "--out", tmp_path / "encoder")
    assert trained["validation"] == found["scores"]
    stored = json.loads((tmp_path / "encoder" / "options.json").read_text())
    assert stored["learning_rate"] == found["best"]["learning_rate"]


def test_studies_take_the_best_options(tuned):
    out, found = tuned
    (setting,) = read_settings(out / "best.toml")
    assert {"learning_rate", "batch_size", "epochs"} <= setting.options.keys()
    study = read_study("same-table2").planned(settings=[setting])
    row = next(row for row in study.rows if row.strategy == "esame")
    options = study.options(row, "esame", ("gc", "lp"), "ENZYMES")
    assert options["learning_rate"] == found["best"]["learning_rate"]


def test_every_searchable_option_is_one_of_train(folder, tmp_path):
    """What stands in a best.toml must be an option of the verb train."""
    from multigraft.strategies.names import STRATEGY_NAMES
    from multigraft.tuning.options import options_of

    shown = multigraft("train", "--help").stdout
    for strategy in set(STRATEGY_NAMES) - {"finetune"}:
        for name in options_of(strategy):
            assert f"--{name.replace('_', '-')} " in shown.replace("/", " "), name


def test_people_see_what_it_gained(tuned, folder, space):
    out, found = tuned
    words = ("--tasks", "gc,lp", "--trials", 3, "--epochs", 2, "--seed", 4, "--space", space, "--device", "cpu")
    result = multigraft("tune", folder, *words, "--resume", "--out", out)
    assert result.exit_code == 0, result.stderr
    first, *rest = result.stdout.splitlines()
    score, defaults = f"{found['validation']:.3f}", f"{found['defaults']:.3f}"
    assert re.search(
        rf"3 trials, \d+ s; the best, trial \d: .* {score}, the defaults {defaults}, a gain of 0\.\d+", first
    )
    assert rest[0].split() == ["option", "best", "default"]
    assert ["learning_rate", f"{found['best']['learning_rate']:.4g}", "0.0005"] in [line.split() for line in rest]
    assert rest[-1] == f"to use it: multigraft train {folder} --config {out / 'best.toml'} --out DIR"


def test_more_trials_later(tuned, folder, space):
    out, _ = tuned
    words = ("--tasks", "gc,lp", "--epochs", 2, "--seed", 4, "--space", space, "--device", "cpu", "--out", out)
    assert answer("tune", folder, *words, "--trials", 5, "--resume")["trials"] == 5


def test_options_from_a_file(here, folder, space, tmp_path):
    config = tmp_path / "tune.toml"
    config.write_text(f'tasks = ["gc"]\ntrials = 1\nepochs = 1\nspace = "{space}"\nbudget = "5m"\n')
    found = answer("tune", folder, "--config", config, "--strategy", "single", "--out", tmp_path / "search")
    assert (found["trials"], found["best"]["strategy"], found["best"]["tasks"]) == (1, "single", ["gc"])


def test_a_budget_that_is_too_small_says_how_to_go_on(here, folder, space, tmp_path):
    words = ("--trials", 2, "--epochs", 1, "--space", space, "--budget", "0.000001s", "--out", tmp_path / "search")
    result = multigraft("tune", folder, *words)
    assert result.exit_code == 0
    assert re.search(r"0 trials, \d+ s; none has a score", result.stdout)
    assert "2 trials are left; to continue: multigraft " in result.stdout
    assert not (tmp_path / "search" / "best.toml").exists()
    found = answer("tune", folder, *words[:-4], "--out", tmp_path / "search", "--resume")
    assert (found["trials"], found["left"]) == (2, 0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--trials", 0], "trials must be at least 1"),
        (["--budget", "soon"], "budget must be a time like 90s, 30m or 2h, got 'soon'"),
        (["--strategy", "finetune"], "'finetune' goes on from a trained encoder"),
        (["--strategy", "joint", "--space", "SPACE"], "space.toml: strategy 'joint' has no option 'inner_lr'"),
        (["--tasks", "gc,colour"], "unknown task 'colour'"),
        (["--processes", 0], "processes"),
    ],
    ids=str,
)
def test_bad_usage(folder, space, tmp_path, words, said):
    space.write_text("inner_lr = [0.1, 0.2]\n")
    words = [space if word == "SPACE" else word for word in words]
    assert said in complaint("tune", folder, *words, "--out", tmp_path / "search")
    assert not (tmp_path / "search").exists()


def test_a_directory_that_is_there(folder, tmp_path):
    assert "choose another" in complaint("tune", folder, "--out", tmp_path)


def test_without_optuna_it_says_what_to_install(folder, tmp_path):
    words = ["tune", str(folder), "--epochs", "1", "--out", str(tmp_path / "search")]
    script = without("optuna") + f"sys.argv[1:] = {words!r}\nfrom multigraft.cli.main import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment(), timeout=120
    )
    assert result.returncode == 2
    assert "needs the extra 'tuning'" in result.stderr
    assert not (tmp_path / "search").exists()


def test_without_matplotlib_there_is_no_picture(here, folder, space, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    words = ("--tasks", "gc", "--trials", 1, "--epochs", 1, "--space", space, "--out", tmp_path / "search")
    result = multigraft("tune", folder, *words)
    assert result.exit_code == 0
    assert "note: no trials.svg: a chart needs the extra 'plots'" in result.stderr
    assert (tmp_path / "search" / "best.toml").is_file()


@pytest.mark.slow
def test_a_search_that_is_interrupted_says_how_to_go_on(folder, space, tmp_path):
    out = tmp_path / "search"
    words = ["tune", folder, "--tasks", "gc", "--trials", 3, "--epochs", 60, "--space", space, "--processes", 2]
    words = [*map(str, words), "--out", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-m", "multigraft", *words], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=environment(),
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not list(out.glob("trials/*.json")):
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    printed, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert printed == ""
    assert "Traceback" not in said
    assert f"stopped; to continue: multigraft {' '.join(words)} --resume\n" in said
    found = answer(*words, "--resume")
    assert found["trials"] == 3
    assert tomllib.loads((out / "best.toml").read_text())["epochs"] == 60
