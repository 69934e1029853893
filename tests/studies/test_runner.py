import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from multigraft.processes import Here
from multigraft.studies import runner
from multigraft.studies.execution import Unit
from multigraft.studies.groups import Group
from multigraft.studies.ledger import Ledger
from multigraft.studies.reading import read_study
from multigraft.studies.runner import Way, epochs_of, run_units
from multigraft.studies.schedule import unfinished, units
from multigraft.studies.state import spoilt
from multigraft.studies.study import Row, Stage
from tests.helpers.cli import environment
from tests.helpers.studies import TINY, contents, small_study, tiny_study

FINETUNE = """
[[rows]]
strategy = "finetune"
start = { strategy = "joint", tasks = "gc,lp" }
tasks = ["gc"]
probe = "own"
dim = 4
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A study whose ledger was filled without disturbance, by one process."""
    folder = tmp_path_factory.mktemp("study")
    study = read_study(str(tiny_study(folder)))
    ledger = Ledger(folder / "whole")
    done = run_units(units([study]), ledger, processes=1, device="cpu")
    return folder, study, ledger, done


def test_all_work_is_done(whole):
    _, study, ledger, done = whole
    work = units([study])
    assert (done.units, done.left, done.failed) == (len(work), [], {})
    assert done.seconds > 0
    assert unfinished(work, ledger) == []


@pytest.mark.slow
def test_several_processes_find_the_same(whole, tmp_path):
    _, study, ledger, _ = whole
    run_units(units([study]), Ledger(tmp_path), processes=2, device="cpu")
    assert contents(Ledger(tmp_path)) == contents(ledger)


def test_nothing_to_do_starts_no_process(whole):
    _, study, ledger, _ = whole
    assert run_units(unfinished(units([study]), ledger), ledger, processes=1).units == 0


def test_work_that_the_budget_does_not_reach_is_left(whole, tmp_path):
    _, study, _, _ = whole
    work = units([study])
    done = run_units(work, Ledger(tmp_path), processes=1, budget=0.01, device="cpu")
    assert done.units == 0
    assert set(done.left) == set(work)
    assert unfinished(work, Ledger(tmp_path)) == work


@pytest.mark.slow
def test_a_unit_that_fails_stops_neither_the_others_nor_is_it_counted(tmp_path):
    text = TINY.replace("splits = 2", "splits = 1")
    text = text.replace('probe = "own"', 'probe = "own"\nlearning_rate = 1e30')
    study = read_study(str(tiny_study(tmp_path, text)))
    work, ledger = units([study]), Ledger(tmp_path / "ledger")
    done = run_units(work, ledger, processes=1, device="cpu")
    ((unit, reason),) = done.failed.items()
    assert unit.training.strategy == "single"
    assert "no longer a number" in reason
    assert done.units == len(work) - 1
    assert unfinished(work, ledger) == [unit]


def test_what_starts_from_a_failure_fails_with_its_reason(tmp_path):
    text = TINY.replace("splits = 2", "splits = 1").replace("dim = 4\n", "").replace("layers = 1\n", "")
    text += FINETUNE.replace("dim = 4", "") + '[[settings]]\nfor = { strategy = "joint" }\nlearning_rate = 1e30\n'
    study = read_study(str(tiny_study(tmp_path, text)))
    work = [unit for unit in units([study]) if unit.training and unit.training.strategy in ("joint", "finetune")]
    done = run_units(work, Ledger(tmp_path / "ledger"), processes=1, device="cpu")
    reasons = {unit.training.strategy: reason for unit, reason in done.failed.items()}
    assert "the encoder that it starts from failed" in reasons["finetune"]
    assert "no longer a number" in reasons["joint"]


def test_epochs_are_counted_where_something_is_trained(whole):
    _, study, _, _ = whole
    planned = {unit.name.split()[1].rstrip(","): epochs_of(unit) for unit in units([study])}
    assert planned == {"single": 2, "esame": 2, "untrained": 0, "baselines": 0}


