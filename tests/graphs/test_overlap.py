"""What a corpus holds of evaluation sets: as counted with sets of texts, and as known of real ones; and its removal."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs import overlap as module
from multigraft.graphs.catalog import load
from multigraft.graphs.overlap import Overlap, excluding, kept, keys_of, molecule_keys, overlap, without
from multigraft.graphs.texts import smiles_of
from tests.helpers.graphs import random_graphs
from tests.helpers.orchard import graphs_of, orchard
from tests.helpers.smiles import written

Chem = pytest.importorskip("rdkit.Chem")

L_ALANINE, D_ALANINE, EITHER = "C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", "CC(N)C(=O)O"
# Measured with sets of canonical SMILES apart from this code: in ZINC250k, and in the training fold of FS-Mol.
KNOWN = {"bbbp": (3, 432), "sider": (2, 445), "clintox": (8, 248), "bace": (0, 176)}

lists = st.lists(written(), min_size=1, max_size=12)


def test_keys_of_what_is_left_are_not_computed_again(monkeypatch):
    corpus, other = graphs_of(orchard()), graphs_of(["CCO", "c1ccccc1"])
    left = excluding(corpus, {"other": other})
    taken = keys_of(other)
    monkeypatch.setattr(module, "molecule_keys", None)
    assert len(keys_of(left)) == len(left) < len(corpus)
    assert not np.isin(keys_of(left), taken).any()


def canonical(smiles: str) -> str:
    return Chem.MolToSmiles(Chem.MolFromSmiles(smiles))


def block(smiles: str) -> str:
    """The first block of the InChIKey, or something that stands for the molecule alone."""
    return Chem.MolToInchiKey(Chem.MolFromSmiles(smiles)).split("-")[0] or canonical(smiles)


def parent(smiles: str) -> str:
    """The block of the largest fragment, uncharged."""
    from rdkit import rdBase
    from rdkit.Chem.MolStandardize import rdMolStandardize

    with rdBase.BlockLogs():
        largest = rdMolStandardize.LargestFragmentChooser().choose(Chem.MolFromSmiles(smiles))
        return block(Chem.MolToSmiles(rdMolStandardize.Uncharger().uncharge(largest)))


# --- the report ------------------------------------------------------------------------------------------------------


@given(lists, lists)
def test_counts_are_those_of_sets_of_texts(corpus: list[str], evaluation: list[str]):
    molecules = {canonical(one): block(one) for one in evaluation}
    blocks, parents = {block(one) for one in corpus}, {parent(one) for one in corpus}
    expected = Overlap(
        name="set",
        graphs=len(evaluation),
        molecules=len(molecules),
        by_smiles=len(molecules.keys() & {canonical(one) for one in corpus}),
        by_inchikey=sum(one in blocks for one in molecules.values()),
        by_parent=sum(parent(one) in parents for one in molecules),
    )
    assert overlap(graphs_of(corpus), {"set": graphs_of(evaluation)}) == [expected]


def test_stereo_centres_count_for_smiles_alone():
    corpus = graphs_of([L_ALANINE, "CCO"])
    found = overlap(corpus, {"hands": graphs_of([D_ALANINE, L_ALANINE, EITHER, L_ALANINE, "CCN"])})
    assert found == [Overlap("hands", graphs=5, molecules=4, by_smiles=1, by_inchikey=3, by_parent=3)]


def test_sets_are_reported_in_their_order():
    corpus = graphs_of(["C", "CC"])
    found = overlap(corpus, {"second": graphs_of(["CC"]), "first": graphs_of(["C", "CC", "CCC"])})
    assert [(one.name, one.by_smiles) for one in found] == [("second", 1), ("first", 2)]
    assert overlap(corpus, {}) == []


def test_a_corpus_holds_all_of_itself():
    graphs = graphs_of(orchard())
    [found] = overlap(graphs, {"itself": graphs})
    assert found.graphs == len(graphs)
    assert (
        found.molecules
        == found.by_smiles
        == found.by_inchikey
        == found.by_parent
        == len(set(map(canonical, orchard())))
    )


def test_graphs_that_are_no_molecules():
    with pytest.raises(InputError, match="data set 'made' has no SMILES"):
        overlap(graphs_of(["C"]), {"made": random_graphs(3)})


# --- removal ---------------------------------------------------------------------------------------------------------


@given(lists, st.lists(written(), max_size=12))
def test_what_is_left_is_in_no_evaluation_set(corpus: list[str], evaluation: list[str]):
    graphs = graphs_of(corpus)
    ways = (canonical, block, parent)
    gone = [{way(one) for one in evaluation} for way in ways]
    expected = [
        place
        for place, one in enumerate(corpus)
        if not any(way(one) in found for way, found in zip(ways, gone, strict=True))
    ]
    assert kept(graphs, evaluation).tolist() == expected
    assert smiles_of(without(graphs, evaluation)) == [corpus[place] for place in expected]


def test_the_other_hand_goes_as_well():
    assert kept(graphs_of(["CCO", L_ALANINE, "CCN"]), [D_ALANINE]).tolist() == [0, 2]


def test_salts_go_with_their_acids_and_bases():
    aspirin, salt = "CC(=O)Oc1ccccc1C(=O)O", "[Na+].CC(=O)Oc1ccccc1C(=O)[O-]"
    assert kept(graphs_of(["CCO", salt]), [aspirin]).tolist() == [0]
    assert kept(graphs_of([aspirin, "CCO"]), [salt]).tolist() == [1]
    [found] = overlap(graphs_of([salt]), {"set": graphs_of([aspirin])})
    assert (found.by_smiles, found.by_inchikey, found.by_parent) == (0, 0, 1)


def test_duplicates_in_the_corpus_go_together():
    assert kept(graphs_of(["CCO", "C", "OCC", "C(O)C"]), ["CCO"]).tolist() == [1]


def test_nothing_to_remove():
    graphs = graphs_of(["CCO", "C"])
    assert kept(graphs, []).tolist() == [0, 1]
    assert kept(graphs, []).dtype == torch.int64
    assert len(without(graphs, ["CCO", "C"])) == 0


def test_an_evaluation_smiles_that_does_not_parse():
    with pytest.raises(InputError, match=r"'C\(' is no molecule"):
        kept(graphs_of(["C"]), ["CC", "C("])


# --- keys ------------------------------------------------------------------------------------------------------------


def test_several_processes_find_the_same(monkeypatch):
    alone = molecule_keys(orchard())
    monkeypatch.setattr(module, "MANY", 10)
    assert molecule_keys(orchard()).tolist() == alone.tolist()


def test_keys_of_a_data_set_are_made_once(monkeypatch):
    graphs = graphs_of(orchard(9))
    keys = keys_of(graphs)
    monkeypatch.setattr(module, "molecule_keys", None)
    assert keys_of(graphs) is keys


def test_keys_of_many_are_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path))
    monkeypatch.setattr("multigraft.graphs.remembered.FEW", 5)
    first = molecule_keys(orchard(9))
    assert len(list((tmp_path / "computed").glob("molecule-keys-2-*.npy"))) == 1
    monkeypatch.setattr(module.descriptions, "keys", None)
    assert molecule_keys(orchard(9)).tolist() == first.tolist()


# --- real ones -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("corpus", "place"), [("zinc250k", 0), ("fsmol", 1)])
def test_what_is_known_of_real_corpora(real_data, corpus, place):
    found = overlap(load(corpus), {name: load(name) for name in KNOWN})
    assert {one.name: one.by_smiles for one in found} == {name: counts[place] for name, counts in KNOWN.items()}
    assert all(one.by_inchikey >= one.by_smiles for one in found)


def test_what_was_taken_out_is_noted():
    corpus, some, none = map(graphs_of, (["CCO", "CCN", L_ALANINE], [EITHER, "OCC"], ["c1ccccc1"]))
    left = excluding(corpus, {"some": some, "none": none})
    assert smiles_of(left) == ["CCN"]
    assert left.origin.notes[-1] == "2 of 3 molecules were taken out: those of some, none"
    assert overlap(left, {"some": some})[0].by_parent == 0


def test_a_corpus_that_is_all_taken_out_is_refused():
    with pytest.raises(InputError, match="nothing is left of"):
        excluding(graphs_of(["CCO"]), {"the same": graphs_of(["OCC"])})
