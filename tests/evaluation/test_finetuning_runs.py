"""Seeds side by side: the same as one after another, killed at any moment, and failing alone."""

import os
import pickle
import signal
import subprocess
import sys
import time

import pytest

from multigraft.errors import InputError, MultigraftError
from multigraft.evaluation import finetuning_runs, finetuning_seed
from multigraft.models.embedder import GraphEmbedder
from tests.helpers.cli import ROOT, environment
from tests.helpers.finetuning import pretrained, read_csv, told, tune_small


@pytest.mark.slow
def test_side_by_side_it_finds_the_same(tuned, start, graphs, tmp_path):
    found = tune_small(start, graphs, seeds=(0, 1), processes=2, out=tmp_path / "out")
    assert told(found) == told(tuned)
    assert not (tmp_path / "out" / "training").exists()


@pytest.mark.slow
def test_killed_side_by_side_and_resumed(tuned, start, graphs, tmp_path):
    """A process that is killed while its two workers train leaves no worker, and a state to go on from."""
    out, script = tmp_path / "out", tmp_path / "script.py"
    start.save(tmp_path / "start")
    script.write_text(
        "from tests.helpers.finetuning import binary_graphs, tune_small\n"
        "if __name__ == '__main__':\n"
        f"    tune_small({str(tmp_path / 'start')!r}, binary_graphs(), seeds=(0, 1), processes=2, epochs=2000,\n"
        f"               dim=None, layers=None, out={str(out)!r})\n"
    )
    process = subprocess.Popen(
        [sys.executable, script], env=environment(PYTHONPATH=f"{ROOT / 'src'}{os.pathsep}{ROOT}"),
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not all((out / f"seed-{seed}" / "training" / "last.ckpt").is_file() for seed in (0, 1)):
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    time.sleep(1)  # the workers notice that they are alone
    histories = [out / f"seed-{seed}" / "training" / "history.csv" for seed in (0, 1)]
    done = [len(read_csv(path)) for path in histories]
    time.sleep(1)
    assert [len(read_csv(path)) for path in histories] == done
    assert not (out / "finetune.json").exists()
    with pytest.raises(InputError, match="epochs: 2000 there, 3 now"):
        tune_small(start, graphs, seeds=(0, 1), out=out, resume=True)


@pytest.mark.slow
def test_a_seed_that_fails_does_not_stop_the_others(start, graphs, tmp_path):
    out = tmp_path / "out"
    options = {"seeds": (0, 1), "learning_rate": 1e30, "processes": 2, "out": out}
    with pytest.raises(MultigraftError, match=r"seed [01] failed, 2 of 2 did: .*smaller learning rate"):
        tune_small(start, graphs, **options)
    assert not (out / "finetune.json").exists()


def test_progress_counts_epochs_of_all_seeds(tuned, graphs):
    setup = finetuning_seed.Setup(tuned.out, "ml", "roc_auc", "mean", {}, {"epochs": 3})
    bar = finetuning_runs._Bar(setup, (0, 1, 2))
    assert (bar.total, bar.moved(), bar.moved()) == (9, 6, 0)


@pytest.mark.slow
def test_the_start_stays_what_it_was(graphs, tmp_path):
    """Its copy for other processes is no home of its own: a GraphEmbedder goes into a pickle as before."""
    start = pretrained()
    start.save(tmp_path / "start")
    tune_small(start, graphs, seeds=(0, 1), processes=2, epochs=1)
    assert start.home == (tmp_path / "start").absolute()
    assert pickle.loads(pickle.dumps(GraphEmbedder(start))).encoder == start.home


@pytest.mark.slow
def test_no_copy_of_the_data_stays_where_all_seeds_fail(start, graphs, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(MultigraftError):
        tune_small(start, graphs, seeds=(0, 1), learning_rate=1e30, processes=2, out=out)
    assert out.is_dir()
    assert not (out / "training").exists()


def test_what_a_killed_run_left_goes_with_the_next(tuned, start, graphs):
    for place in (tuned.out, tuned.out / "from-scratch"):
        (place / "training").mkdir(parents=True)
        (place / "training" / "graphs.safetensors").touch()
    tune_small(start, graphs, seeds=(0, 1), out=tuned.out, resume=True)
    assert not any(tuned.out.rglob("graphs.safetensors"))
