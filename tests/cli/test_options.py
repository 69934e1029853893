"""Completion offers names and folders; task lists are read; shared options behave alike."""

import os

import pytest

from multigraft.cli import options as o
from multigraft.errors import InputError
from multigraft.evaluation.names import PROBE_NAMES
from multigraft.evaluation.protocols import PROTOCOLS
from multigraft.graphs.names import known_names
from multigraft.graphs.splits import SPLITS
from multigraft.strategies.balancing.registry import BALANCINGS
from multigraft.strategies.registry import STRATEGIES
from multigraft.tasks.registry import TASKS
from tests.helpers.cli import python


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working directory and no raw data."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MULTIGRAFT_DATA", raising=False)
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    return tmp_path


def test_names_are_the_registries():
    """The light modules of names and the registries say the same."""
    assert o.complete_strategy() == list(STRATEGIES)
    assert o.complete_split() == list(SPLITS)
    assert o.complete_protocol() == list(PROTOCOLS)
    assert o.complete_tasks("") == list(TASKS)
    assert o.complete_balancing() == list(BALANCINGS)
    assert o.complete_probes("") == list(PROBE_NAMES)
    assert o.complete_probes("svm,") == [f"svm,{name}" for name in PROBE_NAMES if name != "svm"]


@pytest.mark.parametrize("written", ["", "g", "gc,", "gc,l", "lp,gc,", "gc,nc,lp,am,im,", ",".join([*TASKS, ""])])
def test_tasks_are_offered_once(written):
    before = written.rpartition(",")[0]
    left = [name for name in TASKS if name not in before.split(",")]
    assert o.complete_tasks(written) == [f"{before},{name}" if before else name for name in left]


def test_data_sets_are_offered(here):
    assert o.complete_data("") == known_names()
    assert o.complete_data("ENZ") == ["ENZYMES"]
    assert o.complete_data("chembl") == ["chembl-multitask", "chembl2321810", "chembl456k"]
    assert o.complete_data("zinc") == ["zinc250k", "zinc2m"]
    assert o.complete_data("nothing-like-it") == []


def test_folders_are_offered(here):
    (here / "orchard" / "north").mkdir(parents=True)
    (here / "orchard" / "page.html").touch()
    assert o.complete_data("orch") == ["orchard"]
    assert o.complete_data("orchard/") == [os.path.join("orchard", "north")]
    assert o.complete_data("orchard/no") == [os.path.join("orchard", "north")]
    assert o.complete_data(f"{here}/or") == [str(here / "orchard")]


def test_files_of_molecules_are_offered(here):
    for name in ("mine.csv", "mine.smi.gz", "mine.html", "mine.parquet"):
        (here / name).touch()
    assert o.complete_data("mine") == ["mine.csv", "mine.parquet", "mine.smi.gz"]


def test_a_wrong_data_directory_does_not_break_completion(here, monkeypatch):
    monkeypatch.setenv("MULTIGRAFT_DATA", str(here / "none"))
    assert o.complete_data("chem") == ["chembl2321810", "chembl-multitask", "chembl456k"]
    assert o.complete_data("yea") == ["yeast"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("multigraft tr", "train"),
        ("multigraft train ENZ", "ENZYMES"),
        ("multigraft data show chembl2", "chembl2321810"),
        ("multigraft data show bbbp --featurization o", "ogb"),
        ("multigraft embed DIR fsmol-v", "fsmol-validation"),
        ("multigraft train ENZYMES --strategy is", "isame"),
        ("multigraft train ENZYMES --tasks gc,n", "gc,nc"),
        ("multigraft probe DIR ENZYMES --protocol st", "strict"),
        ("multigraft probe DIR ENZYMES --probes svm,kn", "svm,knn"),
        ("multigraft train ENZYMES --balancing up", "upgrad"),
        ("multigraft study table same-figure3", "same-figure3"),
    ],
)
def test_the_shell_is_answered(words, offered):
    """The way bash asks: the words so far in the environment, the answer a line each."""
    count = len(words.split()) - 1
    asked = {"_MULTIGRAFT_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(count)}
    result = python("-m", "multigraft", **asked)
    assert result.stdout.split() == [offered]


def test_names_are_refused_at_once():
    check = o.one_of("fruit", ("apple", "pear"))
    assert (check("apple"), check(None)) == ("apple", None)
    with pytest.raises(InputError, match="unknown fruit 'plum': choose from apple, pear"):
        check("plum")


def test_every_name_of_a_list_is_looked_at():
    check = o.each_of("fruit", ("apple", "pear"))
    assert (check("pear, apple,"), check(""), check(None)) == ("pear, apple,", "", None)
    with pytest.raises(InputError, match="unknown fruit 'plum': choose from apple, pear"):
        check("apple,plum,fig")


def test_released_encoders_are_offered_beside_folders(here):
    (here / "molecules-mine").mkdir()
    (here / "molecules.csv").touch()
    assert o.complete_encoders("") == ["molecules-small"]
    assert o.complete_encoders("molecules") == ["molecules-small", "molecules-mine"]
    assert o.complete_encoders("x") == []
