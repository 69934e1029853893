"""Fingerprints: what each kind holds, computed once, the same in several processes, and as good as is known of them."""

import numpy as np
import pytest
import torch

from multigraft.errors import InputError
from multigraft.graphs import fingerprints as module
from multigraft.graphs.catalog import load
from multigraft.graphs.fingerprints import BITS, FINGERPRINTS, fingerprint, fingerprint_names, fingerprint_of
from multigraft.graphs.molecules import descriptions
from multigraft.graphs.splits import split_graphs
from tests.helpers.orchard import graphs_of, orchard
from tests.helpers.smiles import EVERYDAY

pytest.importorskip("rdkit")


@pytest.mark.parametrize("kind", FINGERPRINTS)
def test_rows_and_columns(kind):
    rows = fingerprint(EVERYDAY, kind)
    assert rows.dtype == np.float32
    assert rows.shape == (len(EVERYDAY), len(fingerprint_names(kind)))
    assert fingerprint([], kind).shape == (0, rows.shape[1])


def test_the_kinds_are_what_they_are_called():
    smiles = orchard(20)
    counts, bits, properties, both = (fingerprint(smiles, kind) for kind in FINGERPRINTS)
    assert list(FINGERPRINTS) == ["ecfp-count", "ecfp-binary", "descriptors", "ecfp+descriptors"]
    assert np.array_equal(counts, descriptions.circular(smiles, 2, 2048, counted=True))
    assert np.array_equal(bits, counts > 0)
    np.testing.assert_array_equal(properties, descriptions.descriptors(smiles))
    np.testing.assert_array_equal(both, np.concatenate([counts, properties], axis=1))


def test_columns_have_names():
    assert fingerprint_names("ecfp-count")[:2] == ["ecfp 0", "ecfp 1"]
    names = fingerprint_names("ecfp+descriptors")
    assert len(names) == len(set(names))
    weight = fingerprint(["CCO"], "ecfp+descriptors")[0, names.index("MolWt")]
    assert weight == pytest.approx(46.069)
    assert names[BITS:] == fingerprint_names("descriptors")


@pytest.mark.parametrize("kind", ["ecfp-count", "ecfp-binary", "ecfp+descriptors"])
def test_several_processes_find_the_same(monkeypatch, kind):
    smiles = orchard(40)
    alone = fingerprint(smiles, kind)
    monkeypatch.setattr(module, "MANY", 10)
    monkeypatch.setattr(module, "MANY_SLOW", 10)
    np.testing.assert_array_equal(fingerprint(smiles, kind), alone)


def test_those_of_a_data_set_are_computed_once(monkeypatch):
    graphs = graphs_of(orchard(12))
    rows = {kind: fingerprint_of(graphs, kind) for kind in FINGERPRINTS}
    for kind, found in rows.items():
        np.testing.assert_array_equal(found, fingerprint(orchard(12), kind))
    monkeypatch.setattr(module, "fingerprint", None)
    assert all(fingerprint_of(graphs, kind) is found for kind, found in rows.items())


def test_those_of_a_data_set_cannot_be_spoilt():
    rows = fingerprint_of(graphs_of(orchard(3)), "ecfp-count")
    with pytest.raises(ValueError, match="read-only"):
        rows[0, 0] = 1


def test_a_selection_has_its_own():
    graphs = graphs_of(orchard(12))
    whole = fingerprint_of(graphs, "ecfp-count")
    chosen = torch.tensor([7, 2, 2])
    assert np.array_equal(fingerprint_of(graphs.select(chosen), "ecfp-count"), whole[chosen.numpy()])


def test_descriptors_of_many_are_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path))
    monkeypatch.setattr("multigraft.graphs.remembered.FEW", 5)
    first = fingerprint(EVERYDAY, "descriptors")
    assert len(list((tmp_path / "computed").glob("descriptors-1-*.npy"))) == 1
    monkeypatch.setattr(descriptions, "descriptors", None)
    np.testing.assert_array_equal(fingerprint(EVERYDAY, "descriptors"), first)


def test_an_unknown_kind():
    for ask in (lambda: fingerprint(["C"], "maccs"), lambda: fingerprint_names("maccs")):
        with pytest.raises(InputError, match="unknown fingerprint 'maccs': choose from ecfp-count, ecfp-binary, "):
            ask()


def test_a_molecule_that_does_not_parse():
    with pytest.raises(InputError, match=r"'C1CC' is no molecule that RDKit can read"):
        fingerprint(["C", "C1CC"], "ecfp-count")


# --- what they are worth ---------------------------------------------------------------------------------------------


def auc_of(name, learner):
    """Mean test ROC-AUC of counted circular fingerprints over the targets of a set, scaffold split."""
    from sklearn.metrics import roc_auc_score

    graphs = load(name)
    split = split_graphs(graphs, "scaffold", 0)
    rows, answers = fingerprint_of(graphs, "ecfp-count"), graphs.targets.numpy()
    scores = []
    for target in answers.T:
        train, test = (part.numpy()[~np.isnan(target[part])] for part in (split.train, split.test))
        fitted = learner.fit(rows[train], target[train])
        scores.append(roc_auc_score(target[test], fitted.predict_proba(rows[test])[:, 1]))
    return np.mean(scores)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "known"), [("bbbp", 0.698), ("bace", 0.857)])
def test_forests_do_as_well_as_is_known(real_data, name, known):
    from sklearn.ensemble import RandomForestClassifier

    assert auc_of(name, RandomForestClassifier(500, random_state=0)) == pytest.approx(known, abs=0.015)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "known"), [("clintox", 0.82), ("tox21", 0.756)])
def test_logistic_regression_does_as_well_as_is_known(real_data, name, known):
    from sklearn.linear_model import LogisticRegression

    assert auc_of(name, LogisticRegression(C=0.1, max_iter=2000)) == pytest.approx(known, abs=0.015)
