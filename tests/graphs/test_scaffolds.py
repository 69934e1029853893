"""Scaffolds, and the splits by them: as their authors wrote them, whole, and the same wherever they are made."""

import hashlib
import json
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft import randomness
from multigraft.errors import InputError
from multigraft.graphs import scaffolds as module
from multigraft.graphs.catalog import load
from multigraft.graphs.scaffolds import (
    plain_scaffolds_of,
    random_scaffold_split,
    scaffold_balanced_split,
    scaffold_split,
    scaffolds,
    scaffolds_of,
)
from multigraft.graphs.splits import PARTS, split_graphs
from tests.helpers.orchard import graphs_of, orchard
from tests.reference import scaffolds as plain

pytest.importorskip("rdkit")

GOLDEN = Path(__file__).parent / "golden"
SIZES = {  # acceptance of the project, and what the pre-training paper's release gives
    "bbbp": (1631, 204, 204),
    "bace": (1210, 151, 152),
    "clintox": (1184, 148, 148),
    "sider": (1141, 143, 143),
    "tox21": (6258, 782, 783),
}

SLOW = ("sider", "tox21")

groups = st.lists(st.integers(0, 12).map(str), min_size=1, max_size=80)
shares = st.sampled_from([(0.8, 0.1, 0.1), (0.6, 0.2, 0.2), (0.34, 0.33, 0.33), (0.7, 0.1, 0.2)])
seeds = st.integers(0, 2**31)


def generator(seed: int = 0) -> torch.Generator:
    return randomness.generator(seed, "split")


def shuffler(draws: torch.Generator):
    """The order in which our functions draw groups."""
    return lambda groups: [groups[place] for place in torch.randperm(len(groups), generator=draws).tolist()]


def assert_same(expected: tuple[list[int], ...], make) -> None:
    """Our parts are the plain ones, or complain where one of those is empty."""
    if not all(expected):
        with pytest.raises(InputError, match="part stays empty"):
            make()
        return
    assert [part.tolist() for part in make()] == [sorted(part) for part in expected]


# --- scaffolds -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("smiles", "scaffold"),
    [
        ("CCO", ""),
        ("[Na+].[Cl-]", ""),
        ("Cc1ccccc1", "c1ccccc1"),
        ("OC(=O)CCc1ccc(CN2CCOCC2)cc1", "c1ccc(CN2CCOCC2)cc1"),
        ("O=C1CCCCC1", "O=C1CCCCC1"),  # RDKit's scaffolds keep what hangs on a ring by a double bond
        ("c1ccccc1.C1CC1", "C1CC1.c1ccccc1"),
    ],
)
def test_scaffolds_are_rings_and_linkers(smiles, scaffold):
    assert scaffolds([smiles]) == [scaffold]


def test_stereo_centres_tell_scaffolds_apart_or_do_not():
    hands = ["C[C@@H]1CC[C@H](c2ccccc2)O1", "C[C@@H]1CC[C@@H](c2ccccc2)O1"]
    assert len(set(scaffolds(hands))) == 2
    assert len(set(scaffolds(hands, chirality=False))) == 1


def test_however_a_molecule_is_written_its_scaffold_is_the_same():
    assert len(set(scaffolds(["c1ccccc1CC", "CCc1ccccc1", "C1=CC=CC=C1CC"]))) == 1


def test_no_molecules_have_no_scaffolds():
    assert scaffolds([]) == []


def test_a_molecule_whose_scaffold_fails_is_a_group_of_its_own(monkeypatch):
    def fail(mol, includeChirality):  # noqa: N803
        raise ValueError("cannot sanitise")

    monkeypatch.setattr("rdkit.Chem.Scaffolds.MurckoScaffold.MurckoScaffoldSmiles", fail)
    assert scaffolds(["Cc1ccccc1", "Cc1ccncc1"]) == ["Cc1ccccc1", "Cc1ccncc1"]


def test_a_smiles_that_does_not_parse_is_named():
    with pytest.raises(InputError, match=r"'C\(' is no molecule that RDKit can read: no valid SMILES"):
        scaffolds(["CC", "C("])


def test_several_processes_find_the_same(monkeypatch):
    smiles = orchard(60)
    alone = scaffolds(smiles)
    monkeypatch.setattr(module, "MANY", 10)
    assert scaffolds(smiles) == alone


def test_scaffolds_of_a_data_set_are_made_once(monkeypatch):
    hands = ["C[C@@H]1CC[C@H](c2ccccc2)O1", "C[C@@H]1CC[C@@H](c2ccccc2)O1"]
    graphs = graphs_of(hands)
    chiral, flat = scaffolds_of(graphs), plain_scaffolds_of(graphs)
    assert (len(set(chiral)), len(set(flat))) == (2, 1)
    monkeypatch.setattr(module, "scaffolds", None)
    assert scaffolds_of(graphs) is chiral
    assert plain_scaffolds_of(graphs) is flat


# --- splits ----------------------------------------------------------------------------------------------------------


@given(groups, shares)
def test_the_scaffold_split_is_the_release_s(scaffolds: list[str], fractions: tuple[float, float, float]):
    expected = plain.scaffold_split(scaffolds, *fractions[:2])
    assert_same(expected, lambda: scaffold_split(scaffolds, fractions))


@given(groups, shares, seeds)
def test_the_balanced_split_is_chemprop_s(scaffolds: list[str], fractions: tuple[float, float, float], seed: int):
    shuffle = shuffler(generator(seed))
    expected = plain.balanced_split(scaffolds, fractions, shuffle, shuffle)
    assert_same(expected, lambda: scaffold_balanced_split(scaffolds, generator(seed), fractions))


