"""Strategies by name."""

import pytest

from multigraft.errors import InputError
from multigraft.strategies.base import Strategy
from multigraft.strategies.names import STRATEGY_NAMES
from multigraft.strategies.registry import STRATEGIES, build


def test_light_names_are_the_registry():
    assert tuple(STRATEGIES) == STRATEGY_NAMES


@pytest.mark.parametrize("name", STRATEGY_NAMES)
def test_every_name_builds_a_strategy_that_says_its_name(name):
    strategy = build(name)
    assert isinstance(strategy, Strategy)
    assert strategy.config()["name"] == strategy.name == name


def test_options_reach_the_strategy_and_none_keeps_the_default():
    assert build("isame", inner_steps=3, inner_lr=None).config() == {
        "name": "isame", "inner_steps": 3, "inner_lr": 0.04, "first_order": False, "step_losses": False,
    }  # fmt: skip


def test_unknown_names_and_foreign_options_are_refused():
    with pytest.raises(InputError, match="choose from single, joint, finetune, joint-maml, isame, esame, reptile"):
        build("maml")
    with pytest.raises(InputError, match="'joint' has no option inner_steps: it has none"):
        build("joint", inner_steps=2)
    with pytest.raises(InputError, match="'reptile' has no option first_order: choose from inner_steps, inner_lr"):
        build("reptile", first_order=True)
