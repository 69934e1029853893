"""The split by species: named species are the test part, and the others are divided."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft import randomness
from multigraft.errors import InputError
from multigraft.graphs.neighbourhood_overlap import neighbourhood_overlap
from multigraft.graphs.partitions import species_split
from multigraft.graphs.protein_files import read_protein_files
from multigraft.graphs.splits import SPLITS, Split, default_split, split_graphs
from tests.helpers.graphs import random_graphs
from tests.helpers.proteins import protein_graphs, write_species

HUMAN, YEAST, FLY, WORM = 9606, 4932, 7227, 6239


def generator(seed: int = 0) -> torch.Generator:
    return randomness.generator(seed, "split")


def test_human_is_the_test_part_and_the_rest_is_divided():
    species = torch.tensor([YEAST] * 50 + [HUMAN] * 30 + [FLY] * 50)
    train, validation, test = species_split(species, generator())
    assert test.tolist() == list(range(50, 80))
    assert (len(train), len(validation)) == (85, 15)
    assert HUMAN not in species[torch.cat([train, validation])]
    assert {YEAST, FLY} == set(species[train].tolist()) == set(species[validation].tolist())


@given(
    st.lists(st.sampled_from([HUMAN, YEAST]), min_size=1, max_size=20),
    st.lists(st.sampled_from([FLY, WORM]), min_size=4, max_size=40),
    st.randoms(use_true_random=False),
    st.integers(0, 2**16),
)
def test_parts_are_disjoint_whole_and_in_order(tested: list[int], others: list[int], random, seed: int):
    listed = tested + others
    random.shuffle(listed)
    parts = species_split(torch.tensor(listed), generator(seed), test=sorted(set(tested)))
    assert sorted(torch.cat(parts).tolist()) == list(range(len(listed)))
    for part in parts:
        assert part.tolist() == sorted(part.tolist())
    assert parts[2].tolist() == [number for number, one in enumerate(listed) if one in tested]
    assert len(parts[0]) == round(0.85 * len(others))


def test_of_the_shares_only_the_first_two_count():
    species = torch.tensor([YEAST] * 90 + [HUMAN] * 10)
    for fractions, expected in (((0.8, 0.1, 0.1), 80), ((0.5, 0.5, 0.0), 45), ((0.2, 0.1, 0.7), 60)):
        assert len(species_split(species, generator(), fractions)[0]) == expected


def test_the_seed_divides_the_others_alone():
    species = torch.tensor([YEAST] * 40 + [HUMAN] * 10)
    one, same, other = (species_split(species, generator(seed)) for seed in (1, 1, 2))
    assert one[0].tolist() == same[0].tolist() != other[0].tolist()
    assert one[2].tolist() == other[2].tolist()


def test_it_is_a_kind_of_split(tmp_path):
    graphs = read_protein_files(write_species(tmp_path))
    split = split_graphs(graphs, "species", 3, (0.5, 0.5, 0.0))
    assert (split.kind, split.seed) == ("species", 3)
    assert Split.from_json(split.to_json()).for_graphs(graphs).test.tolist() == [2, 3, 4, 5]
    assert neighbourhood_overlap(graphs, split).nearest == 0
    assert default_split(graphs) == "species"
    assert SPLITS["species"].fractions == (0.85, 0.15, 0.0)


# --- what cannot be --------------------------------------------------------------------------------------------------


def test_a_species_that_is_not_there_is_named():
    with pytest.raises(
        InputError, match="species 9606 is to be the test part, but the data has the species 4932 alone"
    ):
        split_graphs(protein_graphs(species=YEAST), "species", 0)


def test_some_graphs_must_be_left_to_train_on():
    with pytest.raises(InputError, match="0 graphs of other species than the test's are too few"):
        split_graphs(protein_graphs(species=HUMAN), "species", 0)
    with pytest.raises(InputError, match="1 graphs of other species"):
        species_split(torch.tensor([HUMAN, HUMAN, FLY]), generator())


@pytest.mark.parametrize("fractions", [(0.5, 0.6, 0.1), (1.2, -0.2, 0.0)])
def test_shares_that_are_none_are_refused(fractions):
    with pytest.raises(InputError, match="must be positive and sum to 1"):
        species_split(torch.tensor([YEAST] * 10 + [HUMAN]), generator(), fractions)


def test_graphs_without_species_are_refused():
    with pytest.raises(InputError, match="'made' has no species: choose another split"):
        split_graphs(random_graphs(5), "species", 0)
