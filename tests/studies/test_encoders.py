import shutil

import pytest
import torch
from torch_geometric.nn import GIN

from multigraft.encoders.registry import MODULES
from multigraft.errors import InputError
from multigraft.graphs.catalog import load
from multigraft.studies.encoders import check_options, epochs_done, obtain
from multigraft.studies.grid import Training
from tests.helpers.cli import write_folder
from tests.helpers.training import small_graphs

FAST = '{"batch_size":6,"dim":4,"epochs":2,"layers":1,"validation_draws":1}'


@pytest.fixture(scope="module")
def graphs(tmp_path_factory):
    held = load(str(write_folder(tmp_path_factory.mktemp("data") / "tiny", small_graphs())))
    return {"tiny": held}.__getitem__


def a_training(strategy="esame", tasks=("gc",), options=FAST, **more):
    return Training("tiny", "stratified", 0, strategy, tasks, options, **more)


def test_an_encoder_is_trained_once(graphs, tmp_path):
    training = a_training()
    assert epochs_done(training, tmp_path) == 0
    first = obtain(training, graphs, tmp_path, "cpu")
    assert epochs_done(training, tmp_path) == 2
    stamp = (tmp_path / training.key / "model.safetensors").stat().st_mtime_ns
    again = obtain(training, graphs, tmp_path, "cpu")
    assert (tmp_path / training.key / "model.safetensors").stat().st_mtime_ns == stamp
    assert first.fingerprint == again.fingerprint
    assert first.tasks == ("gc",)


def test_what_is_only_there_to_go_on_goes_when_it_is_done(graphs, tmp_path):
    training = a_training()
    obtain(training, graphs, tmp_path, "cpu")
    assert [path.name for path in (tmp_path / training.key / "training").iterdir()] == ["history.csv"]


def killed_at(place, training, kept):
    """What a process that was killed leaves behind: only some of the files."""
    for path in list((place / training.key).rglob("*")):
        if path.is_file() and path.name not in kept:
            path.unlink()


@pytest.mark.parametrize("kept", [(), ("split.json",), ("split.json", "initial.safetensors")], ids=str)
def test_a_run_that_was_killed_before_its_first_epoch_starts_again(graphs, tmp_path, kept):
    training = a_training()
    whole = obtain(training, graphs, tmp_path / "whole", "cpu")
    obtain(training, graphs, tmp_path / "cut", "cpu")
    killed_at(tmp_path / "cut", training, kept)
    assert obtain(training, graphs, tmp_path / "cut", "cpu").fingerprint == whole.fingerprint


def test_a_run_that_was_killed_while_it_was_written_out_is_finished(graphs, tmp_path):
    training = a_training()
    whole = obtain(training, graphs, tmp_path / "whole", "cpu")
    shutil.copytree(tmp_path / "whole", tmp_path / "cut")
    (tmp_path / "cut" / training.key / "config.json").unlink()
    assert obtain(training, graphs, tmp_path / "cut", "cpu").fingerprint == whole.fingerprint


def test_fine_tuning_trains_what_it_starts_from(graphs, tmp_path):
    start = a_training("joint", ("gc", "lp"))
    training = a_training("finetune", ("gc",), '{"batch_size":6,"epochs":1}', start=start)
    tuned = obtain(training, graphs, tmp_path, "cpu")
    base = obtain(start, graphs, tmp_path, "cpu")
    assert tuned.tasks == ("gc",)
    assert tuned.strategy["name"] == "finetune"
    assert tuned.split.to_json() == base.split.to_json()
    assert tuned.untrained().fingerprint == base.untrained().fingerprint != base.fingerprint
    assert tuned.fingerprint != base.fingerprint


def test_an_untrained_encoder_is_the_twin_of_every_trained_one(graphs, tmp_path):
    untrained = obtain(a_training("untrained", (), '{"dim":4,"layers":1}'), graphs, tmp_path, "cpu")
    for strategy, tasks in (("esame", ("gc",)), ("joint", ("gc", "nc", "lp"))):
        trained = obtain(a_training(strategy, tasks), graphs, tmp_path, "cpu")
        assert trained.untrained().fingerprint == untrained.fingerprint
        assert trained.split.to_json() == untrained.split.to_json()
    assert torch.equal(untrained.embed(graphs("tiny")), trained.untrained().embed(graphs("tiny")))


def test_options_of_tasks_reach_the_training(graphs, tmp_path):
    training = a_training("single", ("lp",), task_options='{"lp":{"order":"file","relu":true}}')
    trained = obtain(training, graphs, tmp_path, "cpu")
    assert trained.model.tasks[0].config() == {"order": "file", "relu": True}


def test_an_encoder_of_someone_elses(graphs, tmp_path, monkeypatch):
    monkeypatch.setitem(MODULES, "theirs", lambda width: GIN(width, hidden_channels=5, num_layers=2))
    options = '{"batch_size":6,"encoder":"theirs","epochs":1}'
    trained = obtain(a_training(options=options), graphs, tmp_path, "cpu")
    untrained = obtain(a_training("untrained", (), '{"encoder":"theirs"}'), graphs, tmp_path, "cpu")
    assert trained.encoder.dim == 5
    assert trained.untrained().fingerprint == untrained.fingerprint


def test_an_encoder_that_nobody_registered(graphs, tmp_path):
    with pytest.raises(InputError, match="no encoder 'theirs': a plugin of the study must register it"):
        obtain(a_training(options='{"encoder":"theirs"}'), graphs, tmp_path, "cpu")


@pytest.mark.parametrize(
    ("training", "message"),
    [
        (a_training("esam"), "unknown strategy 'esam'"),
        (a_training(tasks=("gcc",)), "unknown task 'gcc'"),
        (a_training("single", options='{"inner_lr":0.1}'), "strategy 'single' has no option inner_lr"),
    ],
    ids=["strategy", "task", "option"],
)
def test_options_are_checked_without_training(training, message):
    with pytest.raises(InputError, match=message):
        check_options(training)


def test_options_that_fit_pass():
    check_options(a_training())
    check_options(a_training("untrained", (), "{}"))
