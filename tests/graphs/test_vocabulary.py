"""The vocabularies are those that the sources count, and the encoders' inputs follow them."""

import pytest

from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from multigraft.graphs.names import FEATURIZATIONS
from multigraft.graphs.vocabulary import VOCABULARIES, Vocabulary, vocabulary
from tests.helpers.coded import random_coded


def test_every_featurisation_that_can_be_asked_for_has_a_vocabulary():
    assert set(FEATURIZATIONS) <= set(VOCABULARIES)


def test_hu_counts_as_the_paper_does():
    # Hu et al. 2020, appendix C: 118 elements and a mask, 4 chirality tags, 4 bond types, 3 bond directions.
    assert VOCABULARIES["hu"] == Vocabulary(nodes=(119, 4), edges=(4, 3))


def test_ogb_counts_as_its_package_does():
    # ogb.utils.features: its nine lists of atom features and three of bond features, without our 0 for what is hidden.
    known = VOCABULARIES["ogb"]
    structure = tuple(size - 1 for size in known.structure)
    assert sorted(known.nodes + structure) == sorted([119, 5, 12, 12, 10, 6, 6, 2, 2])
    assert known.edges == (5, 6, 2)


def test_proteins_have_seven_types_of_interaction():
    assert VOCABULARIES["protein"].types == 7


@pytest.mark.parametrize("featurization", sorted(VOCABULARIES))
def test_an_encoder_reads_what_the_vocabulary_counts(featurization):
    schema = InputSchema.of(random_coded(3, featurization))
    known = VOCABULARIES[featurization]
    assert schema.codes == known.nodes
    assert schema.edge_codes == known.edges
    assert schema.edge_types == known.types


def test_data_without_codes_have_an_empty_one():
    assert vocabulary("") == Vocabulary(nodes=())


def test_an_unknown_name_is_told_the_known_ones():
    with pytest.raises(InputError, match="unknown featurization 'hue': choose from hu"):
        vocabulary("hue")