@given(groups, shares, seeds)
def test_the_random_scaffold_split_is_the_release_s(
    scaffolds: list[str], fractions: tuple[float, float, float], seed: int
):
    expected = plain.random_scaffold_split(scaffolds, *fractions[1:], shuffler(generator(seed)))
    assert_same(expected, lambda: random_scaffold_split(scaffolds, generator(seed), fractions))


@given(groups, shares, seeds)
def test_parts_are_a_partition_and_share_no_scaffold(
    scaffolds: list[str], fractions: tuple[float, float, float], seed: int
):
    splits = [
        lambda: scaffold_split(scaffolds, fractions),
        lambda: scaffold_balanced_split(scaffolds, generator(seed), fractions),
        lambda: random_scaffold_split(scaffolds, generator(seed), fractions),
    ]
    for split in splits:
        try:
            parts = split()
        except InputError:
            continue
        assert sorted(torch.cat(parts).tolist()) == list(range(len(scaffolds)))
        assert all(part.tolist() == sorted(part.tolist()) for part in parts)
        seen = [{scaffolds[number] for number in part.tolist()} for part in parts]
        assert not seen[0] & seen[1] | seen[0] & seen[2] | seen[1] & seen[2]


def test_the_largest_groups_are_for_training():
    train, validation, test = scaffold_split(["a", "b", "b", "c", "b", "d", "b", "e", "b", "b"])
    assert train.tolist() == [1, 2, 4, 5, 6, 7, 8, 9]  # b, then those that come last among equals
    assert (validation.tolist(), test.tolist()) == ([3], [0])


def test_a_group_that_does_not_fit_is_passed_by_and_smaller_ones_still_fill():
    scaffolds = ["a"] * 6 + ["b"] * 5 + ["c"] * 3 + ["d"]
    train, validation, test = scaffold_split(scaffolds, (0.5, 0.2, 0.3))
    assert train.tolist() == [0, 1, 2, 3, 4, 5, 14]  # at most 7.5: neither b nor c, but d
    assert validation.tolist() == [11, 12, 13]  # up to 10.5 with training: not b, but c
    assert test.tolist() == [6, 7, 8, 9, 10]


def test_the_balanced_split_has_every_large_group_in_training():
    scaffolds = [*"aaaaaaaa", *"bbbbbb", *(str(number) for number in range(86))]
    for seed in range(5):
        train, validation, test = scaffold_balanced_split(scaffolds, generator(seed))
        assert set(range(14)) <= set(train.tolist())
        assert (len(train), len(validation), len(test)) == (80, 10, 10)


def test_seeds_change_random_splits():
    scaffolds = [str(number % 40) for number in range(100)]
    for split in (scaffold_balanced_split, random_scaffold_split):
        first, again, other = (split(scaffolds, generator(seed)) for seed in (1, 1, 2))
        assert all(map(torch.equal, first, again))
        assert not all(map(torch.equal, first, other))


@pytest.mark.parametrize(
    ("scaffolds", "empty"), [(["a"] * 20, "training"), (["a"] * 16 + ["b"] * 4, "validation"), ([], "training")]
)
def test_too_few_scaffolds(scaffolds, empty):
    with pytest.raises(InputError, match=f"{len(scaffolds)} molecules by scaffold, 80%/10%/10%: the {empty} part"):
        scaffold_split(scaffolds)


def test_the_test_part_can_be_the_empty_one():
    with pytest.raises(InputError, match="the test part stays empty"):
        scaffold_split(["a"] * 8 + ["b", "c"], (0.8, 0.2, 0.0))


@pytest.mark.parametrize("fractions", [(0.8, 0.1, 0.2), (1.2, -0.1, -0.1)])
def test_fractions_that_are_none(fractions):
    for split in (
        lambda: scaffold_split(["a", "b", "c"], fractions),
        lambda: scaffold_balanced_split(["a", "b", "c"], generator(), fractions),
        lambda: random_scaffold_split(["a", "b", "c"], generator(), fractions),
    ):
        with pytest.raises(InputError, match="must be positive and sum to 1"):
            split()


# --- golden files ----------------------------------------------------------------------------------------------------


def test_made_up_molecules_are_divided_as_ever():
    golden = json.loads((GOLDEN / "made_up.json").read_text())
    assert golden["smiles"] == orchard(), "the molecules have changed: that is another test"
    graphs = graphs_of(golden["smiles"])
    for kind, parts in golden["splits"].items():
        split = split_graphs(graphs, kind, golden["seed"])
        assert {part: getattr(split, part).tolist() for part in PARTS} == parts, kind


@pytest.mark.parametrize("name", ["bbbp", "bace", "clintox", *(pytest.param(n, marks=pytest.mark.slow) for n in SLOW)])
def test_real_molecules_are_divided_as_ever(real_data, name):
    golden = json.loads((GOLDEN / f"{name}.json").read_text())
    split = split_graphs(load(name), "scaffold", 0)
    parts = {part: getattr(split, part) for part in PARTS}
    assert tuple(map(len, parts.values())) == SIZES[name]
    assert golden["sizes"] == {part: len(numbers) for part, numbers in parts.items()}
    assert golden["sha256"] == {
        part: hashlib.sha256(numbers.numpy().astype("<i8").tobytes()).hexdigest() for part, numbers in parts.items()
    }
