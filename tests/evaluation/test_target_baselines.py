"""What no encoder has a part in: fingerprints and descriptors of molecules, degrees of ego-networks, a constant."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.evaluation import forests
from multigraft.evaluation.column_answers import by_description
from multigraft.evaluation.column_learners import BINARY_LEARNERS
from multigraft.evaluation.names import DESCRIPTIONS
from multigraft.evaluation.probe import measure
from multigraft.evaluation.target_baselines import COUNTED, MOLECULES, completed, descriptions, target_baselines
from multigraft.graphs.fingerprints import FINGERPRINTS, fingerprint_names, fingerprint_of
from multigraft.graphs.splits import PARTS, Split
from tests.evaluation.test_column_answers import sitting
from tests.helpers.coded import random_coded
from tests.helpers.measured import measured_molecules
from tests.helpers.proteins import protein_graphs

THIRDS = Split("own", 0, torch.arange(36), torch.arange(36, 46), torch.arange(46, 60))


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch):
    monkeypatch.setattr(forests, "TREES", 10)
    monkeypatch.setattr(forests, "FEWEST_TREES", 5)


# --- who is there ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "linear"), [("binary", "logistic"), ("real", "ridge")])
def test_every_description_of_molecules_is_read_by_a_linear_learner_and_a_forest(kind, linear):
    found = [(one.name, one.probe) for one in target_baselines(kind, measured_molecules(60, kind))]
    names = ("ecfp-count", "ecfp-binary", "descriptors", "ecfp+descriptors")
    assert found == [*((name, probe) for name in names for probe in (linear, "forest")), ("constant", "constant")]


def test_ego_networks_have_degrees_and_other_graphs_a_constant_alone():
    assert [(one.name, one.probe) for one in target_baselines("binary", protein_graphs())] == [
        ("degrees", "logistic"), ("degrees", "forest"), ("constant", "constant")
    ]  # fmt: skip
    [constant] = target_baselines("binary", random_coded(3, targets=2))
    assert constant.name == "constant"


def test_tables_and_reports_know_all_of_them_by_name():
    named = {*descriptions(measured_molecules()), *descriptions(protein_graphs())}
    assert named == set(DESCRIPTIONS)
    assert set(MOLECULES) == set(FINGERPRINTS)
    assert set(COUNTED) < set(FINGERPRINTS)


# --- what they read --------------------------------------------------------------------------------------------------


def test_fingerprints_stay_as_they_are_and_descriptors_are_scaled():
    asked = sitting()
    width = len(fingerprint_names("descriptors"))
    for name in COUNTED:
        found = descriptions(measured_molecules())[name](asked)
        assert torch.equal(found["test"], torch.tensor(fingerprint_of(asked.posed["test"].graphs, name)))
    scaled = descriptions(measured_molecules())["descriptors"](asked)
    assert scaled["train"].shape == (20, width)
    assert scaled["train"].std(0, correction=0).round(decimals=3).unique().tolist() == [0, 1]
    assert all(rows.isfinite().all() for rows in scaled.values())
    both = descriptions(measured_molecules())["ecfp+descriptors"](asked)["test"]
    assert torch.equal(both[:, 2048:], scaled["test"])
    assert torch.equal(both[:, :2048], torch.tensor(fingerprint_of(asked.posed["test"].graphs, "ecfp-count")))


def test_degrees_are_scaled_as_in_training():
    graphs = protein_graphs()
    graphs = graphs.select(torch.arange(30) % len(graphs))
    found = descriptions(graphs)["degrees"](sitting(graphs=graphs))
    assert set(found) == set(PARTS)
    assert found["train"].mean(0).abs().max() < 1e-6


cells = st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 1.0, 2.0, 5.0, -3.0])


@given(st.lists(cells, min_size=1, max_size=7), st.lists(cells, max_size=4))
def test_completed_columns_lie_within_what_training_has_seen(train, test):
    columns = {"train": torch.tensor(train)[:, None], "test": torch.tensor(test).reshape(-1, 1)}
    found = completed(columns)
    known = sorted(value for value in train if math.isfinite(value)) or [0.0]
    median = known[(len(known) - 1) // 2]
    for part, values in (("train", train), ("test", test)):
        expected = [median if math.isnan(one) else min(max(one, known[0]), known[-1]) for one in values]
        assert found[part][:, 0].tolist() == expected


# --- what they find --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["binary", "real"])
def test_what_is_written_in_a_smiles_is_found_in_its_descriptors(kind):
    task = "ml" if kind == "binary" else "gr"
    rows = measure({}, measured_molecules(60, kind), THIRDS, [task]).rows
    values = {(row.encoder, row.probe): row.value for row in rows}
    assert len(values) == 9
    constant = values["constant", "constant"]
    for (encoder, _), value in values.items():
        if encoder in ("descriptors", "ecfp+descriptors"):
            assert value > 0.75 if kind == "binary" else value < 0.75 * constant
    assert constant == 0.5 if kind == "binary" else constant > 0


def test_the_constant_is_the_training_mean():
    asked = sitting("real")
    [answered] = target_baselines("real", measured_molecules(60, "real"))[-1].answer(asked)
    expected = asked.posed["train"].answers.double().nanmean(0)
    assert torch.allclose(answered.scores, expected.expand(20, -1))


def test_the_same_seed_grows_the_same_forest():
    name, prepare = next(iter(descriptions(measured_molecules()).items()))
    assert name == "ecfp-count"
    one, same, other = (
        next(by_description(name, "forest", prepare, BINARY_LEARNERS["forest"]).answer(sitting(seed=seed))).scores
        for seed in (0, 0, 1)
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
