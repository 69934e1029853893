"""The race of splits in lockstep: both sides train the same splits in the same way."""

import pytest
import torch

from multigraft.bench.races import lockstep
from multigraft.errors import InputError
from tests.helpers.graphs import random_graphs


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockstep, "labelled_graphs", lambda: random_graphs(50, seed=1, least_nodes=4, density=0.4))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_it_needs_a_gpu():
    with pytest.raises(InputError, match="race lockstep needs a GPU"):
        lockstep.lockstep()


def test_an_epoch_of_every_split_is_a_call(monkeypatch):
    made = {"together": [], "alone": []}
    monkeypatch.setattr(lockstep, "Lockstep", lambda *given, build=lockstep.Lockstep: made["together"].append(
        build(*given)) or made["together"][-1])  # fmt: skip
    monkeypatch.setattr(lockstep, "trainer", lambda side, build=lockstep.trainer: made["alone"].append(
        side) or build(side))  # fmt: skip
    race = lockstep.splits_race("cpu", 2)
    assert race.fast_units == race.plain_units == 2 * 2
    for _ in range(2):
        race.fast(), race.plain()
    [loop] = made["together"]
    for place, side in enumerate(made["alone"]):
        assert side.current_epoch == loop.epoch - 1 == 1
        for name, value in side.model.named_parameters():
            ours = loop.stacks.models.weights[name][place]
            torch.testing.assert_close(ours, value, rtol=1e-3, atol=1e-5)


def test_its_name_and_what_it_is():
    race = lockstep.splits_race("cpu", 2)
    assert (race.name, race.floored) == ("lockstep", False)
    assert race.what == "a step of one split of esame on 16 graphs of made; 2 splits on cpu"
