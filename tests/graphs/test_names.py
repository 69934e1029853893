"""The catalog's names: light to import, complete, and close to what is mistyped."""

import subprocess
import sys
from pathlib import Path

import pytest

from multigraft.errors import InputError
from multigraft.graphs import names
from tests.helpers.graphs import random_graphs
from tests.helpers.tu import write_tudataset


@pytest.fixture(autouse=True)
def _own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MULTIGRAFT_DATA", raising=False)


def test_listing_names_imports_nothing_heavy():
    script = (
        "import sys; from multigraft.graphs.names import known_names; known_names(); "
        "print(sorted({'torch', 'numpy', 'rdkit', 'pandas', 'torch_geometric'} & set(sys.modules)))"
    )
    source = str(Path(names.__file__).parents[2])
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONPATH": source}
    )
    assert result.stdout.strip() == "[]"


def test_the_collection_has_its_names_once_each():
    assert len(names.TUDATASETS) == len(set(names.TUDATASETS)) >= 130
    for name in (
        "MUTAG",
        "NCI-H23H",
        "Tox21_AR-LBD_testing",
        "REDDIT-MULTI-12K",
        "PROTEINS_full",
        "Synthie",
        "tumblr_ct2",
    ):
        assert name in names.TUDATASETS
    assert set(names.EMBEDDED).isdisjoint(names.TUDATASETS)
    assert set(names.ALIASES.values()) <= set(names.TUDATASETS)


def test_known_names_are_sorted_without_case_and_hold_everything():
    known = names.known_names()
    assert known == sorted(known, key=lambda name: (name.lower(), name))
    assert {"nci5k", "chembl2321810", *names.TUDATASETS} <= set(known)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mutag", "MUTAG"),
        ("ENZYME", "ENZYMES"),
        ("protein", "PROTEINS"),
        ("chembl", "chembl456k"),
        ("bbb", "bbbp"),
        ("zinc250", "zinc250k"),
        ("NC1", "NCI1"),
    ],
)
def test_nearest_finds_what_was_meant(typed: str, meant: str):
    assert names.nearest(typed)[0] == meant


def test_nearest_gives_few_and_nothing_for_nonsense():
    assert len(names.nearest("tox21", count=2)) <= 2
    assert names.nearest("@@@@@@@@@@@@@") == []


def test_data_root_is_a_directory_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert names.data_root() is None
    monkeypatch.setenv("MULTIGRAFT_DATA", "")
    assert names.data_root() is None
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path))
    assert names.data_root() == tmp_path
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path / "gone"))
    with pytest.raises(InputError, match=r"MULTIGRAFT_DATA is '.*gone', which is not a directory"):
        names.data_root()


def test_the_cache_goes_where_the_variable_says_or_to_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert names.cache_dir() == tmp_path / "cache"
    monkeypatch.delenv("MULTIGRAFT_CACHE")
    assert names.cache_dir().name == "multigraft"
    assert not (tmp_path / "cache").exists()


def test_local_folders_are_found_and_the_data_directory_goes_before_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert names.local_folders() == {}
    data, cache = tmp_path / "data", tmp_path / "cache"
    write_tudataset(data / "tudataset" / "BOTH" / "raw", "BOTH", random_graphs(2))
    write_tudataset(cache / "tudataset" / "BOTH" / "raw", "BOTH", random_graphs(2))
    write_tudataset(cache / "tudataset" / "FLAT", "FLAT", random_graphs(2))
    (data / "tudataset" / "EMPTY" / "raw").mkdir(parents=True)
    (data / "tudataset" / "a_file").write_text("")
    monkeypatch.setenv("MULTIGRAFT_DATA", str(data))
    assert names.local_folders() == {"BOTH": data / "tudataset" / "BOTH", "FLAT": cache / "tudataset" / "FLAT"}
    assert {"BOTH", "FLAT"} <= set(names.known_names())
    assert "EMPTY" not in names.known_names()


def test_names_that_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path))
    assert names.is_known("ENZYMES")
    assert names.is_known("bbbp")
    assert not names.is_known("ORCHARD")
    write_tudataset(tmp_path / "tudataset" / "ORCHARD", "ORCHARD", random_graphs(3))
    assert names.is_known("ORCHARD")
    assert all(names.is_known(name) for name in names.known_names())


@pytest.mark.parametrize(
    "source", ["ENZYMES", "zinc250k", "./nosuch", "no/such", "nosuch.smi", "NOSUCH.CSV.GZ", "a\\b"]
)
def test_names_and_what_is_written_as_a_path_go_through(source: str):
    names.check_source(source)


def test_a_folder_goes_through_by_its_bare_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orchard").mkdir()
    names.check_source("orchard")
    with pytest.raises(InputError, match="unknown data set 'orchards'"):
        names.check_source("orchards")


def test_unknown_names_are_refused_with_those_that_are_like_them():
    with pytest.raises(InputError, match="unknown data set 'enzims': did you mean ENZYMES"):
        names.check_source("enzims")
    with pytest.raises(InputError, match="`multigraft data list` shows the names"):
        names.check_source("+++")


def test_fractions_are_shares():
    assert tuple(names.SPLIT_FRACTIONS) == names.SPLIT_NAMES
    for fractions in names.SPLIT_FRACTIONS.values():
        assert sum(fractions) == pytest.approx(1)
