import math

import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.randomness import generator
from multigraft.strategies.balancing.uncertainty import Uncertainty
from multigraft.strategies.joint import Joint
from multigraft.strategies.same import esame
from tests.helpers.models import TASKS, assert_same, double_graphs, double_model, gradients
from tests.reference import strategies as reference

GRAPHS = double_graphs()
NAMES = ("gc", "nc", "lp")
LOG_VARIANCES = st.lists(st.floats(-3, 3), min_size=3, max_size=3)


def balanced(log_variances, strategy=None):
    """A model and a balancer after one backward pass, and the losses."""
    model = double_model(GRAPHS)
    balancer = Uncertainty().start(TASKS, model).double()
    with torch.no_grad():
        for name, value in zip(NAMES, log_variances, strict=True):
            balancer.log_variance[name].fill_(value)
    losses = (strategy or Joint()).losses(model, TASKS, GRAPHS, generator(0))
    values = [losses[name].item() for name in NAMES]
    balancer.backward(losses, model)
    return model, balancer, values


@given(LOG_VARIANCES)
def test_the_model_follows_the_losses_over_their_variances(log_variances):
    model, _, _ = balanced(log_variances)
    plain = double_model(GRAPHS)
    losses = Joint().losses(plain, TASKS, GRAPHS, generator(0))
    theirs = gradients(plain, sum(losses[n] / math.exp(s) for n, s in zip(NAMES, log_variances, strict=True)))
    assert_same({name: parameter.grad for name, parameter in model.named_parameters()}, theirs)


@given(LOG_VARIANCES)
def test_log_variances_follow_the_plain_objective(log_variances):
    _, balancer, values = balanced(log_variances)
    for place, name in enumerate(NAMES):
        ends = []
        for step in (1e-5, -1e-5):
            moved = list(log_variances)
            moved[place] += step
            ends.append(reference.uncertainty(values, moved))
        slope = (ends[0] - ends[1]) / 2e-5
        assert abs(balancer.log_variance[name].grad.item() - slope) < 1e-6 * max(1, abs(slope))


def test_the_best_variance_is_twice_the_loss():
    """Where its gradient is zero, exp(s) = 2 L: noisier tasks count less."""
    _, _, values = balanced([0.0, 0.0, 0.0])
    _, balancer, _ = balanced([math.log(2 * value) for value in values])
    for name in NAMES:
        assert abs(balancer.log_variance[name].grad.item()) < 1e-9


def test_outer_losses_of_episodes_can_be_balanced():
    model, balancer, _ = balanced([0.0, 1.0, -1.0], esame())
    assert all(parameter.grad is not None for parameter in model.parameters())
    assert all(value.grad is not None for value in balancer.parameters())


def test_its_parameters_start_at_weight_1():
    balancer = Uncertainty().start(TASKS, double_model(GRAPHS))
    assert [value.item() for value in balancer.parameters()] == [0.0, 0.0, 0.0]
    assert Uncertainty().config() == {"name": "uncertainty"}
