"""Baselines see attributes or nothing, never an edge."""

import dataclasses

import pytest
import torch
from sklearn.tree import DecisionTreeClassifier

from multigraft.evaluation.baselines import MAJORITY, TREE, TREES, fit_trees, nothing, raw_attributes
from multigraft.evaluation.metrics import accuracy, roc_auc, score
from multigraft.evaluation.probes import Labelled, fit_probe
from tests.helpers.coded import random_coded
from tests.helpers.graphs import random_graphs


def checkers(rows=400, seed=0):
    """Four squares of which opposite ones are of a class: nothing for a line, easy for a tree."""
    x = torch.rand(rows, 2, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return Labelled(x, ((x[:, 0] > 0.5) ^ (x[:, 1] > 0.5)).long())


def test_attributes_are_the_stored_features_without_degrees():
    graphs = random_graphs(4, structure=3, degree=True)
    stored = torch.cat([graphs.x, graphs.structure], 1)
    assert torch.equal(raw_attributes(graphs), stored)
    rewired = dataclasses.replace(graphs, edge_index=graphs.edge_index.flip(1) * 0)
    assert torch.equal(raw_attributes(rewired), stored)


def test_attributes_tell_nothing_that_was_computed_from_hidden_edges():
    graphs = random_graphs(4, structure=3, density=0.5)
    hidden = graphs.keep_edges(torch.arange(graphs.num_edges) > 1)
    assert torch.equal(raw_attributes(hidden), torch.cat([graphs.x, torch.zeros(graphs.num_nodes, 3)], 1))


def test_without_attributes_there_are_the_degrees_that_are_shown():
    graphs = random_graphs(4, features=0, density=0.5)
    assert torch.equal(raw_attributes(graphs)[:, 0], graphs.edge_index[1].bincount(minlength=graphs.num_nodes).float())
    hidden = raw_attributes(graphs.keep_edges(torch.arange(graphs.num_edges) > 1))
    assert float((raw_attributes(graphs) - hidden).sum()) == 2
    assert not bool(nothing(graphs).any())


def test_a_tree_with_default_settings_is_scikit_learns():
    train, test = checkers(), checkers(seed=1)
    known = DecisionTreeClassifier(random_state=5).fit(train.x.numpy(), train.answers.numpy())
    predictor = fit_probe(TREE, train, test, accuracy, False, 5)
    assert predictor(test.x).argmax(1).tolist() == known.predict(test.x.numpy()).tolist()
    assert predictor(test.x).numpy() == pytest.approx(known.predict_proba(test.x.numpy()))


def test_a_tree_sees_what_a_line_cannot():
    predictor = fit_probe(TREE, checkers(), checkers(seed=1), accuracy, True, 0)
    assert score(accuracy, predictor(checkers(seed=2).x), checkers(seed=2).answers) > 0.95


def test_tree_settings_are_chosen_on_validation():
    """Answers that are half noise: a tree with large leaves does better than one that learns them by heart."""

    def noisy(seed):
        clean = checkers(2000, seed)
        flip = torch.rand(2000, generator=torch.Generator().manual_seed(seed + 50)) < 0.35
        return Labelled(clean.x, torch.where(flip, 1 - clean.answers, clean.answers))

    tuned = fit_probe(TREE, noisy(0), noisy(1), accuracy, True, 0)
    plain = fit_probe(TREE, noisy(0), noisy(1), accuracy, False, 0)
    test = noisy(2)
    assert score(accuracy, tuned(test.x), test.answers) > score(accuracy, plain(test.x), test.answers) + 0.03


def test_trees_place_classes_by_number_and_take_no_rows():
    train = Labelled(checkers().x, checkers().answers * 3 + 1)
    tree = fit_trees(train, TREES[:1], 0)[0]
    assert tree(train.x).shape == (400, 5)
    assert set(tree(train.x).argmax(1).tolist()) == {1, 4}
    assert tree(train.x[:0]).shape == (0, 5)


def test_equal_seeds_give_equal_trees():
    train = Labelled(torch.ones(40, 3).double().cumsum(0), torch.arange(40) % 2)
    first, again = (fit_trees(train, [(4, 1)], 2**40 + 7)[0](train.x) for _ in range(2))
    assert torch.equal(first, again)


def test_majority_is_the_most_frequent_training_class():
    train = Labelled(torch.zeros(6, 1).double(), torch.tensor([2, 0, 2, 1, 2, 0]))
    predictor = fit_probe(MAJORITY, train, train, accuracy, True, 0)
    scores = predictor(torch.zeros(4, 1).double())
    assert scores.argmax(1).tolist() == [2] * 4
    assert score(accuracy, scores, torch.tensor([2, 2, 1, 0])) == 0.5


def test_majority_ranks_pairs_by_chance():
    train = Labelled(torch.zeros(5, 1).double(), torch.tensor([1, 1, 1, 0, 0]))
    predictor = fit_probe(MAJORITY, train, train, roc_auc, True, 0)
    assert score(roc_auc, predictor(train.x), train.answers) == 0.5


def test_a_tree_of_constant_attributes_says_what_the_majority_says():
    train = Labelled(torch.zeros(9, 1).double(), torch.tensor([0, 1, 1, 2, 1, 0, 1, 2, 1]))
    for tune in (False, True):
        tree = fit_probe(TREE, train, train, accuracy, tune, 0)
        most = fit_probe(MAJORITY, train, train, accuracy, tune, 0)
        assert torch.equal(tree(train.x).argmax(1), most(train.x).argmax(1))


@pytest.mark.parametrize(("featurization", "width"), [("hu", 119 + 4), ("ogb", 119 + 5 + 12 + 6 + 37), ("protein", 2)])
def test_categories_are_attributes_with_a_column_each(featurization, width):
    graphs = random_coded(5, featurization)
    found = raw_attributes(graphs)
    assert found.shape == (graphs.num_nodes, width)
    kinds = graphs.nodes["codes"].shape[1] + (graphs.nodes["structure_codes"].shape[1] if featurization == "ogb" else 0)
    assert (found.sum(1) == kinds).all()
    if featurization != "protein":
        assert torch.equal(found[:, :119].argmax(1), graphs.nodes["codes"][:, 0].long())


def test_categories_tell_nothing_that_was_computed_from_hidden_edges():
    graphs = random_coded(6, "ogb")
    hidden = raw_attributes(graphs.keep_edges(torch.arange(graphs.num_edges) > 1))
    assert torch.equal(hidden[:, :142], raw_attributes(graphs)[:, :142])
    assert (hidden[:, 142:] == hidden[:1, 142:]).all()
