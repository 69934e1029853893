"""The head of the report: counts, names and settings."""

import dataclasses

import torch

from multigraft.reports.facts import fact_groups
from tests.helpers.coded import with_targets
from tests.helpers.graphs import random_graphs
from tests.helpers.reports import named, trained_encoder, usual_table


def facts(graphs, trained) -> dict[str, str]:
    groups = fact_groups(trained, graphs, usual_table())
    assert [heading for heading, _ in groups] == ["Data", "Encoder", "Run"]
    return {term: value for _, group in groups for term, value in group}


def test_all_facts_of_a_usual_run():
    graphs = random_graphs(12)
    trained = trained_encoder(graphs)
    found = facts(graphs, trained)
    assert found["graphs"] == "12"
    assert found["mean nodes"] == f"{graphs.num_nodes / 12:.1f}"
    assert found["mean edges"] == f"{graphs.num_edges / 24:.1f} (undirected)"
    assert found["graph classes"] == "2 (g0, g1)"
    assert found["node classes"] == "3 (n0, n1, n2)"
    assert found["encoder"] == "gcn (dim 8, layers 2)"
    assert found["parameters"] == str(4 * 8 + 8 + 8 * 8 + 8)
    assert found["strategy"] == "esame (inner steps 1, first order false)"
    assert found["tasks"] == "gc, nc, lp"
    assert found["weights"] == trained.fingerprint
    assert (found["epochs"], found["seed"]) == ("4", "3")
    assert found["split"] == "random, 4 / 4 / 4 graphs"
    assert found["measured"] == "protocol strict (version 1), seed 0"
    assert found["versions"] == "multigraft 0.1.0, torch 2.13.0"


def test_what_is_not_known_is_left_out():
    graphs = named(random_graphs(3), checksum="", graph_classes=(), node_classes=tuple("CNOSF"))
    trained = dataclasses.replace(trained_encoder(graphs, ("lp",)), split=None, metadata={}, strategy={"name": "joint"})
    found = facts(graphs, trained)
    assert not {"checksum", "split", "epochs", "seed", "versions"} & found.keys()
    assert found["graph classes"] == "none"
    assert found["node classes"] == "5"
    assert found["strategy"] == "joint"


def test_checksums_are_shortened():
    graphs = named(random_graphs(3), checksum="0123456789abcdef" * 4)
    assert facts(graphs, trained_encoder(graphs))["checksum"] == "0123456789ab"


def test_targets_are_named_where_there_are_any():
    graphs = random_graphs(12)
    assert "targets" not in facts(graphs, trained_encoder(graphs))
    several = with_targets(graphs, torch.zeros(12, 2))
    assert facts(several, trained_encoder(graphs))["targets"] == "2 (t0, t1), real"
