"""The directory of a run: begun, gone on with, refused, ended."""

import json

import pytest
import torch

from multigraft.errors import InputError
from multigraft.models.storage import load_encoder
from multigraft.training.place import INITIAL, OPTIONS, begin, end
from tests.helpers.lockstep import alone, runs


def test_a_new_directory_says_what_will_be_trained(tmp_path):
    [run] = runs((3,))
    begin(run, tmp_path / "run", resume=False)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [INITIAL, OPTIONS, "split.json"]
    options = json.loads((tmp_path / "run" / OPTIONS).read_text())
    assert (options["seed"], options["tasks"], options["data"]["name"]) == (3, ["gc", "nc", "lp"], "made")


def test_what_goes_on_begins_with_the_weights_that_are_there(tmp_path):
    (first,), (again,) = runs((0,)), runs((0,))
    begin(first, tmp_path / "run", resume=False)
    with torch.no_grad():
        next(again.model.encoder.parameters()).zero_()
        next(again.initial.parameters()).zero_()
    begin(again, tmp_path / "run", resume=True)
    for ours, theirs in zip(again.model.encoder.parameters(), first.initial.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_directories_of_others_are_refused(tmp_path):
    (run,), (other,) = runs((0,)), runs((1,))
    begin(run, tmp_path / "run", resume=False)
    with pytest.raises(InputError, match="add --resume to go on with it"):
        begin(run, tmp_path / "run", resume=False)
    with pytest.raises(InputError, match="seed: 0 there, 1 now"):
        begin(other, tmp_path / "run", resume=True)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="holds no training run to resume"):
        begin(run, tmp_path / "notes", resume=True)


def test_the_result_has_its_directory_as_its_home(tmp_path):
    trained = alone(0, epochs=1, strategy="single", tasks=["nc"])
    assert trained.home is None
    assert end(trained, tmp_path / "run").home == tmp_path / "run"
    assert load_encoder(tmp_path / "run").fingerprint == trained.fingerprint
