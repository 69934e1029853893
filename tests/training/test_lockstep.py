"""Runs in lockstep end as each does alone: weights, scores, files; also where one stops, fails, or all are killed."""

import csv
import dataclasses
import itertools
import json

import pytest
import torch

from multigraft.errors import InputError, MultigraftError
from multigraft.models.storage import load_encoder
from multigraft.strategies.balancing.base import Fixed
from multigraft.training import lockstep
from multigraft.training.lockstep import Lockstep, train_together
from multigraft.training.module import TrainingModule
from multigraft.training.side import Side
from tests.helpers.lockstep import alone, runs

VARIANTS = {
    "isame": {"strategy": "isame"},
    "esame": {"strategy": "esame", "inner_steps": 2, "step_losses": True},
    "joint": {"strategy": "joint", "validate_every": 2, "layer_decay": 0.5},
    "single": {"strategy": "single", "tasks": ["nc"]},
    "frozen-and-weighted": {"strategy": "isame", "freeze": "1", "balancing": Fixed((("gc", 0.5), ("lp", 2.0)))},
}
CHEAP = {"strategy": "single", "tasks": ["nc"]}


def history(out):
    rows = csv.DictReader((out / "training" / "history.csv").read_text().splitlines())
    return [{name: float(value or "nan") for name, value in row.items() if name != "seconds"} for row in rows]


def assert_close(ours, theirs, tolerance=1e-4):
    """Two encoders with the same weights, but for what float32 rounds in a few steps."""
    weights = theirs.model.state_dict()
    assert ours.model.state_dict().keys() == weights.keys()
    for name, value in ours.model.state_dict().items():
        assert float((value - weights[name]).norm()) <= tolerance * float(weights[name].norm()) + 1e-7, name


def together(folder, given):
    outs = [folder / f"run-{run.options.seed}" for run in given]
    return train_together(given, outs, folder / "state.ckpt"), outs


@pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS.keys())
def test_every_run_ends_as_it_does_alone(tmp_path, options):
    found, outs = together(tmp_path / "together", runs(**options))
    for seed, (ours, out) in enumerate(zip(found, outs, strict=True)):
        theirs = alone(seed, tmp_path / f"alone-{seed}", **options)
        assert_close(ours, theirs)
        assert_close(load_encoder(out), theirs)
        assert ours.home == out.absolute()
        for kept in ("epochs", "best_epoch", "seed", "learning_rate", "batch_size"):
            assert ours.metadata[kept] == theirs.metadata[kept]
        assert ours.metadata["validation"] == pytest.approx(theirs.metadata["validation"])
        for own, other in zip(history(out), history(tmp_path / f"alone-{seed}"), strict=True):
            assert own == pytest.approx(other, rel=1e-4, nan_ok=True)


def test_a_directory_is_that_of_a_run_alone(tmp_path):
    [ours, _], outs = together(tmp_path, runs(epochs=1, **CHEAP))
    alone(0, tmp_path / "alone", epochs=1, **CHEAP)
    files = [
        {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file() and "tensorboard" not in str(path)}
        for out in (outs[0], tmp_path / "alone")
    ]
    assert files[1] - files[0] == {"training/last.ckpt"}
    assert files[0] <= files[1]
    options = [json.loads((out / "options.json").read_text()) for out in (outs[0], tmp_path / "alone")]
    assert options[0] == options[1]
    assert ours.metadata["lockstep"] == 2
    assert ours.metadata["graphs_per_second"] > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone", "run-0", "run-1"]


def test_a_run_whose_patience_ends_leaves_and_the_others_go_on(tmp_path):
    options = {"epochs": 9, "patience": 2, "learning_rate": 0.05, **CHEAP}
    found, _ = together(tmp_path, runs((0, 1, 4), **options))
    apart = [alone(seed, **options) for seed in (0, 1, 4)]
    epochs = [ours.metadata["epochs"] for ours in found]
    assert epochs == [theirs.metadata["epochs"] for theirs in apart]
    assert len(set(epochs)) == 3, "choose others: this test wants runs that stop at different epochs"
    for ours, theirs in zip(found, apart, strict=True):
        assert_close(ours, theirs)
        assert ours.metadata["lockstep"] == 3


