"""Options are checked once and compared on resume."""

from pathlib import Path

import pytest

from multigraft.errors import InputError
from multigraft.training.options import FREE_ON_RESUME, TrainOptions, check_kinds, check_resumable

PLAIN = TrainOptions(("gc", "nc"), {"name": "joint"})


def test_options_become_json():
    told = PLAIN.to_json()
    assert told["tasks"] == ["gc", "nc"]
    assert told["strategy"] == {"name": "joint"}
    assert (told["batch_size"], told["learning_rate"]) == (16, 5e-4)


@pytest.mark.parametrize("name", ["epochs", "batch_size", "validate_every", "validation_draws"])
def test_counts_are_positive(name):
    with pytest.raises(InputError, match=name.replace("_", " ")):
        TrainOptions(("gc",), {"name": "joint"}, **{name: 0})


def test_equal_options_resume():
    assert check_resumable(PLAIN.to_json(), PLAIN.to_json(), Path("run")) is None


@pytest.mark.parametrize("name", sorted(FREE_ON_RESUME))
def test_what_does_not_shape_an_epoch_may_change(name):
    assert check_resumable(PLAIN.to_json(), {**PLAIN.to_json(), name: "another"}, Path("run")) is None


@pytest.mark.parametrize("name", sorted(PLAIN.to_json().keys() - FREE_ON_RESUME))
def test_everything_else_may_not(name):
    with pytest.raises(InputError, match=rf"cannot resume run: .*{name}: .* 'another' now"):
        check_resumable(PLAIN.to_json(), {**PLAIN.to_json(), name: "another"}, Path("run"))


def test_an_option_of_another_version_is_named():
    stored = PLAIN.to_json()
    stored["momentum"] = 0.9
    with pytest.raises(InputError, match=r"momentum: 0\.9 there, None now"):
        check_resumable(stored, PLAIN.to_json(), Path("run"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"epochs": "2"}, "epochs must be a whole number, got '2'"),
        ({"batch_size": 2.5}, "batch size must be a whole number, got 2.5"),
        ({"patience": True}, "patience must be a whole number, got True"),
        ({"learning_rate": "fast"}, "learning rate must be a number, got 'fast'"),
    ],
)
def test_texts_and_fractions_are_no_numbers(options, said):
    with pytest.raises(InputError, match=said):
        check_kinds(options)


def test_numbers_are_numbers():
    check_kinds({"epochs": 2, "learning_rate": 1, "patience": None, "encoder": "gcn", "layer_decay": 0.5})
