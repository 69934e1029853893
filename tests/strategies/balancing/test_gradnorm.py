import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from multigraft.encoders.base import ModuleEncoder
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from multigraft.randomness import generator
from multigraft.strategies.balancing.gradnorm import GradNorm, last_shared
from multigraft.strategies.joint import Joint
from multigraft.strategies.same import isame
from multigraft.tasks.model import TaskModel
from tests.helpers.models import TASKS, assert_same, double_graphs, double_model, gradients
from tests.reference import strategies as reference

GRAPHS = double_graphs()
NAMES = ("gc", "nc", "lp")


def norms_of(model, seed, strategy):
    """Values of the losses, and the norms of their gradients in the last shared weights, one by one."""
    values, norms = [], []
    for name in NAMES:
        losses = strategy.losses(model, TASKS, GRAPHS, generator(seed))
        values.append(losses[name].item())
        norms.append(torch.autograd.grad(losses[name], last_shared(model))[0].norm().item())
    return values, norms


@pytest.mark.parametrize("strategy", [Joint(), isame()], ids=["joint", "isame"])
@pytest.mark.parametrize("alpha", [0.0, 1.5])
def test_weights_move_as_algorithm_1_says(strategy, alpha):
    model = double_model(GRAPHS)
    balancer = GradNorm(alpha, 0.1).start(TASKS, model).double()
    first, weights = None, [1.0, 1.0, 1.0]
    for seed in range(4):
        values, norms = norms_of(model, seed, strategy)
        first = first or values
        balancer.backward(strategy.losses(model, TASKS, GRAPHS, generator(seed)), model)
        weights = reference.gradnorm_weights(values, first, norms, weights, alpha, 0.1)
        torch.testing.assert_close(balancer.weights, torch.tensor(weights, dtype=torch.float64), rtol=1e-9, atol=1e-9)


def test_the_model_follows_the_weighted_losses_as_the_weights_were():
    model = double_model(GRAPHS)
    balancer = GradNorm().start(TASKS, model).double()
    balancer.weights = torch.tensor([0.5, 2.0, 0.5], dtype=torch.float64)
    balancer.backward(Joint().losses(model, TASKS, GRAPHS, generator(0)), model)
    plain = double_model(GRAPHS)
    losses = Joint().losses(plain, TASKS, GRAPHS, generator(0))
    theirs = gradients(plain, 0.5 * losses["gc"] + 2 * losses["nc"] + 0.5 * losses["lp"])
    assert_same({name: parameter.grad for name, parameter in model.named_parameters()}, theirs)


@settings(max_examples=25)
@given(
    losses=st.lists(st.floats(0.01, 10), min_size=3, max_size=3),
    norms=st.lists(st.floats(0.0, 100), min_size=3, max_size=3),
)
def test_weights_stay_positive_and_sum_to_the_number_of_tasks(losses, norms):
    balancer = GradNorm(1.5, 0.5).start(TASKS, double_model(GRAPHS)).double()
    for _ in range(5):
        balancer._move(torch.tensor(losses, dtype=torch.float64), torch.tensor(norms, dtype=torch.float64))
        assert abs(balancer.weights.sum().item() - 3) < 1e-9
        assert bool((balancer.weights > 0).all())


def test_with_alpha_0_gradient_norms_become_equal():
    balancer = GradNorm(0.0, 0.01).start(TASKS, double_model(GRAPHS)).double()
    losses, norms = torch.ones(3, dtype=torch.float64), torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    before = (balancer.weights * norms).std()
    for _ in range(200):
        balancer._move(losses, norms)
    assert (balancer.weights * norms).std() < 0.05 * before


def test_a_task_that_lags_behind_gains_weight():
    balancer = GradNorm(1.5, 0.01).start(TASKS, double_model(GRAPHS)).double()
    norms = torch.ones(3, dtype=torch.float64)
    balancer._move(torch.tensor([1.0, 1.0, 1.0], dtype=torch.float64), norms)
    for _ in range(10):
        balancer._move(torch.tensor([1.0, 0.5, 0.1], dtype=torch.float64), norms)
    weights = balancer.weights.tolist()
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > 1 > weights[2]


def test_weights_and_first_losses_are_stored():
    model = double_model(GRAPHS)
    one = GradNorm().start(TASKS, model).double()
    for seed in range(2):
        one.backward(Joint().losses(model, TASKS, GRAPHS, generator(seed)), model)
    two = GradNorm().start(TASKS, model).double()
    two.load_state_dict(one.state_dict())
    assert set(one.state_dict()) == {"weights", "first"}
    for seed in (2, 3):
        for balancer in (one, two):
            balancer.backward(Joint().losses(model, TASKS, GRAPHS, generator(seed)), model)
    assert torch.equal(one.weights, two.weights)


def test_the_last_weights_are_a_matrix_of_the_encoder():
    model = double_model(GRAPHS)
    assert last_shared(model) is model.encoder.layers[-1].weight


def test_an_encoder_without_weights_is_refused():
    class Bare(torch.nn.Module):
        def forward(self, x, edges):
            return x

    model = TaskModel(ModuleEncoder(Bare(), InputSchema.of(GRAPHS)), TASKS, GRAPHS.origin)
    with pytest.raises(InputError, match="GradNorm needs an encoder with a weight matrix"):
        last_shared(model)


def test_options():
    assert GradNorm(0.5, 0.1).config() == {"name": "gradnorm", "alpha": 0.5, "step": 0.1}
    with pytest.raises(InputError, match="the step of the weights must be positive"):
        GradNorm(step=0.0)
