import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.randomness import generator
from multigraft.strategies.balancing.base import Equal, Fixed, total
from multigraft.strategies.joint import Joint
from tests.helpers.models import TASKS, double_graphs, double_model, gradients

GRAPHS = double_graphs()


def followed(balancing, seed=0):
    """The gradients that a balancing leaves, and the losses that it balanced."""
    model = double_model(GRAPHS)
    losses = Joint().losses(model, TASKS, GRAPHS, generator(seed))
    balancing.start(TASKS, model).backward(losses, model)
    return {name: parameter.grad for name, parameter in model.named_parameters()}


def summed(weights, seed=0):
    model = double_model(GRAPHS)
    losses = Joint().losses(model, TASKS, GRAPHS, generator(seed))
    return gradients(model, sum(weights[name] * loss for name, loss in losses.items()))


def test_equal_is_the_gradient_of_the_sum():
    ours, theirs = followed(Equal()), summed({"gc": 1, "nc": 1, "lp": 1})
    for name, value in theirs.items():
        torch.testing.assert_close(ours[name], value)


@given(st.lists(st.floats(0.1, 10), min_size=3, max_size=3))
def test_fixed_is_the_gradient_of_the_weighted_sum(values):
    weights = dict(zip(("gc", "nc", "lp"), values, strict=True))
    ours, theirs = followed(Fixed(tuple(weights.items()))), summed(weights)
    for name, value in theirs.items():
        torch.testing.assert_close(ours[name], value)


def test_a_task_without_a_weight_has_weight_1():
    ours, theirs = followed(Fixed((("lp", 0.0),))), summed({"gc": 1, "nc": 1, "lp": 0})
    for name, value in theirs.items():
        torch.testing.assert_close(ours[name], value)


def test_equal_weights_add_as_the_plain_sum_does_to_the_bit():
    losses = {str(number): torch.rand((), generator=generator(number)) for number in range(5)}
    assert torch.equal(total(losses, {}), torch.stack(list(losses.values())).sum())


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ((("gc", -1.0),), "the weight of task 'gc' must be a number of 0 or more, got -1.0"),
        ((("gc", float("nan")),), "must be a number of 0 or more"),
        ((("xx", 1.0),), "a weight for 'xx', which is not among the tasks"),
        ((("gc", 0.0), ("nc", 0.0), ("lp", 0.0)), "all tasks have weight 0"),
    ],
    ids=["negative", "nan", "foreign", "nothing"],
)
def test_weights_that_cannot_be(weights, message):
    with pytest.raises(InputError, match=message):
        followed(Fixed(weights))


def test_config_says_what_was_chosen():
    assert Equal().config() == {"name": "equal"}
    assert Fixed((("gc", 2.0),)).config() == {"name": "fixed", "weights": {"gc": 2.0}}


def test_constant_weights_have_no_state():
    model = double_model(GRAPHS)
    for balancing in (Equal(), Fixed((("gc", 2.0),))):
        balancer = balancing.start(TASKS, model)
        assert not balancer.state_dict()
        balancer.begin_epoch()
