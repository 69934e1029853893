"""Races by name: the names, their functions, and what is said where there is none."""

import ast

import pytest

from multigraft.bench import registry
from multigraft.bench.registry import ON_GPU, RACES, TARGETS, build, chosen, known, race, runnable
from multigraft.errors import InputError
from tests.helpers.cli import ROOT, python


def test_the_names_that_scripts_know_are_there_in_order():
    wanted = [
        "episode", "esame-step", "isame-step", "esame-study", "isame-study", "masking", "negatives", "context",
        "pretrain-masking", "pretrain-context", "embed-gin", "embed-gin-bf16", "embed-gcn", "featurise",
    ]  # fmt: skip
    assert [name for name in RACES if name in wanted] == wanted


def test_every_race_has_a_target():
    assert TARGETS.keys() == RACES.keys()
    assert min(TARGETS.values()) > 1


@pytest.mark.parametrize("name", RACES)
def test_every_race_has_its_function(name):
    """Read, not run: most load data."""
    module, _, function = RACES[name].args[0].partition(":")
    tree = ast.parse((ROOT / "src" / f"{module.replace('.', '/')}.py").read_text())
    assert function == name.replace("-", "_")
    assert function in [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


def test_a_race_by_name(monkeypatch):
    monkeypatch.setitem(RACES, "naps", lambda: build("tests.helpers.races:naps"))
    assert race("naps").name == "naps"


def test_a_race_of_ones_own():
    assert race("tests.helpers.races:naps").name == known("tests.helpers.races:naps").rpartition(":")[2]


@pytest.mark.parametrize("reference", ["tests.helpers.races:none", "tests.helpers.none:naps", "tests.helpers.races:"])
def test_there_is_no_such_function(reference):
    with pytest.raises(InputError, match=f"no race {reference}: "):
        build(reference)


def test_unknown_names():
    with pytest.raises(InputError, match=r"unknown race 'epsiode': choose from episode, esame-step, "):
        chosen(["episode", "epsiode"])
    with pytest.raises(InputError, match="race episode is named more than once"):
        chosen(["episode", "masking", "episode"])


def test_all_are_chosen_where_none_is_named():
    assert chosen(None) == chosen([]) == list(RACES)
    assert chosen(["masking", "episode"]) == ["masking", "episode"]


def test_what_needs_a_gpu_is_left_out_where_there_is_none():
    assert runnable(["episode", "lockstep"], gpu=True) == (["episode", "lockstep"], {})
    names, not_run = runnable(["lockstep", "episode"], gpu=False)
    assert names == ["episode"]
    assert not_run == {"lockstep": "it needs a GPU that PyTorch can use"}
    assert set(ON_GPU) <= RACES.keys()


def test_names_can_be_had_without_torch():
    code = f"import sys, {registry.__name__}; print([name for name in ('torch', 'numpy') if name in sys.modules])"
    assert python("-c", code).stdout == "[]\n"
