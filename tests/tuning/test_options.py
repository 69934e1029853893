"""What can be searched follows from what training and strategies take."""

import inspect

import pytest

from multigraft.errors import InputError
from multigraft.strategies.names import STRATEGY_NAMES
from multigraft.strategies.registry import STRATEGIES
from multigraft.training.fit import train
from multigraft.tuning.options import RESERVED, check_options, options_of
from tests.helpers.training import small_graphs

TUNED = [name for name in STRATEGY_NAMES if name != "finetune"]


@pytest.fixture(scope="module")
def graphs():
    return small_graphs()


def check(graphs, strategy="esame", tasks=("gc", "lp"), split="stratified", device="cpu", epochs=2, **options):
    check_options(graphs, strategy, tasks, split, 0, device, epochs, options)


@pytest.mark.parametrize("strategy", TUNED)
def test_options_are_those_of_training_and_of_the_strategy(strategy):
    own = inspect.signature(STRATEGIES[strategy]).parameters.keys()
    foreign = {name for make in STRATEGIES.values() for name in inspect.signature(make).parameters} - own
    found = options_of(strategy).keys()
    assert {"learning_rate", "batch_size", "scaling", "dim", "layers", *own} <= found
    assert not found & (foreign | RESERVED | {"weights"})
    assert found <= inspect.signature(train).parameters.keys()


@pytest.mark.parametrize(
    ("strategy", "name", "kind", "default"),
    [
        ("esame", "learning_rate", float, 5e-4),
        ("esame", "inner_lr", float, 0.04),
        ("esame", "inner_steps", int, 1),
        ("reptile", "inner_steps", int, 2),
        ("isame", "first_order", bool, False),
        ("joint", "batch_size", int, 16),
        ("joint", "dim", int, 256),
        ("joint", "layers", int, 3),
        ("joint", "scaling", str, "rows"),
        ("joint", "balancing", str, "equal"),
        ("joint", "patience", int, None),
    ],
)
def test_kinds_and_defaults(strategy, name, kind, default):
    option = options_of(strategy)[name]
    assert (option.name, option.kind, option.default) == (name, kind, default)


def test_what_goes_on_from_an_encoder_is_not_tuned():
    with pytest.raises(InputError, match="'finetune' goes on from a trained encoder: tune the strategy that trains it"):
        options_of("finetune")


def test_an_unknown_strategy():
    with pytest.raises(InputError, match="unknown strategy 'same'"):
        options_of("same")


@pytest.mark.parametrize("strategy", ["joint", "joint-maml", "isame", "esame", "reptile"])
def test_the_defaults_are_accepted(graphs, strategy):
    check(graphs, strategy, **{option.name: option.default for option in options_of(strategy).values()})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"learning_rate": -1.0}, "learning rate must be positive"),
        ({"inner_lr": 0.0}, "inner step size must be positive"),
        ({"inner_steps": 0}, "inner steps must be at least 1"),
        ({"batch_size": 2}, "batch size 2 must be 4 or more"),
        ({"scaling": "columns"}, "unknown scaling 'columns'"),
        ({"dim": 0}, "dim must be at least 1"),
        ({"layers": 0}, "layers must be at least 1"),
        ({"balancing": "fair"}, "unknown balancing 'fair'"),
        ({"patience": 0}, "patience must be at least 1"),
        ({"precision": "16"}, "unknown precision '16'"),
        ({"strategy": "single"}, "single"),
        ({"tasks": ()}, "name at least one task"),
        ({"tasks": ("gc", "colour")}, "unknown task 'colour'"),
        ({"split": "sorted"}, "sorted"),
        ({"device": "abacus"}, "no device 'abacus'"),
        ({"epochs": 0}, "epochs must be at least 1"),
    ],
    ids=str,
)
def test_what_training_refuses_is_refused(graphs, options, words):
    with pytest.raises(InputError, match=words):
        check(graphs, **options)
