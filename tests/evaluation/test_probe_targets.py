"""Measuring targets: molecules by scaffold beside their fingerprints, proteins beside their degrees."""

import dataclasses
import math

import pytest
import torch

from multigraft.errors import InputError
from multigraft.evaluation import forests
from multigraft.evaluation.probe import default_tasks, measure, probe
from multigraft.evaluation.remarks import few_tested
from multigraft.graphs.ego_networks import Network
from multigraft.graphs.splits import Split
from multigraft.graphs.texts import smiles_of
from tests.helpers.coded import molecules, with_targets
from tests.helpers.finetuning import binary_graphs, pretrained
from tests.helpers.measured import measured_molecules
from tests.helpers.proteins import TYPES, protein_graphs


@pytest.fixture(scope="module")
def of_molecules():
    """A narrow encoder that was pre-trained on other molecules, its tables of yes-or-no targets and of numbers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forests, "TREES", 5)
        patch.setattr(forests, "FEWEST_TREES", 2)
        encoder = pretrained(molecules(80), tasks=["am"])
        tables = {kind: probe(encoder, measured_molecules(90, kind), probes=("logistic", "best"))
                  for kind in ("binary", "real")}  # fmt: skip
        yield encoder, tables


@pytest.mark.parametrize(("kind", "task", "linear"), [("binary", "ml", "logistic"), ("real", "gr", "ridge")])
def test_molecules_are_measured_on_their_targets_by_scaffold(of_molecules, kind, task, linear):
    table = of_molecules[1][kind]
    assert {row.task for row in table.rows} == {task}
    assert table.split == "scaffold"
    assert {row.metric for row in table.rows} == {"roc_auc" if kind == "binary" else "rmse"}
    assert {row.n_test for row in table.rows} == {9}
    assert "scaffold 80/10/10 split from seed 0" in table.notes[0]
    twins = [(name, probe) for name in ("trained", "untrained") for probe in (linear, "best")]
    names = ("ecfp-count", "ecfp-binary", "descriptors", "ecfp+descriptors")
    described = [(name, probe) for name in names for probe in (linear, "forest", "best")]
    assert [(row.encoder, row.probe) for row in table.rows] == [*twins, *described, ("constant", "constant")]


@pytest.mark.parametrize("kind", ["binary", "real"])
def test_both_probes_of_the_encoder_are_compared_with_every_description(of_molecules, kind):
    table = of_molecules[1][kind]
    values = {(row.encoder, row.probe): row.value for row in table.rows}
    assert len(table.differences) == 2 * (1 + 12 + 1)
    for one in table.differences:
        assert one.encoder == "trained"
        assert one.value == values["trained", one.probe] - values[one.against, one.against_probe]
        assert one.low <= one.value <= one.high or math.isnan(one.low)
    assert {one.against_probe == one.probe for one in table.differences if one.against == "untrained"} == {True}


def test_a_table_of_errors_says_which_way_they_are_better(of_molecules):
    notes = {kind: " ".join(table.notes) for kind, table in of_molecules[1].items()}
    assert "the lower rmse, the better" in notes["real"]
    assert "the better" not in notes["binary"]
    assert "is the mean over" in notes["real"]


def test_pretexts_are_no_tasks_to_measure(of_molecules):
    encoder, _ = of_molecules
    own = molecules(80)
    assert default_tasks(encoder, own, own=True) == ("lp",)
    assert default_tasks(encoder, own, own=False) == ("lp",)
    assert default_tasks(encoder, measured_molecules(90), own=False) == ("ml",)
    assert default_tasks(encoder, measured_molecules(90, "real"), own=False) == ("gr",)
    with pytest.raises(InputError, match="protocol 'strict' does not measure task 'am'"):
        probe(encoder, own, tasks=["am"])
    with pytest.raises(InputError, match="protocol 'paper' does not measure task 'ml'"):
        probe(encoder, measured_molecules(90), "paper")


def test_an_encoder_is_measured_on_the_split_it_was_trained_on():
    graphs = binary_graphs()
    own = pretrained(graphs, tasks=["ml"])
    table = probe(own, graphs, probes=("knn", "own"))
    told = (*few_tested(len(own.split.test)), "ml: roc_auc is the mean over the 3 targets.")
    assert (table.split, table.notes[:2]) == ("random", told)
    assert "test graphs are of one kind" in table.notes[2]
    found = [(row.encoder, row.probe, row.features) for row in table.rows]
    assert found == [
        ("trained", "knn", "mean"), ("trained", "own", "embeddings"), ("untrained", "knn", "mean"),
        ("constant", "constant", "mean"),
    ]  # fmt: skip


@pytest.mark.slow
def test_equal_seeds_give_equal_tables_of_targets(monkeypatch):
    monkeypatch.setattr(forests, "TREES", 4)
    monkeypatch.setattr(forests, "FEWEST_TREES", 2)
    encode = {"one": lambda seen: seen.nodes["codes"].float()}
    graphs = measured_molecules(60)
    parts = Split("own", 0, torch.arange(36), torch.arange(36, 46), torch.arange(46, 60))
    first, again, other = (measure(encode, graphs, parts, ["ml"], seed=seed) for seed in (1, 1, 2))
    assert first.to_json() == again.to_json()  # targets without a score are NaN, which equals nothing
    assert first.rows[0].value == other.rows[0].value
    assert (first.rows[0].low, first.rows[0].high) != (other.rows[0].low, other.rows[0].high)


def test_proteins_stand_beside_their_degrees(monkeypatch):
    monkeypatch.setattr(forests, "TREES", 5)
    draws = torch.Generator().manual_seed(0)
    pairs = torch.combinations(torch.arange(40)).T[:, torch.rand(780, generator=draws) < 0.15]
    types = torch.randint(2, (pairs.shape[1], TYPES), generator=draws, dtype=torch.uint8)
    graphs = protein_graphs(Network(40, pairs, types))
    degrees = torch.bincount(pairs.flatten(), minlength=40)
    told = with_targets(graphs, (degrees > degrees.median()).float()[:, None], "binary")
    parts = Split("own", 0, torch.arange(24), torch.arange(24, 30), torch.arange(30, 40))
    ones = lambda seen: torch.ones(seen.num_nodes, 2)  # noqa: E731
    rows = measure({"ones": ones}, told, parts, ["ml"]).rows
    values = {(row.encoder, row.probe): (row.features, row.value) for row in rows}
    features, value = values["degrees", "logistic"]
    assert features == "graph"
    assert value > 0.9
    assert values["ones", "logistic"] == ("mean+centre", 0.5)
    assert set(values) == {
        ("ones", "logistic"),
        ("degrees", "logistic"),
        ("degrees", "forest"),
        ("constant", "constant"),
    }


def test_the_best_probe_says_what_validation_chose(of_molecules):
    for table in of_molecules[1].values():
        for row in table.rows:
            assert bool(row.choice) == (row.probe == "best")
            assert row.choice.split(" ")[0] in ("", "logistic", "ridge", "knn", "forest")


def test_classes_of_molecules_stand_beside_atoms_and_fingerprints(of_molecules):
    """Fingerprints are of whole molecules: about bonds that are hidden they answer nothing."""
    encoder, _ = of_molecules
    graphs = molecules(90)
    nitrogen = torch.tensor([int("n" in smiles.lower()) for smiles in smiles_of(graphs)])
    graphs = dataclasses.replace(
        graphs,
        graphs={**graphs.graphs, "label": nitrogen},
        origin=dataclasses.replace(graphs.origin, graph_classes=("without", "with")),
    )
    table = probe(encoder, graphs, tasks=["gc", "lp"])
    readers = {task: {(row.encoder, row.probe) for row in table.rows if row.task == task} for task in ("gc", "lp")}
    assert readers["gc"] - readers["lp"] == {
        (name, probe)
        for name in ("ecfp-count", "ecfp-binary", "descriptors", "ecfp+descriptors")
        for probe in ("logistic", "forest")
    }
    values = {row.encoder: row.value for row in table.rows if (row.task, row.metric) == ("gc", "accuracy")}
    assert values["attributes"] > values["majority"]  # the atoms are among the attributes


def test_other_targets_of_graphs_that_were_trained_on_keep_their_split():
    graphs = measured_molecules(60)
    encoder = pretrained(graphs, split="random", seed=3)
    table = probe(encoder, with_targets(graphs, 1 - graphs.targets, "binary"), baselines=False)
    assert table.split == "random"
    assert "their random split, seed 3, is kept" in table.notes[0]
    assert {row.n_test for row in table.rows} == {len(encoder.split.test)}
