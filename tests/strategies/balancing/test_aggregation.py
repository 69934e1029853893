import sys

import pytest
import torch
from torchjd import aggregation

from multigraft.errors import InputError
from multigraft.randomness import generator
from multigraft.strategies.balancing.aggregation import Aggregation
from multigraft.strategies.balancing.names import AGGREGATOR_NAMES
from multigraft.strategies.joint import Joint
from multigraft.strategies.same import esame, isame
from tests.helpers.models import TASKS, double_graphs, double_model, gradients

GRAPHS = double_graphs()
NAMES = ("gc", "nc", "lp")


def jacobian(strategy):
    """The gradient of each task's loss in the encoder, a row a task, and in all parameters by name."""
    rows, whole = [], []
    for name in NAMES:
        model = double_model(GRAPHS)
        found = gradients(model, strategy.losses(model, TASKS, GRAPHS, generator(0))[name])
        rows.append(torch.cat([value.flatten() for key, value in found.items() if key.startswith("encoder.")]))
        whole.append(found)
    return torch.stack(rows), whole


def followed(name, strategy):
    model = double_model(GRAPHS)
    torch.manual_seed(0)
    Aggregation(name).start(TASKS, model).backward(strategy.losses(model, TASKS, GRAPHS, generator(0)), model)
    return {key: parameter.grad for key, parameter in model.named_parameters()}


def shared(found):
    return torch.cat([value.flatten() for key, value in found.items() if key.startswith("encoder.")])


@pytest.mark.parametrize("strategy", [Joint(), isame(), esame()], ids=["joint", "isame", "esame"])
@pytest.mark.parametrize("name", AGGREGATOR_NAMES)
def test_every_aggregator_gives_every_parameter_a_finite_gradient(name, strategy):
    found = followed(name, strategy)
    assert all(value is not None and bool(value.isfinite().all()) for value in found.values())
    assert float(shared(found).norm()) > 0


@pytest.mark.parametrize("name", ["upgrad", "mgda", "imtl-g", "aligned-mtl"])
def test_the_encoder_follows_the_aggregate_of_the_jacobian(name):
    makers = {"upgrad": aggregation.UPGrad, "mgda": aggregation.MGDA, "imtl-g": aggregation.IMTLG,
              "aligned-mtl": aggregation.AlignedMTL}  # fmt: skip
    matrix, _ = jacobian(Joint())
    torch.testing.assert_close(shared(followed(name, Joint())), makers[name]()(matrix), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", AGGREGATOR_NAMES)
def test_heads_follow_their_own_task(name):
    _, whole = jacobian(Joint())
    for key, value in followed(name, Joint()).items():
        if key.startswith("heads."):
            torch.testing.assert_close(value, sum(found[key] for found in whole))


@pytest.mark.parametrize("name", ["upgrad", "dualproj"])
def test_no_task_is_worsened(name):
    matrix, _ = jacobian(Joint())
    assert bool((matrix @ shared(followed(name, Joint())) >= -1e-9).all())


def opposed(name):
    """What an aggregator makes of two gradients that point against each other."""
    balancer = Aggregation(name).start(TASKS[:2], double_model(GRAPHS))
    matrix = torch.tensor([[1.0, 0.0], [-0.9, 0.5]], dtype=torch.float64)
    return matrix, balancer.aggregate(matrix)


@pytest.mark.parametrize("name", ["pcgrad", "upgrad", "dualproj", "mgda", "imtl-g", "config", "nash-mtl"])
def test_conflicts_are_resolved(name):
    matrix, together = opposed(name)
    assert bool((matrix @ together >= -1e-6).all())
    if name != "mgda":
        assert float(together.norm()) > 0


def test_mgda_finds_the_shortest_vector_between_the_gradients():
    matrix, together = opposed("mgda")
    shares = torch.linspace(0, 1, 2001, dtype=torch.float64)[:, None]
    between = shares * matrix[0] + (1 - shares) * matrix[1]
    assert abs(float(together.norm()) - float(between.norm(dim=1).min())) < 1e-3


def test_imtl_g_has_equal_projections():
    matrix, together = opposed("imtl-g")
    projections = (matrix / matrix.norm(dim=1, keepdim=True)) @ together
    assert float(projections.std()) < 1e-6


def test_gradients_add_to_those_that_are_there():
    model = double_model(GRAPHS)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    Aggregation("upgrad").start(TASKS, model).backward(Joint().losses(model, TASKS, GRAPHS, generator(0)), model)
    once = followed("upgrad", Joint())
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(parameter.grad, once[name] + 1)


@pytest.mark.parametrize("name", ["nash-mtl", "pcgrad"])
def test_an_epoch_begins_without_memory(name):
    balancer = Aggregation(name).start(TASKS[:2], double_model(GRAPHS))
    draws = torch.Generator().manual_seed(0)
    matrices = [torch.randn(2, 4, generator=draws, dtype=torch.float64) for _ in range(3)]
    found = []
    for _ in range(2):
        balancer.begin_epoch()
        torch.manual_seed(1)
        found.append([balancer.aggregate(matrix) for matrix in matrices])
    for one, two in zip(*found, strict=True):
        torch.testing.assert_close(one, two)


def test_without_torchjd_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchjd", None)
    with pytest.raises(InputError, match=r"balancing 'upgrad' needs TorchJD.*pip install 'multigraft\[balancing\]'"):
        Aggregation("upgrad").start(TASKS, double_model(GRAPHS))


def test_an_unknown_aggregator_is_refused():
    with pytest.raises(InputError, match="unknown aggregator 'sum'"):
        Aggregation("sum")
