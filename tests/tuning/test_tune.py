"""A whole search: what it writes, that it can be killed, that it never looks at test graphs."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
import tomllib

import pytest
import torch
from filelock import FileLock

import multigraft as mg
from multigraft.errors import InputError
from multigraft.graphs.splits import split_graphs
from multigraft.training.fit import train
from multigraft.tuning import search as search_module
from multigraft.tuning.space import Choice, Real, Space
from tests.helpers.cli import ROOT, environment
from tests.helpers.training import small_graphs
from tests.helpers.tuning import NARROW, SMALL, told, tune_small


@pytest.fixture(scope="module")
def graphs():
    return small_graphs()


@pytest.fixture(scope="module")
def tuned(graphs, tmp_path_factory):
    return tune_small(tmp_path_factory.mktemp("searches") / "search", graphs)


def test_the_first_trial_has_the_defaults_and_the_scores_of_training(tuned, graphs):
    trained = train(graphs, tasks=["gc", "nc"], epochs=2, device="cpu", progress=False, **NARROW)
    assert tuned.defaults.options == {"learning_rate": 5e-4, "batch_size": 16, "inner_steps": 1, **NARROW}
    assert tuned.defaults.validation == trained.metadata["validation"]


def test_the_best_options_train_to_the_best_score(tuned, graphs):
    trained = mg.train(graphs, device="cpu", progress=False, **tuned.options)
    assert trained.metadata["validation"] == tuned.best.validation
    assert tuned.gain == tuned.best.score - tuned.defaults.score >= 0


def test_what_is_left_in_the_directory(tuned):
    assert sorted(path.name for path in tuned.out.iterdir() if not path.name.endswith("lock")) == [
        "best.toml", "journal.log", "options.json", "trials", "trials.csv",
    ]  # fmt: skip
    assert tomllib.loads((tuned.out / "best.toml").read_text())["strategy"] == "esame"
    stored = json.loads((tuned.out / "options.json").read_text())
    assert (stored["space"], stored["data"]["name"], stored["epochs"]) == (SMALL.to_json(), "made", 2)


def test_equal_searches_find_the_same(tuned, graphs, tmp_path):
    assert told(tune_small(tmp_path / "again", graphs)) == told(tuned)
    assert told(tune_small(tmp_path / "other", graphs, seed=1))[1] != told(tuned)[1]


def test_more_trials_go_on_from_those_that_are_there(tuned, graphs, tmp_path):
    tune_small(tmp_path / "search", graphs, trials=1)
    assert told(tune_small(tmp_path / "search", graphs, trials=3, resume=True)) == told(tuned)


def test_a_search_that_has_all_its_trials_does_nothing(tuned, graphs, monkeypatch):
    monkeypatch.setattr(search_module, "perform", lambda *_: pytest.fail("a trial was begun"))
    assert told(tune_small(tuned.out, graphs, resume=True)) == told(tuned)


@pytest.mark.parametrize("trials", [1, 2])
def test_interrupted_and_resumed_it_finds_what_the_undisturbed_search_finds(
    tuned, graphs, tmp_path, monkeypatch, trials
):
    true_perform, begun = search_module.perform, []

    def interrupt(setup, trial):
        begun.append(trial.number)
        if len(begun) > trials:
            raise KeyboardInterrupt
        true_perform(setup, trial)

    monkeypatch.setattr(search_module, "perform", interrupt)
    with pytest.raises(KeyboardInterrupt):
        tune_small(tmp_path / "search", graphs)
    assert (tmp_path / "search" / "best.toml").is_file(), "what was found before is written"
    assert (tmp_path / "search" / "trials.csv").read_text().count(",done,") == trials
    monkeypatch.undo()
    assert told(tune_small(tmp_path / "search", graphs, resume=True)) == told(tuned)


# --- what it must not see --------------------------------------------------------------------------------------------


def poisoned(graphs, part):
    """The same graphs with other labels and attributes in one part of the split that the seed makes."""
    inside = torch.isin(torch.arange(len(graphs)), getattr(split_graphs(graphs, "random", 0), part))
    nodes = inside[graphs.node_graph]
    return dataclasses.replace(
        graphs,
        nodes={
            "x": torch.where(nodes[:, None], 50 * graphs.x - 3, graphs.x),
            "label": torch.where(nodes, (graphs.node_labels + 1) % 3, graphs.node_labels),
        },
        graphs={"label": torch.where(inside, 1 - graphs.graph_labels, graphs.graph_labels)},
    )


def test_test_graphs_do_not_matter_and_validation_graphs_do(graphs, tmp_path):
    clean = tune_small(tmp_path / "clean", graphs, split="random")
    other = tune_small(tmp_path / "test", poisoned(graphs, "test"), split="random")
    assert told(other) == told(clean)
    assert other.options == clean.options
    judged = tune_small(tmp_path / "validation", poisoned(graphs, "validation"), split="random")
    assert [trial.score for trial in judged.trials] != [trial.score for trial in clean.trials]


def test_a_split_of_ones_own(graphs, tmp_path):
    split = split_graphs(graphs, "random", 0)
    own = tune_small(tmp_path / "own", graphs, split=split, trials=2)
    assert told(own) == told(tune_small(tmp_path / "named", graphs, split="random", trials=2))
    assert own.split == "", "there is no name for it"


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"trials": 0}, "trials must be at least 1"),
        ({"processes": 0}, "processes must be at least 1"),
        ({"budget": 0.0}, "budget must be a positive number"),
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"strategy": "same"}, "unknown strategy 'same'"),
        ({"strategy": "joint"}, "strategy 'joint' has no option 'inner_steps'"),
        ({"tasks": ["gc", "colour"]}, "unknown task 'colour'"),
        ({"split": "sorted"}, "sorted"),
        ({"device": "abacus"}, "no device 'abacus'"),
        ({"space": "none.toml"}, "cannot read the search space"),
        ({"space": Space({"batch_size": Choice((2, 16))})}, "the search space has batch_size = 2, but: .* 4 or more"),
        ({"space": Space({"learning_rate": Real(-1.0, 1.0)})}, r"learning_rate = -1\.0, but: .* must be positive"),
        ({"space": Space({"batch_size": Choice((8, 16))}, {"dim": 0})}, "dim must be at least 1"),
    ],
    ids=str,
)
def test_bad_input_is_refused_before_anything_is_written(graphs, tmp_path, options, words):
    with pytest.raises(InputError, match=words):
        tune_small(tmp_path / "search", graphs, **options)
    assert list(tmp_path.iterdir()) == []


def without_graph_labels(graphs):
    return dataclasses.replace(graphs, graphs={}, origin=dataclasses.replace(graphs.origin, graph_classes=()))


def test_a_task_that_the_data_cannot_serve(tmp_path):
    bare = without_graph_labels(small_graphs())
    with pytest.raises(InputError, match="task 'gc' is not possible"):
        tune_small(tmp_path / "search", bare)
    assert list(tmp_path.iterdir()) == []


def test_resuming_with_other_data(tuned, tmp_path):
    with pytest.raises(InputError, match=r"data: .* there, .* now"):
        tune_small(tuned.out, small_graphs(seed=12), resume=True)


def test_only_one_search_at_a_time(tuned, graphs):
    with FileLock(tuned.out / "lock"), pytest.raises(InputError, match="another process works on the search in"):
        tune_small(tuned.out, graphs, resume=True, trials=4)


def test_tasks_are_those_that_the_data_can_serve(tmp_path):
    bare = without_graph_labels(small_graphs())
    assert tune_small(tmp_path / "search", bare, tasks=None, trials=1).tasks == ("nc", "lp")


# --- processes -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_two_processes_find_as_many_trials(graphs, tmp_path):
    tuned = tune_small(tmp_path / "search", graphs, processes=2, trials=4)
    assert [trial.state for trial in tuned.trials] == ["done"] * 4
    one = tune_small(tmp_path / "one", graphs, trials=4)
    assert told(tuned) == told(one)  # the first ten draws are random, and do not depend on who is done


@pytest.mark.slow
def test_a_budget_stops_processes_and_nothing_is_lost(graphs, tmp_path):
    options = {"processes": 1, "trials": 2, "epochs": 4000}
    tuned = tune_small(tmp_path / "search", graphs, budget=25.0, **options)
    assert [trial.state for trial in tuned.trials] == ["running"]
    epochs = (tmp_path / "search" / "training" / "0000" / "training" / "history.csv").read_text().count("\n")
    assert epochs > 1


SCRIPT = """
import sys
from tests.helpers.tuning import tune_small
if __name__ == "__main__":
    tune_small(sys.argv[1], trials=4, epochs=30, processes=2, resume=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_again_and_again_it_ends_like_an_undisturbed_search(graphs, tmp_path):
    script = tmp_path / "tune.py"
    script.write_text(SCRIPT)
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    for least in (1, 12, 40):  # lines of learning history that must be there before it is killed
        process = subprocess.Popen([sys.executable, script, tmp_path / "search"], env=environment(PYTHONPATH=path))
        while process.poll() is None and lines(tmp_path / "search") < least:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
    resumed = tune_small(tmp_path / "search", graphs, trials=4, epochs=30, processes=2, resume=True)
    assert told(resumed) == told(tune_small(tmp_path / "undisturbed", graphs, trials=4, epochs=30))


def lines(search):
    histories = [path.read_text() for path in search.glob("training/*/training/history.csv")]
    return sum(text.count("\n") for text in histories) + 31 * len(list(search.glob("trials/*.json")))