def test_time_is_shared_between_the_runs(tmp_path, monkeypatch):
    clock = itertools.count()
    monkeypatch.setattr(lockstep.time, "monotonic", lambda: float(next(clock)))
    found, _ = together(tmp_path, runs(**CHEAP))
    assert found[0].metadata["seconds"] == found[1].metadata["seconds"] > 0
    assert sum(ours.metadata["seconds"] for ours in found) <= next(clock)


def test_a_run_that_fails_stops_no_other(tmp_path):
    given = runs((0, 1, 2), **CHEAP)
    with torch.no_grad():
        next(given[1].model.heads["nc"].parameters()).fill_(torch.nan)
    (first, failed, last), outs = together(tmp_path, given)
    assert isinstance(failed, MultigraftError)
    assert "no longer a number" in str(failed)
    assert not (outs[1] / "config.json").exists()
    assert_close(first, alone(0, **CHEAP))
    assert_close(last, alone(2, **CHEAP))


def test_the_models_of_the_runs_are_only_touched_when_they_leave(tmp_path):
    given = runs(**CHEAP)
    before = [{name: value.clone() for name, value in run.model.state_dict().items()} for run in given]
    loop = Lockstep([Side(run, tmp_path / str(run.options.seed)) for run in given], tmp_path / "state", {})
    loop.train_epoch()
    for run, weights in zip(given, before, strict=True):
        assert all(torch.equal(value, weights[name]) for name, value in run.model.state_dict().items())
        assert run.model.training


# --- going on --------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """What a process that is killed does not say."""


def killed_after(epochs, monkeypatch, folder, given):
    """Train, but for being killed in the step behind so many epochs."""
    questions = TrainingModule.questions

    def dying(side, step):
        if side.epoch == epochs and step == 1:
            raise Killed
        return questions(side, step)

    with monkeypatch.context() as patch:
        patch.setattr(TrainingModule, "questions", dying)
        with pytest.raises(Killed):
            together(folder, given)


@pytest.mark.parametrize("done", [0, 2])
def test_killed_and_continued_equals_undisturbed(tmp_path, monkeypatch, done):
    options = {"epochs": 3, "strategy": "joint", "tasks": ["nc", "gc"]}
    monkeypatch.setattr(lockstep, "PAUSE", 0.0)
    killed_after(done, monkeypatch, tmp_path / "killed", runs(**options))
    assert (tmp_path / "killed" / "state.ckpt").is_file() == (done > 0)
    found, outs = together(tmp_path / "killed", runs(**options))
    undisturbed, others = together(tmp_path / "whole", runs(**options))
    for ours, theirs, out, other in zip(found, undisturbed, outs, others, strict=True):
        assert ours.fingerprint == theirs.fingerprint
        assert history(out) == history(other)
    assert not (tmp_path / "killed" / "state.ckpt").exists()


def test_some_go_on_and_the_others_begin(tmp_path, monkeypatch):
    monkeypatch.setattr(lockstep, "PAUSE", 0.0)
    killed_after(1, monkeypatch, tmp_path, runs((0, 1, 2), **CHEAP))
    begun = []
    step_of = Lockstep.train_epoch
    monkeypatch.setattr(Lockstep, "train_epoch", lambda self: begun.append(
        (self.epoch, [side.options.seed for side in self.sides])) or step_of(self))  # fmt: skip
    found, _ = together(tmp_path, runs((3, 2, 0), **CHEAP))
    assert begun == [(1, [2, 0]), (0, [3]), (1, [3])]
    for seed, ours in zip((3, 2, 0), found, strict=True):
        assert_close(ours, alone(seed, **CHEAP))


