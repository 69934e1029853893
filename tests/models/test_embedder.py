"""The encoder in scikit-learn: what goes in, what comes out, and what pipelines, clones and workers do with it."""

import contextlib
import copy
import dataclasses
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import estimator_checks as checks
from sklearn.utils.validation import check_is_fitted
from torch_geometric.loader import DataLoader

import multigraft as mg
from multigraft.encoders.base import ModuleEncoder
from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from multigraft.models.embedder import GraphEmbedder, home_of
from multigraft.models.sources import rows_for
from multigraft.models.trained import TrainedEncoder
from multigraft.tasks.model import TaskModel
from tests.helpers.cli import environment
from tests.helpers.graphs import random_graphs
from tests.helpers.molecules import BROKEN, SMILES, molecule_encoder
from tests.helpers.shared import always_sharing
from tests.models.test_trained import trained_on

DIM = 6


@pytest.fixture(scope="module")
def encoder():
    """An encoder of molecules, in memory."""
    return molecule_encoder()


@pytest.fixture
def saved(encoder, tmp_path):
    """The same encoder's directory."""
    return molecule_encoder().save(tmp_path / "encoder")


# --- what comes out --------------------------------------------------------------------------------------------------


def test_one_row_a_molecule(encoder):
    z = GraphEmbedder(encoder).transform(SMILES)
    assert (z.shape, z.dtype) == ((len(SMILES), DIM), np.float32)
    expected = encoder.embed(rows_for(encoder, SMILES).graphs)
    np.testing.assert_array_equal(z, expected.numpy())


def test_rows_do_not_depend_on_one_another(encoder):
    """What stands beside a molecule, and how many at a time, changes no more than the last digits."""
    together = GraphEmbedder(encoder, batch_size=2).transform(SMILES)
    alone = np.concatenate([GraphEmbedder(encoder).transform([one]) for one in SMILES])
    np.testing.assert_allclose(together, alone, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["mean", "sum", "max"])
def test_the_readout_can_be_another(encoder, kind):
    z = GraphEmbedder(encoder, readout=kind).transform(SMILES)
    graphs = rows_for(encoder, SMILES).graphs
    nodes = encoder.embed(graphs, "node")
    pool = {"mean": lambda rows: rows.mean(0), "sum": lambda rows: rows.sum(0), "max": lambda rows: rows.amax(0)}[kind]
    expected = torch.stack([pool(rows) for rows in nodes.split(graphs.node_counts.tolist())])
    np.testing.assert_allclose(z, expected.numpy(), rtol=1e-5, atol=1e-6)


def test_nothing_gives_nothing(encoder):
    assert GraphEmbedder(encoder).transform([]).shape == (0, DIM)


def test_all_rows_broken(encoder):
    z = GraphEmbedder(encoder, on_error="nan").transform(list(BROKEN))
    assert z.shape == (len(BROKEN), DIM)
    assert np.isnan(z).all()


# --- what goes in ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    [tuple, np.array, lambda rows: np.array(rows, dtype=object), lambda rows: np.array(rows)[:, None], pd.Series,
     lambda rows: pd.Series(rows, dtype=object), lambda rows: pd.DataFrame({"smiles": rows})],
    ids=["tuple", "array", "objects", "column", "series", "object series", "table"],
)  # fmt: skip
def test_smiles_in_any_container(encoder, form):
    embedder = GraphEmbedder(encoder)
    np.testing.assert_array_equal(embedder.transform(form(SMILES)), embedder.transform(SMILES))


def test_rdkit_molecules_and_smiles_side_by_side(encoder):
    from rdkit import Chem

    embedder = GraphEmbedder(encoder)
    mixed = [Chem.MolFromSmiles(one) if row % 2 else one for row, one in enumerate(SMILES)]
    np.testing.assert_allclose(embedder.transform(mixed), embedder.transform(SMILES), rtol=1e-6)


def test_pyg_graphs_in_any_container():
    graphs = random_graphs(9, seed=3)
    trained = trained_on(graphs)
    expected = trained.embed(graphs).numpy()
    embedder = GraphEmbedder(trained, on_error="nan")
    for form in (graphs, list(graphs), tuple(graphs), graphs.to_batch(), next(iter(DataLoader(list(graphs), 9)))):
        np.testing.assert_allclose(embedder.transform(form), expected, rtol=1e-6)


@pytest.mark.parametrize("text", ["CCO", b"CCO"])
def test_one_text_is_not_a_list(encoder, text):
    with pytest.raises(InputError, match="list of SMILES"):
        GraphEmbedder(encoder).transform(text)