def command(folder, ledger):
    return [sys.executable, "-m", "multigraft", "study", "run", str(folder / "small.toml"),
            "--ledger", str(ledger), "--processes", "2", "--device", "cpu"]  # fmt: skip


def written(ledger):
    """Every file of a ledger with the moment it was written: a file that is written again counts as new."""
    return {(path, path.stat().st_mtime_ns) for path in ledger.glob("*/**/*.json")}


def run_and_kill(folder, ledger, files, after):
    """Run the study and kill it `after` seconds past its first new `files`; True if it was still running."""
    before = written(ledger)
    process = subprocess.Popen(
        command(folder, ledger), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None and len(written(ledger) - before) < files:
        time.sleep(0.02)
    time.sleep(after)
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return alive


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_study_killed_ten_times_ends_with_the_ledger_of_an_undisturbed_one(whole, tmp_path):
    folder, study, ledger, _ = whole
    chance = random.Random(0)
    kills = 0
    for _ in range(40):
        kills += run_and_kill(folder, tmp_path, chance.randint(0, 2), chance.uniform(0, 0.5))
        if kills == 10:
            break
        if len(unfinished(units([study]), Ledger(tmp_path))) < len(units([study])) // 2:
            # So that there is something left to kill: take some results and encoders away, and go on.
            for config in sorted((tmp_path / "encoders").glob("*/config.json"))[:2]:
                config.unlink()
            for record in sorted((tmp_path / "runs").glob("*.json"))[::2]:
                record.unlink()
    assert kills == 10
    time.sleep(1)  # workers that were orphaned end by themselves
    final = subprocess.run(command(folder, tmp_path), env=environment(), capture_output=True, text=True, check=False)
    assert final.returncode == 0, final.stderr
    assert spoilt(Ledger(tmp_path)) == []
    assert contents(Ledger(tmp_path)) == contents(ledger)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_ctrl_c_leaves_what_the_next_call_continues(whole, tmp_path):
    folder, study, ledger, _ = whole
    process = subprocess.Popen(
        command(folder, tmp_path), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not list((tmp_path / "encoders").glob("*/options.json")):
        assert process.poll() is None
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "the same command goes on from here" in said
    assert "Traceback" not in said
    run_units(unfinished(units([study]), Ledger(tmp_path)), Ledger(tmp_path), processes=1, device="cpu")
    assert contents(Ledger(tmp_path)) == contents(ledger)


@pytest.mark.slow
def test_a_spoilt_file_is_set_aside_and_run_again(whole, tmp_path):
    folder, _, ledger, _ = whole
    import shutil

    shutil.copytree(ledger.path, tmp_path / "ledger")
    victim = sorted((tmp_path / "ledger" / "runs").glob("*.json"))[0]
    victim.write_text(victim.read_text()[:100])
    found = subprocess.run(
        command(folder, tmp_path / "ledger"), env=environment(), capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    assert f"set aside as {victim.name}.spoilt" in found.stderr
    assert Path(f"{victim}.spoilt").is_file()
    assert contents(Ledger(tmp_path / "ledger")) == contents(ledger)


# --- in lockstep -----------------------------------------------------------------------------------------------------


@pytest.fixture
def jobs(monkeypatch):
    """What is to be done, in order: how many units, and a name; nothing is, and what ``jobs.failing`` says fails."""
    done = Jobs()
    monkeypatch.setattr(runner, "Pool", lambda work, processes: Here(done.do))
    return done


class Jobs(list):
    def __init__(self):
        self.failing = lambda job: False

    def do(self, job):
        self.append((len(job.units) if isinstance(job, Group) else 1, job.name))
        if self.failing(job):
            raise ValueError("no luck")


def chained(splits=2):
    """Units of a study that goes on from encoders of its own."""
    rows = (Row("tuned", "finetune", (("gc",),), "own", start=(Stage("joint", ("gc", "lp")),)),)
    return [unit for unit in units([small_study(splits=splits, rows=rows)]) if unit.training and unit.trains.tasks]


def test_groups_are_trained_before_their_units_and_after_what_they_start_from(jobs, tmp_path):
    done = run_units(chained(), Ledger(tmp_path), 1, lockstep=True)
    first, second = "MUTAG joint gc,lp, split 0", "MUTAG joint gc,lp, split 1"
    third, fourth = "MUTAG finetune gc, split 0", "MUTAG finetune gc, split 1"
    assert jobs == [(2, f"{first} and 1 more"), (1, first), (1, second), (2, f"{third} and 1 more"), (1, third),
                    (1, fourth)]  # fmt: skip
    assert (done.units, done.left, done.alone) == (4, [], {})


def test_without_lockstep_there_are_no_groups(jobs, tmp_path):
    run_units(chained(), Ledger(tmp_path), 1)
    assert [count for count, _ in jobs] == [1, 1, 1, 1]


def test_what_cannot_be_trained_together_is_trained_alone_and_said(jobs, tmp_path):
    jobs.failing = lambda job: isinstance(job, Group)
    done = run_units(chained(), Ledger(tmp_path), 1, lockstep=True)
    assert (done.units, done.failed) == (4, {})
    assert done.alone == {
        "MUTAG joint gc,lp, split 0 and 1 more": "ValueError: no luck",
        "MUTAG finetune gc, split 0 and 1 more": "ValueError: no luck",
    }


def test_who_starts_from_a_failure_is_no_part_of_a_group(jobs, tmp_path):
    jobs.failing = lambda job: isinstance(job, Unit) and job.name == "MUTAG joint gc,lp, split 1"
    done = run_units(chained(3), Ledger(tmp_path), 1, lockstep=True)
    assert (2, "MUTAG finetune gc, split 0 and 1 more") in jobs
    assert sorted(unit.name for unit in done.failed) == ["MUTAG finetune gc, split 1", "MUTAG joint gc,lp, split 1"]
    assert done.units == 4


def test_the_way_follows_the_device(monkeypatch):
    monkeypatch.setattr(runner, "default_processes", lambda: 3)
    assert str(Way.of("cpu")) == "3 processes, an encoder at a time in each"
    assert Way.of("cpu", 2, True) == Way(2, True)
    monkeypatch.setattr(runner, "pick_device", lambda name: torch.device("cuda"))
    assert Way.of("auto") == Way(3, True)
    assert Way.of("auto", 1, False) == Way(1, False)
    said = "1 process; encoders that differ in their split alone are trained in lockstep"
    assert str(Way.of("auto", 1)) == said


def test_in_lockstep_a_study_finds_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "Pool", lambda work, processes: Here(work))
    text = TINY.partition("[[rows]]")[0] + '[[rows]]\nstrategy = "esame"\ntasks = ["gc,lp"]\n'
    work = [unit for unit in units([read_study(str(tiny_study(tmp_path, text)))]) if unit.name.split()[1] == "esame"]
    found = []
    for name, lockstep in (("together", True), ("alone", False)):
        done = run_units(work, Ledger(tmp_path / name), 1, device="cpu", lockstep=lockstep)
        assert (done.units, done.failed, done.alone) == (2, {}, {})
        found.append({key: content["scores"] for key, content in contents(Ledger(tmp_path / name)).items()})
        kept = [path.name for path in (tmp_path / name / "encoders").iterdir() if path.is_dir()]
        metadata = json.loads((tmp_path / name / "encoders" / kept[0] / "config.json").read_text())["metadata"]
        assert metadata.get("lockstep") == (2 if lockstep else None)
    together, alone = found
    assert together.keys() == alone.keys()
    for key, scores in together.items():
        for ours, theirs in zip(scores, alone[key], strict=True):
            assert ours == pytest.approx(theirs, abs=0.02)
