"""Which units go together, and what training them together leaves in a ledger."""

import dataclasses

import pytest
import torch

from multigraft.errors import InputError
from multigraft.graphs.catalog import load
from multigraft.models.storage import load_encoder
from multigraft.studies import groups
from multigraft.studies.encoders import obtain
from multigraft.studies.execution import Unit
from multigraft.studies.grid import Training
from multigraft.studies.groups import Group, configuration, grouped, train_group
from multigraft.studies.ledger import Ledger
from multigraft.studies.schedule import units
from tests.helpers.cli import write_folder
from tests.helpers.studies import small_study
from tests.helpers.training import small_graphs

FAST = '{"batch_size":6,"dim":4,"epochs":2,"layers":1,"validation_draws":1}'


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return (("tiny", write_folder(tmp_path_factory.mktemp("data") / "tiny", small_graphs())),)


def a_training(seed=0, strategy="single", tasks=("nc",), options=FAST, **more):
    return Training("tiny", "stratified", seed, strategy, tasks, options, **more)


def a_group(folders, *trainings):
    return Group(tuple(Unit(training, (), "tiny", folders) for training in trainings))


def test_units_go_together_that_differ_in_their_split():
    work = units([small_study(splits=3)])
    found = grouped(work)
    assert [[unit.trains.seed for unit in group.units] for group in found] == [[0, 1, 2]] * 3
    assert [group.units[0].trains.strategy for group in found] == ["single", "esame", "esame"]
    assert {unit for group in found for unit in group.units} <= set(work)
    assert found[1].name == "MUTAG esame gc, split 0 and 2 more"
    assert grouped(units([small_study(splits=1)])) == []


def test_configurations_are_told_apart_by_all_but_seeds():
    start = a_training(strategy="joint")
    base = a_training(start=start)
    assert configuration(base) == configuration(a_training(1, start=dataclasses.replace(start, seed=1)))
    others = [a_training(tasks=("gc",)), a_training(strategy="esame"), a_training(), a_training(start=base)]
    assert len({configuration(one) for one in [base, *others]}) == 5


def test_encoders_trained_together_are_those_trained_alone(folders, tmp_path):
    trainings = [a_training(seed) for seed in range(3)]
    train_group(a_group(folders, *trainings), tmp_path / "together", "cpu")
    encoders = Ledger(tmp_path / "together").encoders
    for training in trainings:
        alone = obtain(training, lambda name: load(dict(folders)[name]), tmp_path / "alone", "cpu")
        ours = load_encoder(encoders / training.key)
        assert ours.metadata["lockstep"] == 3
        for one, other in zip(ours.model.parameters(), alone.model.parameters(), strict=True):
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)
        assert obtain(training, load, encoders, "cpu").fingerprint == ours.fingerprint
    assert not list(encoders.glob("lockstep-*"))


def asked_to_train(monkeypatch):
    """The seeds of the runs of every call of `train_together`, and their state."""
    asked, train = [], groups.train_together
    monkeypatch.setattr(groups, "train_together", lambda runs, outs, state: asked.append(
        ([run.options.seed for run in runs], state.name)) or train(runs, outs, state))  # fmt: skip
    return asked


def test_what_is_there_or_begun_alone_is_left(folders, tmp_path, monkeypatch):
    asked = asked_to_train(monkeypatch)
    trainings = [a_training(seed) for seed in range(4)]
    encoders = Ledger(tmp_path).encoders
    obtain(trainings[0], lambda name: load(dict(folders)[name]), encoders, "cpu")
    (encoders / trainings[1].key / "training").mkdir(parents=True)
    (encoders / trainings[1].key / "options.json").write_text("{}")
    (encoders / trainings[1].key / "training" / "last.ckpt").write_text("half")
    train_group(a_group(folders, *trainings), tmp_path, "cpu")
    assert asked == [([2, 3], f"lockstep-{configuration(trainings[0])}.ckpt")]
    train_group(a_group(folders, *trainings), tmp_path, "cpu")
    assert len(asked) == 1


def test_a_single_one_is_trained_alone_unless_it_was_begun_in_lockstep(folders, tmp_path, monkeypatch):
    asked = asked_to_train(monkeypatch)
    training = a_training(5)
    train_group(a_group(folders, training), tmp_path, "cpu")
    encoders = Ledger(tmp_path).encoders
    assert asked == []
    assert not (encoders / training.key).exists()
    torch.save({}, encoders / f"lockstep-{configuration(training)}.ckpt")
    train_group(a_group(folders, training), tmp_path, "cpu")
    assert [seeds for seeds, _ in asked] == [[5]]
    assert (encoders / training.key / "config.json").is_file()


def test_what_was_killed_before_it_began_begins_again(folders, tmp_path):
    trainings = [a_training(seed) for seed in range(2)]
    place = Ledger(tmp_path).encoders / trainings[0].key
    place.mkdir(parents=True)
    (place / "split.json").write_text("{}")
    train_group(a_group(folders, *trainings), tmp_path, "cpu")
    assert (place / "config.json").is_file()


def test_those_that_cannot_go_together_are_refused_and_leave_nothing(folders, tmp_path):
    trainings = [a_training(seed, "reptile") for seed in range(2)]
    with pytest.raises(InputError, match="strategy 'reptile' trains one model at a time"):
        train_group(a_group(folders, *trainings), tmp_path, "cpu")
    assert not [path for path in Ledger(tmp_path).encoders.iterdir() if path.is_dir()]
