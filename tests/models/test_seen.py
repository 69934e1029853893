"""What was seen is carried along, whatever was asked, and stays small on disk."""

import dataclasses

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs.splits import PARTS, Split, split_graphs
from multigraft.models.seen import check_unseen, grown, own_split, read_seen, write_seen
from tests.helpers.coded import random_coded, with_targets
from tests.helpers.graphs import random_graphs
from tests.models.test_trained import trained_on

MOLECULES = random_coded(20, targets=1)
OTHERS = with_targets(MOLECULES, 1 - MOLECULES.targets, "binary")
ELSEWHERE = random_coded(12, seed=9, targets=1)


def numbers(split):
    return {part: getattr(split, part).tolist() for part in PARTS}


def encoder(seen, split=None):
    return dataclasses.replace(trained_on(random_graphs(6, seed=3)), seen=seen, split=split)


@pytest.fixture
def split():
    return split_graphs(MOLECULES, "random", 3)


def test_what_is_asked_does_not_matter(split):
    trained = encoder(grown({}, MOLECULES, split))
    found = own_split(trained, OTHERS)
    assert (found.kind, found.seed, numbers(found)) == ("random", 3, numbers(split))
    assert found.identity == split_graphs(OTHERS, "random", 3).identity != split.identity
    assert own_split(trained, ELSEWHERE) is None


def test_trainings_on_other_data_forget_nothing(split):
    seen = grown(grown({}, MOLECULES, split), ELSEWHERE, split_graphs(ELSEWHERE, "random", 0))
    assert len(seen) == 2
    assert numbers(own_split(encoder(seen), OTHERS)) == numbers(split)


def test_a_split_that_tests_what_was_seen_is_refused(split):
    trained = encoder(grown({}, MOLECULES, split))
    other = split_graphs(OTHERS, "random", 4)
    count = int(torch.isin(other.test, torch.cat([split.train, split.validation])).sum())
    with pytest.raises(InputError, match=f"^{count} of the {len(other.test)} test graphs of this random split are"):
        check_unseen(trained, OTHERS, other)
    check_unseen(trained, OTHERS, dataclasses.replace(split, identity=""))
    check_unseen(trained, ELSEWHERE, split_graphs(ELSEWHERE, "random", 4))


def test_encoders_of_earlier_versions_know_their_own_split(split):
    trained = encoder({}, split)
    assert own_split(trained, MOLECULES) is split
    assert own_split(trained, OTHERS) is None
    with pytest.raises(InputError, match="was trained on"):
        check_unseen(trained, MOLECULES, split_graphs(MOLECULES, "random", 4))


def test_a_later_split_decides_but_for_what_was_trained_on_before():
    first = Split("random", 0, *map(torch.tensor, ([0, 1, 2], [3], [4, 5])))
    later = Split("mine", 1, *map(torch.tensor, ([3], [0, 4], [1, 6])))
    seen = grown(grown({}, MOLECULES, first), MOLECULES, later)
    (found,) = seen.values()
    assert (found.kind, found.seed) == ("mine", 1)
    assert numbers(found) == {"train": [1, 2, 3], "validation": [0, 4], "test": [5, 6]}


@given(st.lists(st.sampled_from((*PARTS, None)), min_size=1, max_size=30))
def test_on_disk_and_back(tmp_path_factory, parts):
    places = [[place for place, one in enumerate(parts) if one == part] for part in PARTS]
    split = Split("random", 7, *(torch.tensor(place, dtype=torch.int64) for place in places))
    path = tmp_path_factory.mktemp("seen") / "seen.safetensors"
    write_seen(path, {"a": split, "b": dataclasses.replace(split, kind="mine")})
    found = read_seen(path)
    assert [(one.kind, one.seed, numbers(one)) for one in found.values()] == [
        ("random", 7, numbers(split)), ("mine", 7, numbers(split))
    ]  # fmt: skip


def test_a_byte_a_graph(tmp_path):
    many = Split("corpus", 0, *torch.randperm(200_000).sort().values.split([190_000, 5_000, 5_000]))
    write_seen(tmp_path / "seen.safetensors", {"a": many})
    assert (tmp_path / "seen.safetensors").stat().st_size < 201_000


def test_no_file_and_damaged_files(tmp_path):
    assert read_seen(tmp_path / "seen.safetensors") == {}
    (tmp_path / "seen.safetensors").write_bytes(b"x" * 20)
    with pytest.raises(InputError, match=r"seen\.safetensors does not say which graphs were seen"):
        read_seen(tmp_path / "seen.safetensors")