def test_tables_of_several_columns_are_refused(encoder):
    with pytest.raises(InputError, match=r"shape \(7, 2\)"):
        GraphEmbedder(encoder).transform(pd.DataFrame({"a": SMILES, "b": SMILES}))


def test_an_encoder_of_other_graphs_reads_no_molecules():
    with pytest.raises(InputError, match=r"'made'.*give it graphs"):
        GraphEmbedder(trained_on(random_graphs(5))).transform(SMILES)


def test_graphs_with_other_columns_are_refused(encoder):
    with pytest.raises(InputError, match="like its training data"):
        GraphEmbedder(encoder).transform(list(random_graphs(4, features=9)))


# --- rows that do not parse ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("broken", "reason"), BROKEN.items(), ids=str)
def test_a_broken_row_is_named(encoder, broken, reason):
    with pytest.raises(InputError, match=rf"^row 2, counted from 0, .*{reason}"):
        GraphEmbedder(encoder).transform(["CCO", "C", broken, "CC"])


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NA, 5, ["C"]], ids=str)
def test_what_is_no_molecule_is_named_as_well(encoder, nothing):
    rows = ["CCO", nothing]
    with pytest.raises(InputError, match=r"row 1"):
        GraphEmbedder(encoder).transform(rows)
    assert np.isnan(GraphEmbedder(encoder, on_error="nan").transform(rows)).all(1).tolist() == [False, True]


def test_the_error_counts_the_others(encoder):
    with pytest.raises(InputError, match=r"row 0.*; 2 more rows do not either"):
        GraphEmbedder(encoder).transform(["C(", "C", "C)", "x"])


@given(st.lists(st.booleans(), max_size=12))
def test_broken_rows_never_shift_the_others(good):
    encoder = molecule_encoder()
    rows = [SMILES[row % len(SMILES)] if fine else "C1CC" for row, fine in enumerate(good)]
    z = GraphEmbedder(encoder, on_error="nan").transform(rows)
    assert np.isnan(z).all(1).tolist() == [not fine for fine in good]
    assert np.isnan(z).any(1).tolist() == [not fine for fine in good]
    if any(good):
        whole = [one for one, fine in zip(rows, good, strict=True) if fine]
        np.testing.assert_allclose(z[np.array(good)], GraphEmbedder(encoder).transform(whole), rtol=1e-5, atol=1e-6)


# --- options ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "named"),
    [({"batch_size": 0}, "batch size"), ({"device": "abacus"}, "no device"), ({"encoder": "no-such"}, "no-such")],
)
def test_options_that_cannot_be(encoder, options, named):
    with pytest.raises(InputError, match=named):
        GraphEmbedder(**{"encoder": encoder, **options}).transform(SMILES)


@pytest.mark.parametrize("option", ["readout", "on_error"])
def test_words_that_cannot_be_are_found_when_fitting(encoder, option):
    embedder = GraphEmbedder(encoder).set_params(**{option: "median"})
    with pytest.raises(InputError, match=f"unknown {option} 'median': choose from"):
        embedder.fit(SMILES)
    with pytest.raises(InputError, match=f"unknown {option} 'median': choose from"):
        embedder.transform(SMILES)


def test_fitting_finds_a_missing_encoder():
    with pytest.raises(InputError, match="no such directory"):
        GraphEmbedder("nowhere").fit()


# --- in scikit-learn -------------------------------------------------------------------------------------------------


def test_columns_have_names(encoder):
    names = GraphEmbedder(encoder).get_feature_names_out()
    assert names.tolist() == [f"graphembedder{column}" for column in range(DIM)]
    assert GraphEmbedder(encoder).get_feature_names_out(["smiles"]).tolist() == names.tolist()


def test_pandas_comes_out_with_the_index_that_went_in(encoder):
    embedder = GraphEmbedder(encoder).set_output(transform="pandas")
    table = embedder.transform(pd.Series(SMILES, index=[f"m{row}" for row in range(len(SMILES))]))
    assert table.columns.tolist() == embedder.get_feature_names_out().tolist()
    assert table.index.tolist() == [f"m{row}" for row in range(len(SMILES))]
    np.testing.assert_array_equal(table.to_numpy(), GraphEmbedder(encoder).transform(SMILES))


def test_beside_other_columns_of_a_table(encoder):
    table = pd.DataFrame({"smiles": SMILES, "mass": range(len(SMILES))})
    both = ColumnTransformer([("z", GraphEmbedder(encoder), "smiles"), ("rest", "passthrough", ["mass"])])
    out = both.fit_transform(table)
    assert out.shape == (len(SMILES), DIM + 1)
    assert both.get_feature_names_out().tolist()[-2:] == ["z__graphembedder5", "rest__mass"]


