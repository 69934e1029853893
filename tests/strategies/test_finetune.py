import dataclasses

import pytest
import torch

from multigraft.errors import InputError
from multigraft.models.storage import load_encoder
from multigraft.strategies.finetune import FineTune
from multigraft.strategies.joint import Joint
from tests.helpers.training import small_graphs, train_small

NARROW = {"dim": None, "layers": None}


@pytest.fixture(scope="module")
def graphs():
    return small_graphs()


@pytest.fixture(scope="module")
def start(graphs, tmp_path_factory):
    trained = train_small(graphs, tasks=["gc", "nc", "lp"], strategy="joint", seed=3)
    trained.save(tmp_path_factory.mktemp("start") / "encoder")
    return trained


def tuned(graphs, start, **options):
    return train_small(graphs, strategy="finetune", start=start, **{"tasks": ["gc", "nc"], **NARROW, **options})


def test_its_loss_is_that_of_joint_training():
    assert issubclass(FineTune, Joint)
    assert FineTune.losses is Joint.losses
    assert FineTune().config() == {"name": "finetune"}
    assert FineTune.continues
    assert not Joint.continues


def test_it_begins_where_the_start_ended(graphs, start):
    almost = tuned(graphs, start, epochs=1, learning_rate=1e-12)
    for name, value in almost.model.state_dict().items():
        torch.testing.assert_close(value, start.model.state_dict()[name])


def test_it_goes_on_from_there(graphs, start):
    trained = tuned(graphs, start)
    assert trained.fingerprint != start.fingerprint
    assert trained.tasks == ("gc", "nc")
    assert trained.strategy == {"name": "finetune"}


def test_untrained_means_untrained(graphs, start):
    assert tuned(graphs, start).untrained().fingerprint == start.untrained().fingerprint != start.fingerprint


def test_its_test_graphs_are_those_of_the_start(graphs, start):
    assert tuned(graphs, start, seed=9).split.to_json() == start.split.to_json()


def test_other_graphs_are_split_anew(start):
    others = small_graphs(seed=12)
    assert tuned(others, start, seed=9).split.identity != start.split.identity


def test_a_new_task_has_a_fresh_head(graphs):
    start = train_small(graphs, tasks=["gc"], strategy="single")
    trained = tuned(graphs, start, epochs=1, learning_rate=1e-12, tasks=["gc", "lp"])
    assert set(trained.model.heads) == {"gc", "lp"}
    torch.testing.assert_close(
        trained.model.heads["gc"].graph.weight, start.model.heads["gc"].graph.weight, rtol=0, atol=1e-9
    )


def test_the_start_is_not_changed(graphs, start):
    before = start.fingerprint
    tuned(graphs, start)
    assert start.fingerprint == before


def test_a_directory_names_a_start(graphs, start, tmp_path):
    start.save(tmp_path / "start")
    one, two = tuned(graphs, tmp_path / "start"), tuned(graphs, start)
    assert one.fingerprint == two.fingerprint == tuned(graphs, load_encoder(tmp_path / "start")).fingerprint


def test_any_strategy_may_go_on_from_a_start(graphs, start):
    trained = train_small(graphs, strategy="esame", tasks=["gc", "lp"], start=start, **NARROW)
    assert trained.untrained().fingerprint == start.untrained().fingerprint


def test_it_is_resumed_bit_for_bit(graphs, start, tmp_path):
    whole = tuned(graphs, start, epochs=3, out=tmp_path / "whole")
    tuned(graphs, start, epochs=1, out=tmp_path / "cut")
    resumed = tuned(graphs, start, epochs=3, out=tmp_path / "cut", resume=True)
    assert resumed.fingerprint == whole.fingerprint
    assert resumed.untrained().fingerprint == start.untrained().fingerprint


def test_it_is_not_resumed_from_another_start(graphs, start, tmp_path):
    tuned(graphs, start, epochs=1, out=tmp_path / "run")
    other = train_small(graphs, tasks=["gc", "nc", "lp"], strategy="joint", seed=4)
    with pytest.raises(InputError, match="start"):
        tuned(graphs, other, epochs=2, out=tmp_path / "run", resume=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strategy": "finetune", **NARROW}, "goes on from a trained encoder: train one for all tasks first"),
        ({"strategy": "joint", "start": "START"}, "which would describe another"),
        ({"strategy": "joint", "start": "/nowhere", **NARROW}, "no trained encoder at /nowhere"),
    ],
    ids=["without", "shape", "directory"],
)
def test_starts_that_cannot_be(graphs, start, options, message):
    if options.get("start") == "START":
        options = {**options, "start": start}
    with pytest.raises(InputError, match=message):
        train_small(graphs, tasks=["gc"], **options)


def test_a_head_for_other_classes_is_fresh(start):
    from tests.helpers.graphs import random_graphs

    others = random_graphs(30, seed=1, least_nodes=4, density=0.4, graph_classes=4)
    again = tuned(others, start)
    assert again.model.heads["gc"].graph.out_features == 4
    assert start.model.heads["gc"].graph.out_features != 4


def test_its_test_graphs_stay_those_of_the_first_training(graphs, start):
    between = tuned(small_graphs(seed=12), start, epochs=1)
    assert len(between.seen) == 2
    later = tuned(graphs, between, seed=9, epochs=1)
    assert later.split.test.tolist() == start.split.test.tolist()


def test_a_split_of_ones_own_may_not_test_what_was_seen(graphs, start):
    mine = dataclasses.replace(start.split, kind="mine", train=start.split.train[1:])
    assert tuned(graphs, start, split=mine, epochs=1).split.kind == "mine"
    turned = dataclasses.replace(start.split, train=start.split.test, test=start.split.train)
    with pytest.raises(InputError, match="are among those that the encoder was trained on"):
        tuned(graphs, start, split=turned, epochs=1)
