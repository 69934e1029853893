"""The plain side computes what the package computes: losses, meta-gradients, a step of the optimiser."""

import pytest
import torch

from multigraft.bench.plain import episodes, same
from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema, row_normalised
from multigraft.graphs.packed import PackedGraphs
from multigraft.randomness import generator
from multigraft.strategies.registry import build
from multigraft.strategies.same import SAME
from multigraft.tasks.base import Examples
from multigraft.tasks.model import TaskModel
from multigraft.tasks.registry import resolve
from tests.helpers.graphs import random_graphs

TASKS = resolve(["gc", "nc", "lp"])
STRATEGIES = {"esame": False, "isame": True}  # whether it adapts the encoder


@pytest.fixture(scope="module")
def graphs() -> PackedGraphs:
    return random_graphs(18, seed=5, least_nodes=5, most_nodes=14, density=0.4, graph_classes=3).double()


@pytest.fixture(scope="module")
def ours(graphs) -> TaskModel:
    torch.manual_seed(2)
    return TaskModel(GCN(InputSchema.of(graphs), dim=12), TASKS, graphs.origin).double()


def with_weights(model: TaskModel) -> same.Model:
    """The plain model with the weights of the package's."""
    origin, encoder = model.heads["gc"].graph.out_features, model.encoder
    plain = same.Model(encoder.inputs.schema.width, 3, origin, dim=encoder.dim, layers=len(encoder.layers)).double()
    plain.load_state_dict({theirs(name): value for name, value in model.state_dict().items()})
    return plain


def theirs(name: str) -> str:
    """The plain side's name of a parameter."""
    return name.replace(".weight", ".lin.weight") if name.startswith("encoder.layers.") else name


def asked(examples: Examples) -> episodes.Questions:
    """The package's questions as the plain side holds them."""
    batch = examples.graphs.to_batch()
    batch.x = row_normalised(examples.graphs)
    return episodes.Questions(batch, examples.queries, examples.answers)


def drawn(strategy: SAME, graphs: PackedGraphs, seed: int):
    """An episode of the package's, and the same for the plain side."""
    questions = strategy.questions(TASKS, graphs, [len(graphs)], generator(seed))[0]
    plain = {task.name: (asked(episode.support), asked(episode.target)) for task, episode in questions.items()}
    return questions, plain


@pytest.mark.parametrize("name", STRATEGIES)
@pytest.mark.parametrize("seed", [0, 1])
def test_losses_and_meta_gradients_are_the_packages(graphs, ours, name, seed):
    strategy, plain = build(name), same.SAME(with_weights(ours), STRATEGIES[name])
    questions, episode = drawn(strategy, graphs, seed)
    met = sum(strategy.judged(ours, questions).values())
    fast = torch.autograd.grad(met, list(ours.parameters()))
    outer = plain.outer_loss(episode)
    outer.backward()
    torch.testing.assert_close(met, outer, rtol=1e-9, atol=1e-12)
    for (parameter, _), one in zip(ours.named_parameters(), fast, strict=True):
        other = plain.model.get_parameter(theirs(parameter)).grad
        assert float(other.norm()) > 0
        error = float((one - other).norm() / other.norm())
        assert error < 1e-9, f"{parameter}: relative error {error:.1e}"


def test_the_two_strategies_differ(graphs, ours):
    outer = []
    for name, adapts_encoder in STRATEGIES.items():
        _, episode = drawn(build(name), graphs, 0)
        outer.append(same.SAME(with_weights(ours), adapts_encoder, inner_lr=1.0).outer_loss(episode).item())
    assert abs(outer[0] - outer[1]) > 1e-6


def test_a_step_is_adams(graphs, ours):
    strategy, plain = build("isame"), same.SAME(with_weights(ours), True)
    before = {name: value.detach().clone() for name, value in plain.model.named_parameters()}
    _, episode = drawn(strategy, graphs, 0)
    gradients = torch.autograd.grad(plain.outer_loss(episode), list(plain.model.parameters()))
    plain.scores.clear()
    plain.step(episode)
    for (name, value), gradient in zip(plain.model.named_parameters(), gradients, strict=True):
        moved = 5e-4 * gradient / (gradient.abs() + 1e-8)  # Adam's first step
        assert torch.allclose(value, before[name] - moved, atol=1e-12), name


def test_each_step_adds_to_the_scores(graphs):
    torch.manual_seed(0)
    plain = same.SAME(same.Model(4, 3, 3, dim=8), False)
    loader = episodes.loader(episodes.graph_list(random_graphs(32, least_nodes=4, graph_classes=3)), generator(0))
    for _ in range(3):
        plain.step(next(loader))
    assert plain.steps == 3
    assert plain.scores.keys() == {f"{task} {score}" for task in ("gc", "nc", "lp") for score in ("loss", "accuracy")}
    assert all(0 <= plain.scores[f"{task} accuracy"] <= 3 for task in ("gc", "nc", "lp"))
    assert all(plain.scores[f"{task} loss"] > 0 for task in ("gc", "nc", "lp"))


def test_it_learns():
    """Attributes that tell a node's class: what can be known is known after some steps."""
    graphs = random_graphs(48, seed=1, least_nodes=6, features=3)
    graphs.x.copy_(torch.nn.functional.one_hot(graphs.node_labels, 3))
    torch.manual_seed(0)
    plain = same.SAME(same.Model(3, 3, 2, dim=16), False, outer_lr=2e-2)
    loader = episodes.loader(episodes.graph_list(graphs), generator(0))
    for _ in range(24):
        plain.scores.clear()
        plain.step(next(loader))
    assert plain.scores["nc accuracy"] > 0.7


@pytest.mark.parametrize(("task", "logits", "answers", "share"), [
    ("nc", [[2.0, 1.0], [0.0, 3.0], [1.0, 0.0]], [0, 1, 1], 2 / 3),
    ("lp", [1.0, -1.0, 2.0, -3.0], [1, 1, 1, 0], 3 / 4),
], ids=["classes", "pairs"])  # fmt: skip
def test_accuracy(task, logits, answers, share):
    questions = episodes.Questions(None, torch.empty(0), torch.tensor(answers))
    assert same.accuracy(task, torch.tensor(logits), questions) == pytest.approx(share)
