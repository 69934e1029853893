"""What parts of an embedding are worth, without a look at the test part."""

import dataclasses

import pytest
import torch

from multigraft.errors import InputError
from multigraft.evaluation.explain import ALONE, HELD_BACK, WHOLE, WITHOUT, columns_of, explain, within
from multigraft.evaluation.protocols import STRICT
from multigraft.graphs.splits import split_graphs
from tests.helpers.graphs import random_graphs
from tests.helpers.training import small_graphs, train_small


@pytest.fixture(scope="module")
def trained():
    return train_small(small_graphs(40), encoder="graft", encoder_options={"walks": 3}, strategy="joint", epochs=1)


def test_every_part_is_left_out_and_stands_alone(trained):
    table = explain(trained, small_graphs(40), device="cpu")
    parts = trained.encoder.blocks()
    names = [WHOLE, *(name for part in parts for name in (WITHOUT + part, part + ALONE))]
    for task in ("gc", "nc", "lp"):
        assert list(dict.fromkeys(row.encoder for row in table.rows if row.task == task))[: len(names)] == names
    assert {one.against for one in table.differences} >= {*names[1:], "attributes", "majority"}
    assert {one.encoder for one in table.differences} == {WHOLE}
    assert "validation graphs" in table.notes[0]


def test_scores_are_of_the_validation_graphs_and_the_test_graphs_are_not_read(trained):
    graphs = small_graphs(40)
    table = explain(trained, graphs, ["gc"], device="cpu")
    assert {row.n_test for row in table.rows} == {len(trained.split.validation)}
    spoilt, test = graphs.x.clone(), torch.isin(graphs.node_graph, trained.split.test)
    spoilt[test] = torch.nan
    labels = graphs.graphs["label"].clone()
    labels[trained.split.test] = 1 - labels[trained.split.test]
    unread = dataclasses.replace(graphs, nodes={**graphs.nodes, "x": spoilt}, graphs={**graphs.graphs, "label": labels})
    own = dataclasses.replace(trained, split=dataclasses.replace(trained.split, identity=_identity(unread)))
    assert explain(own, unread, ["gc"], device="cpu").rows == table.rows


def _identity(graphs):
    return split_graphs(graphs, "random", 0).identity


def test_columns_follow_the_parts():
    found = columns_of({"a": 2, "b": 1, "c": 3})
    assert {name: columns.tolist() for name, columns in found.items()} == {"a": [0, 1], "b": [2], "c": [3, 4, 5]}


def test_what_chooses_settings_is_a_part_of_the_training_graphs():
    split = split_graphs(random_graphs(50), "random", 0)
    inner = within(split, seed=3)
    both = torch.cat([inner.train, inner.validation])
    assert torch.equal(both.sort().values, split.train.sort().values)
    assert len(inner.validation) == len(split.train) // HELD_BACK
    assert torch.equal(inner.test, split.validation)
    assert torch.equal(within(split, seed=3).train, inner.train)
    assert not torch.equal(within(split, seed=4).train, inner.train)


def test_an_embedding_of_one_piece_cannot_be_taken_apart():
    with pytest.raises(InputError, match="encoder 'gcn' is of one piece"):
        explain(train_small(), small_graphs())


def test_all_layers_side_by_side_can():
    table = explain(
        train_small(small_graphs(30), encoder="gin", jk="concat", epochs=1), small_graphs(30), ["gc"], device="cpu"
    )
    assert {WITHOUT + "input", "layer 2" + ALONE} <= {row.encoder for row in table.rows}


def test_other_graphs_are_divided_as_probe_does(trained):
    others = random_graphs(40, seed=9, least_nodes=3)
    table = explain(trained, others, ["gc"], device="cpu", seed=2)
    split = split_graphs(others, STRICT.split_of(others), 2)
    assert {row.n_test for row in table.rows} == {len(split.validation)}
    assert table.notes[0].startswith("The encoder was not trained on this data set: ")
    known = explain(trained, small_graphs(40).select([*range(39, -1, -1)]), ["gc"], device="cpu")
    assert " validation graphs are among those that the encoder was trained on" in known.notes[1]
