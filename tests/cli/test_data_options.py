"""The options that say how data is read are the same under every verb, and reach the loader as they are written."""

import dataclasses
import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.cli.data_options import DataOptions, split_columns, takes_data_options
from multigraft.files import csv_line
from multigraft.graphs.catalog import load
from tests.helpers.cli import multigraft

NAMES = [one.name for one in dataclasses.fields(DataOptions)]


@pytest.mark.parametrize("verb", [("data", "show"), ("train",), ("tune",), ("probe",), ("embed",), ("report",)])
def test_every_verb_that_reads_data_has_them(verb):
    shown = multigraft(*verb, "--help").stdout
    for name in NAMES:
        assert f"--{name.replace('_', '-')} " in shown


def test_the_loader_knows_them_all():
    assert DataOptions().arguments().keys() <= inspect.signature(load).parameters.keys()


def test_a_verb_gets_them_as_one():
    told = []

    @takes_data_options
    def verb(data: str, reading: DataOptions, seed: int = 0) -> None:
        told.append((data, reading, seed))

    assert list(inspect.signature(verb).parameters) == ["data", *NAMES, "seed"]
    given = {**dataclasses.asdict(DataOptions()), "featurization": "ogb", "strip_salts": True}
    verb(data="bbbp", seed=3, **given)
    assert told == [("bbbp", DataOptions(featurization="ogb", strip_salts=True), 3)]


@pytest.mark.parametrize(
    ("written", "columns"),
    [
        (None, None),
        ("a", ("a",)),
        ("a, b ,c", ("a", "b", "c")),
        ('"benign, malignant", other', ("benign, malignant", "other")),
        ("", ()),
        (" , ", ()),
    ],
)
def test_columns_are_read_as_a_row_of_csv(written, columns):
    assert split_columns(written) == columns
    assert DataOptions(targets=written).arguments()["targets"] == columns


def test_what_is_recorded_is_what_was_written():
    assert DataOptions(targets="a,b", threshold=6.5).resolved() == {
        "node_label_column": 0, "featurization": None, "smiles_column": None, "targets": "a,b", "id_column": None,
        "strip_salts": None, "threshold": 6.5, "hops": None, "largest": None,
    }  # fmt: skip


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1).map(str.strip).filter(bool)))
def test_columns_that_are_joined_can_be_split_again(names):
    assert split_columns(csv_line(names)) == tuple(names)