def test_what_has_no_epoch_left_is_finished_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(lockstep, "PAUSE", 0.0)
    killed_after(2, monkeypatch, tmp_path, runs(epochs=3, **CHEAP))
    found, _ = together(tmp_path, runs(epochs=2, **CHEAP))
    for seed, ours in enumerate(found):
        assert ours.metadata["epochs"] == 2
        assert_close(ours, alone(seed, epochs=2, **CHEAP))


def test_states_are_not_written_all_the_time(tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr(lockstep.torch, "save", lambda kept, path: written.append(kept["epoch"]))
    together(tmp_path, runs(epochs=3, **CHEAP))
    assert written == [1]


@pytest.mark.parametrize("spoil", [lambda whole: b"half", lambda whole: whole[: len(whole) // 2]], ids=["text", "half"])
def test_a_state_that_cannot_be_read_is_named_before_anything_is_written(tmp_path, spoil):
    torch.save({"epoch": 1}, tmp_path / "state.ckpt")
    (tmp_path / "state.ckpt").write_bytes(spoil((tmp_path / "state.ckpt").read_bytes()))
    with pytest.raises(InputError, match=r"cannot read .*state\.ckpt.*remove it"):
        together(tmp_path, runs(**CHEAP))
    assert [path.name for path in tmp_path.iterdir()] == ["state.ckpt"]


# --- what is refused -------------------------------------------------------------------------------------------------


def test_runs_that_cannot_keep_step_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(InputError, match="cannot be trained in lockstep: strategy 'reptile' trains one model"):
        together(tmp_path, runs(strategy="reptile"))
    given = runs((0, 1))
    with pytest.raises(InputError, match="directories of different names"):
        train_together(given, [tmp_path / "a" / "run", tmp_path / "b" / "run"], tmp_path / "state.ckpt")
    assert list(tmp_path.iterdir()) == []


def test_a_directory_of_other_options_is_refused(tmp_path):
    together(tmp_path, runs(epochs=1, **CHEAP))
    with pytest.raises(InputError, match=r"learning_rate: 0\.01 there, 0\.5 now"):
        together(tmp_path, runs(epochs=1, learning_rate=0.5, **CHEAP))


# --- the loss within an epoch ----------------------------------------------------------------------------------------


def test_curves_are_those_of_runs_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("multigraft.training.curve.LONG", 20)
    options = {"epochs": 1, "batch_size": 1, **CHEAP}
    _, outs = together(tmp_path, runs((0, 1), **options))
    for seed, out in enumerate(outs):
        alone(seed, tmp_path / f"alone-{seed}", **options)
        ours, theirs = (
            [{name: float(value) for name, value in row.items() if name != "seconds"} for row in
             csv.DictReader((place / "training/steps.csv").read_text().splitlines())]
            for place in (out, tmp_path / f"alone-{seed}")
        )  # fmt: skip
        assert len(ours) == len(theirs) > 3
        for one, other in zip(ours, theirs, strict=True):
            assert one == pytest.approx(other, rel=1e-4)


def test_a_step_in_double_precision_is_each_runs_own(tmp_path):
    """Questions, losses, gradients and Adam of one step, to 1e-9."""
    sides = {}
    for name in ("together", "alone"):
        given = [dataclasses.replace(run, graphs=run.graphs.double()) for run in runs(strategy="isame")]
        sides[name] = [Side(run, tmp_path / str(seed)) for seed, run in enumerate(given)]
        for side in sides[name]:
            side.model.double()
    loop = Lockstep(sides["together"], tmp_path / "state", {})
    loop.train_epoch()
    for place, side in enumerate(sides["alone"]):
        optimizer = side.configure_optimizers()
        for step in range(side.steps):
            loss = side.training_step(step, step)
            optimizer.zero_grad()
            side.backward(loss)
            optimizer.step()
        for name, value in side.model.named_parameters():
            torch.testing.assert_close(loop.stacks.models.weights[name][place], value, rtol=1e-9, atol=1e-9)