@pytest.mark.parametrize("form", ["memory", "directory"])
def test_clones_embed_the_same(encoder, saved, form):
    embedder = GraphEmbedder(encoder if form == "memory" else saved, readout="sum", batch_size=3, on_error="nan")
    copy = clone(embedder.set_output(transform="pandas"))
    assert copy is not embedder
    assert {**copy.get_params(), "encoder": 0} == {**embedder.get_params(), "encoder": 0}
    pd.testing.assert_frame_equal(copy.transform(SMILES), embedder.transform(SMILES))


def test_a_new_encoder_takes_the_place_of_the_old(encoder, saved, tmp_path):
    embedder = GraphEmbedder(str(saved))
    first = embedder.transform(SMILES)
    other = molecule_encoder(seed=5).save(tmp_path / "other")
    second = embedder.set_params(encoder=other).transform(SMILES)
    assert not np.allclose(first, second)
    np.testing.assert_array_equal(second, GraphEmbedder(other).transform(SMILES))


@pytest.mark.slow
def test_in_a_pipeline_over_two_processes(saved):
    smiles, labels = np.array(SMILES * 6), np.array([0, 1, 0, 1, 1, 0, 1] * 6)
    pipeline = make_pipeline(GraphEmbedder(saved), LogisticRegression(max_iter=500))
    here = cross_val_score(pipeline, smiles, labels, cv=3, n_jobs=1)
    there = cross_val_score(pipeline, smiles, labels, cv=3, n_jobs=2, error_score="raise")
    np.testing.assert_allclose(here, there)


def test_in_a_grid_search(encoder):
    pipeline = Pipeline([("z", GraphEmbedder(encoder)), ("model", LogisticRegression(max_iter=500))])
    search = GridSearchCV(pipeline, {"z__readout": ["mean", "sum"]}, cv=2, error_score="raise")
    search.fit(np.array(SMILES * 4), np.array([0, 1, 0, 1, 1, 0, 1] * 4))
    assert search.best_params_["z__readout"] in ("mean", "sum")


SENSIBLE = [  # those of scikit-learn's own checks that do not feed tables of random numbers to the estimator
    checks.check_estimator_cloneable,
    checks.check_estimator_repr,
    checks.check_estimator_tags_renamed,
    checks.check_get_params_invariance,
    checks.check_mixin_order,
    checks.check_no_attributes_set_in_init,
    checks.check_valid_tag_types,
]


@pytest.mark.parametrize("check", SENSIBLE, ids=lambda check: check.__name__)
def test_scikit_learns_own_checks(saved, check):
    check("GraphEmbedder", GraphEmbedder(str(saved)))


def test_it_is_fitted_from_the_start(encoder):
    embedder = GraphEmbedder(encoder)
    check_is_fitted(embedder)
    assert embedder.fit(SMILES) is embedder
    np.testing.assert_array_equal(embedder.fit_transform(SMILES), GraphEmbedder(encoder).transform(SMILES))


@pytest.mark.parametrize("form", ["memory", "directory"])
def test_transforming_changes_nothing_in_it(encoder, saved, form):
    embedder = GraphEmbedder(encoder if form == "memory" else saved).fit(SMILES)
    before = dict(vars(embedder))
    embedder.transform(SMILES)
    embedder.get_feature_names_out()
    assert vars(embedder) == before


# --- pickles ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opened", [False, True])
@pytest.mark.parametrize("form", ["directory", "loaded", "saved"])
def test_a_pickle_holds_the_directory_and_no_weights(tmp_path, form, opened):
    trained = molecule_encoder()
    place = trained.save(tmp_path / "encoder")
    embedder = GraphEmbedder({"directory": place, "loaded": mg.load_encoder(place), "saved": trained}[form])
    if opened:
        embedder.transform(SMILES)
    packed = pickle.dumps(embedder)
    assert len(packed) < 1000
    assert b"torch" not in packed
    again = pickle.loads(packed)
    assert str(again.encoder) == str(place)
    np.testing.assert_array_equal(again.transform(SMILES), GraphEmbedder(trained).transform(SMILES))
    assert pickle.loads(pickle.dumps(again)).transform(SMILES).shape == (len(SMILES), DIM)


def test_an_encoder_in_memory_is_not_pickled():
    with pytest.raises(InputError, match=r"only in memory.*encoder\.save\(DIR\)"):
        pickle.dumps(GraphEmbedder(molecule_encoder()))


def test_an_untrained_twin_is_in_memory_alone(saved):
    with pytest.raises(InputError, match="only in memory"):
        pickle.dumps(GraphEmbedder(mg.load_encoder(saved).untrained()))


