"""Work in pieces: all of it, in order, whoever does it."""

import os
from functools import partial

import pytest

from multigraft.errors import InputError
from multigraft.graphs import chunks
from multigraft.graphs.chunks import map_chunks

ITEMS = [str(number) for number in range(100)]


def length(items):
    return [len(item) for item in items]


def refuse(items):
    if "57" in items:
        raise InputError("57 is no good")
    return items


def added(items, more):
    return [item + more for item in items]


def whose(items):
    return os.getpid()


@pytest.fixture
def two(monkeypatch):
    """Two processes, however many cores there are."""
    monkeypatch.setattr(chunks, "usable_cores", lambda: 2)
    monkeypatch.setattr("multigraft.graphs.molecules.parallel.usable_cores", lambda: 2)


def together(pieces):
    return [one for piece in pieces for one in piece]


def test_few_are_one_piece_for_this_process():
    assert map_chunks(whose, ITEMS, many=101) == [os.getpid()]
    assert map_chunks(length, [], many=1) == [[]]


def test_many_are_several_pieces_in_their_order(two):
    found = map_chunks(partial(added, more="!"), ITEMS, many=100)
    assert len(found) == 15  # seven items each, so that either process has eight pieces
    assert together(found) == [f"{item}!" for item in ITEMS]


def test_others_do_the_work_where_there_is_much(two):
    assert os.getpid() not in map_chunks(whose, ITEMS, many=10)


def test_pieces_are_never_large(two, monkeypatch):
    monkeypatch.setattr(chunks, "LARGEST", 3)
    assert max(map(len, map_chunks(length, ITEMS, many=10))) == 3


def test_an_error_in_a_piece_is_raised(two):
    with pytest.raises(InputError, match="57 is no good"):
        map_chunks(refuse, ITEMS, many=10)


def test_a_single_core_does_it_alone(monkeypatch):
    monkeypatch.setattr(chunks, "usable_cores", lambda: 1)
    monkeypatch.setattr("multigraft.graphs.molecules.parallel.usable_cores", lambda: 1)
    assert set(map_chunks(whose, ITEMS, many=10)) == {os.getpid()}


def test_a_bar_counts_all_of_them(monkeypatch):
    monkeypatch.setattr("multigraft.graphs.molecules.parallel.usable_cores", lambda: 1)
    counted = []

    class Bar:
        def __init__(self, *arguments):
            counted.append(arguments)

        def __enter__(self):
            return counted.append

        def __exit__(self, *error):
            pass

    monkeypatch.setattr(chunks, "counting", Bar)
    map_chunks(length, ITEMS, many=10, what="measuring", progress=True)
    assert counted[0] == ("measuring", 100, "molecules", True)
    assert sum(counted[1:]) == 100
