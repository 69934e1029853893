"""Baselines of a fine-tuning: scikit-learn's own on the same split, and the constant."""

import dataclasses

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge
from sklearn.metrics import root_mean_squared_error

from multigraft.encoders.base import ModuleEncoder
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from multigraft.evaluation.column_learners import PENALTIES
from multigraft.evaluation.finetuned import Baseline
from multigraft.evaluation.finetuning_baselines import fresh_options, plain_baselines
from multigraft.evaluation.probe import probe
from multigraft.graphs.fingerprints import fingerprint_of
from multigraft.graphs.splits import split_graphs
from multigraft.models.trained import TrainedEncoder
from multigraft.tasks.graph_regression import GraphRegression
from multigraft.tasks.model import TaskModel
from multigraft.tasks.multi_label import MultiLabel
from tests.helpers.coded import with_targets
from tests.helpers.finetuning import binary_graphs, pretrained, real_graphs, tune_small


@pytest.fixture(scope="module")
def molecules():
    """Chains and rings as molecules with SMILES: once with their size as target, once with whether they are rings."""
    pytest.importorskip("rdkit")
    from multigraft.graphs.molecules.load import pack_smiles

    written = [f"{'C' * (1 + n % 9)}{'ONSF'[n % 4]}" if n % 3 else f"c1ccccc1{'C' * (n % 11)}O" for n in range(90)]
    graphs = pack_smiles(written)
    sizes = torch.tensor([[float(len(one)), float(one.startswith("c1"))] for one in written])
    return with_targets(graphs, sizes[:, :1], metric="rmse"), with_targets(graphs, sizes[:, 1:], "binary")


def test_regression_baselines_are_scikit_learns(molecules):
    graphs, _ = molecules
    split = split_graphs(graphs, "random", 0)
    ridge, forest, constant = plain_baselines(graphs, split, GraphRegression(), "rmse")
    assert [one.name for one in (ridge, forest, constant)] == [
        "ecfp-count, ridge", "ecfp-count, forest", "constant",
    ]  # fmt: skip
    x, y = fingerprint_of(graphs, "ecfp-count").astype(np.float64), graphs.targets[:, 0].double().numpy()
    errors = {}
    for penalty in PENALTIES:
        model = Ridge(alpha=penalty).fit(x[split.train], y[split.train])
        errors[penalty] = [
            root_mean_squared_error(y[part], model.predict(x[part])) for part in (split.validation, split.test)
        ]
    _, test = min(errors.values())
    assert ridge.test == pytest.approx(test, rel=1e-3)
    mean = y[split.train].mean()
    assert constant.test == pytest.approx(root_mean_squared_error(y[split.test], np.full(len(split.test), mean)))
    assert ridge.test < constant.test
    assert forest.test < constant.test


def test_classification_baselines(molecules):
    _, graphs = molecules
    logistic, forest, constant = plain_baselines(graphs, split_graphs(graphs, "random", 0), MultiLabel(), "roc_auc")
    assert logistic.name == "ecfp-count, logistic"
    assert constant.test == 0.5
    assert (logistic.test, forest.test) == (1.0, 1.0)


def test_the_test_part_teaches_nothing(molecules):
    _, graphs = molecules
    split = split_graphs(graphs, "random", 0)
    answers = graphs.targets.clone()
    answers[split.test] = 1 - answers[split.test]
    turned = dataclasses.replace(graphs, graphs={**graphs.graphs, "targets": answers})
    for clean, other in zip(
        *(plain_baselines(one, split, MultiLabel(), "roc_auc") for one in (graphs, turned)), strict=True
    ):
        assert clean.test == pytest.approx(1 - other.test)


@pytest.mark.slow
def test_all_descriptions_when_asked_for(molecules):
    _, graphs = molecules
    split = split_graphs(graphs, "random", 0)
    every = plain_baselines(graphs, split, MultiLabel(), "average_precision", every=True)
    kinds = ("ecfp-count", "ecfp-binary", "descriptors", "ecfp+descriptors")
    named = [f"{kind}, {learner}" for kind in kinds for learner in ("logistic", "forest")]
    assert [one.name for one in every] == [*named, "constant"]
    usual = plain_baselines(graphs, split, MultiLabel(), "average_precision")
    assert usual == [every[0], every[1], every[-1]]


def test_without_smiles_there_is_the_constant_alone():
    graphs = real_graphs()
    (only,) = plain_baselines(graphs, split_graphs(graphs, "random", 0), GraphRegression(), "mae")
    assert only.name == "constant"


def test_the_start_is_there_frozen_as_it_is_and_untrained():
    graphs = binary_graphs()
    start, split = pretrained(), split_graphs(graphs, "random", 0)
    trained, untrained, constant = plain_baselines(graphs, split, MultiLabel(), "roc_auc", start=start, device="cpu")
    assert [one.name for one in (trained, untrained, constant)] == [
        "frozen, logistic", "frozen, untrained, logistic", "constant",
    ]  # fmt: skip
    measured = probe(start, graphs, tasks=["ml"], split=split, device="cpu")
    values = {row.encoder: row.value for row in measured.rows if row.metric == "roc_auc"}
    assert (trained.test, untrained.test) == pytest.approx((values["trained"], values["untrained"]))


def test_a_fresh_encoder_has_the_shape_of_the_start():
    assert fresh_options(pretrained()) == {"encoder": "gin", "dim": 8, "layers": 2, "jk": "last", "norm": "batch"}
    assert fresh_options(pretrained(encoder="gat", heads=3, jk="concat")) == {
        "encoder": "gat", "dim": 8, "layers": 2, "jk": "concat", "norm": "batch", "heads": 3,
    }  # fmt: skip


def test_a_module_of_ones_own_cannot_be_made_afresh():
    graphs = binary_graphs()

    class Line(torch.nn.Module):
        def __init__(self, width):
            super().__init__()
            self.line = torch.nn.Linear(width, 4)

        def forward(self, x, edge_index):
            return self.line(x)

    schema = InputSchema.of(graphs)
    first, second = (ModuleEncoder(Line(schema.width), schema) for _ in range(2))
    own = TrainedEncoder(TaskModel(first, [], graphs.origin), second, graphs.origin, (), {"name": "single"})
    with pytest.raises(InputError, match="a module of your own: ask for other baselines"):
        tune_small(own, graphs, baselines="all")


@pytest.mark.slow
def test_from_scratch_beside_a_start_is_what_it_is_alone(tmp_path):
    beside = tune_small(pretrained(), seeds=(0, 1), baselines="all", out=tmp_path / "out")
    alone = tune_small(None, seeds=(0, 1))
    first, *frozen, constant = beside.baselines
    assert [one.name for one in frozen] == ["frozen, logistic", "frozen, untrained, logistic"]
    assert (first.name, first.test, first.std, first.runs) == ("from scratch", alone.mean, alone.std, 2)
    assert constant.name == "constant"
    assert {path.name for path in (tmp_path / "out" / "from-scratch").iterdir()} == {"seed-0", "seed-1"}
    again = tune_small(pretrained(), seeds=(0, 1), baselines="all", out=tmp_path / "out", resume=True)
    assert again.to_json()["baselines"] == beside.to_json()["baselines"]


def test_baselines_that_there_are_not():
    with pytest.raises(InputError, match="unknown baselines 'some': choose from none, usual, all"):
        tune_small(None, baselines="some")


def test_a_baseline_as_json():
    assert Baseline("forest", 0.7, 0.8).to_json() == {
        "name": "forest", "test": 0.7, "validation": 0.8, "std": None, "runs": 1,
    }  # fmt: skip