def test_weights_that_changed_since_they_were_saved(saved):
    trained = mg.load_encoder(saved)
    with torch.no_grad():
        next(trained.encoder.parameters()).add_(1)
    with pytest.raises(InputError, match="holds other weights than memory"):
        pickle.dumps(GraphEmbedder(trained))


@pytest.mark.parametrize("damage", ["gone", "no fingerprint"])
def test_a_directory_that_is_gone(saved, damage):
    trained = mg.load_encoder(saved)
    (saved / "config.json").unlink()
    if damage == "no fingerprint":
        (saved / "config.json").write_text("[]")
    with pytest.raises(InputError, match="it is gone from"):
        pickle.dumps(GraphEmbedder(trained))


def test_weights_that_changed_behind_a_pickle(tmp_path):
    molecule_encoder().save(tmp_path / "encoder")
    packed = pickle.dumps(GraphEmbedder(mg.load_encoder(tmp_path / "encoder")))
    (tmp_path / "encoder").rename(tmp_path / "away")
    molecule_encoder(seed=5).save(tmp_path / "encoder")
    again = pickle.loads(packed)
    with pytest.raises(InputError, match="other weights than when the GraphEmbedder was pickled"):
        again.transform(SMILES)
    other = again.set_params(encoder=tmp_path / "away").transform(SMILES)
    np.testing.assert_array_equal(other, GraphEmbedder(molecule_encoder()).transform(SMILES))


def test_a_module_of_ones_own_is_code():
    graphs = random_graphs(5)
    first, second = (ModuleEncoder(_Linear(4, 3), InputSchema.of(graphs)) for _ in range(2))
    trained = TrainedEncoder(TaskModel(first, [], graphs.origin), second, graphs.origin, (), {"name": "single"})
    assert GraphEmbedder(trained).transform(list(graphs)).shape == (5, 3)
    with pytest.raises(InputError, match="architecture is code"):
        home_of(trained)


class _Linear(torch.nn.Linear):
    def forward(self, x, edge_index):
        return super().forward(x)


# --- encoders that were trained, and what is imported ----------------------------------------------------------------


def test_the_encoder_is_left_as_it_was():
    trained = molecule_encoder()
    trained.encoder.train()
    with contextlib.suppress(InputError):
        GraphEmbedder(trained).transform(["CCO", "C("])
    GraphEmbedder(trained).transform(SMILES)
    assert isinstance(trained.encoder, GCN)
    assert trained.encoder.training


def test_nothing_loads_scikit_learn_but_its_use():
    script = "import sys, multigraft as mg, multigraft.models.trained; print('sklearn' in sys.modules, end=' '); " \
             "mg.GraphEmbedder; print('sklearn' in sys.modules, 'rdkit' in sys.modules)"  # fmt: skip
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120,
                           env=environment())  # fmt: skip
    assert found.stdout == "False True False\n"


# --- options and copies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [({"batch_size": 0}, "batch size must be at least 1, got 0"), ({"device": "abacus"}, "no device 'abacus'")],
    ids=str,
)
def test_options_are_checked_before_anything_is_embedded(encoder, options, words):
    with pytest.raises(InputError, match=words):
        GraphEmbedder(encoder, **options).fit()


def test_deep_copies_share_an_encoder_that_is_only_in_memory(encoder, saved):
    for place in (encoder, str(saved)):
        one = GraphEmbedder(place, batch_size=3).fit()
        other = copy.deepcopy(one)
        assert other is not one
        assert other.get_params() == one.get_params()
        assert other._trained() is one._trained()
        np.testing.assert_array_equal(other.transform(SMILES), one.transform(SMILES))
    other.batch_size = 5
    assert one.batch_size == 3


def test_salts_are_those_of_the_encoders_training():
    kept = molecule_encoder()
    stripped = dataclasses.replace(kept, origin=dataclasses.replace(kept.origin, strip_salts=True))
    with_salt, alone = GraphEmbedder(stripped).transform(["CCO.[Na]", "CCO"])
    np.testing.assert_allclose(with_salt, alone, rtol=1e-6)
    with_salt, alone = GraphEmbedder(kept).transform(["CCO.[Na]", "CCO"])
    assert not np.allclose(with_salt, alone)


def test_products_in_bfloat16_leave_their_error_behind(encoder):
    smiles = [*SMILES, *SMILES]
    exact, rounded = GraphEmbedder(encoder), GraphEmbedder(encoder, precision="bf16")
    with always_sharing():
        found, expected = rounded.transform(smiles), exact.transform(smiles)
    assert not hasattr(exact, "precision_error_")
    assert 0 < rounded.precision_error_ < 0.1
    np.testing.assert_allclose(found, expected, atol=0.1)
    with pytest.raises(InputError, match="unknown precision 'half'"):
        GraphEmbedder(encoder, precision="half").fit()
