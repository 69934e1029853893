"""The pretext tasks on 500 real molecules against plain versions, and every strategy on every one of them."""

import pytest
import torch

from multigraft.encoders.edge import GIN
from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.registry import ENCODERS
from multigraft.randomness import generator
from multigraft.strategies.registry import STRATEGIES, build
from multigraft.tasks.attribute_masking import AttributeMasking
from multigraft.tasks.base import Examples
from multigraft.tasks.context_prediction import ContextPrediction
from multigraft.tasks.edge_prediction import EdgePrediction
from multigraft.tasks.graph_regression import GraphRegression
from multigraft.tasks.infomax import Infomax
from multigraft.tasks.model import TaskModel
from multigraft.tasks.multi_label import MultiLabel
from tests.helpers.coded import coded, molecules, path, random_coded, ring, with_targets
from tests.helpers.graphs import pack
from tests.reference import pretext as plain

EXACT = 1e-9
SEED = 5


@pytest.fixture(params=[("hu", 500), ("ogb", 100)], ids=["hu", "ogb"])
def graphs(request):
    """Molecules in double precision."""
    featurization, count = request.param
    return molecules(count, featurization).double()


def judged(graphs, task) -> TaskModel:
    """A narrow model in double precision whose batch norms have seen something, ready to be judged."""
    torch.manual_seed(1)
    model = TaskModel(GIN(InputSchema.of(graphs), dim=6, layers=2), [task], graphs.origin).double()
    model({task: task.examples(graphs.select(torch.arange(100)), generator(0))})
    return model.eval()


def asked(model, task, graphs) -> tuple[Examples, float]:
    """What is asked with the generator of that seed, and the loss."""
    with torch.no_grad():
        examples = task.examples(graphs, generator(SEED))
        return examples, float(task.loss(model({task: examples})[task], examples))


def weights(model, task):
    return {name: value.detach() for name, value in model.heads[task.name].named_parameters()}


def local(graphs, queries):
    """Pairs of node numbers of each graph, in its own numbers, smaller first."""
    parts = [[] for _ in range(len(graphs))]
    for u, v in queries.T.tolist():
        number = int(graphs.node_graph[u])
        first = int(graphs.node_offsets[number])
        parts[number].append((min(u, v) - first, max(u, v) - first))
    return parts


# --- 500 molecules ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bonds", [False, True])
def test_attribute_masking(graphs, bonds):
    task = AttributeMasking(bonds=bonds)
    model = judged(graphs, task)
    examples, loss = asked(model, task, graphs)
    noise = plain.noise_of(graphs.node_counts.tolist(), task.rate, generator(SEED))
    atoms, joined, z = [], [], []
    everyone = plain.unpack(graphs)
    for molecule, drawn in zip(everyone, noise, strict=True):
        atoms.append(plain.masked_atoms(molecule, drawn))
        joined.append(plain.touching(molecule, atoms[-1]) if bonds else [])
        hidden = plain.hide(molecule, atoms[-1], joined[-1])
        z.append(model.encoder(plain.alone(hidden, graphs.origin)).detach())
    expected = [sorted([*((a, a) for a in some), *touched]) for some, touched in zip(atoms, joined, strict=True)]
    assert [sorted(pairs) for pairs in local(graphs, examples.queries)] == expected
    assert abs(loss - float(plain.masking_loss(everyone, atoms, joined, z, weights(model, task)))) < EXACT


@pytest.mark.parametrize("task", [ContextPrediction(), ContextPrediction("skipgram", 2)], ids=["cbow", "skipgram"])
def test_context_prediction(graphs, task):
    model = judged(graphs, task)
    examples, loss = asked(model, task, graphs)
    noise = torch.rand(len(graphs), generator=generator(SEED), dtype=torch.float64).tolist()
    everyone = plain.unpack(graphs)
    found = [plain.surroundings(m, int(share * m.size), 5, 4, 7) for m, share in zip(everyone, noise, strict=True)]
    kept = [around for around in found if around.anchors]
    assert 0.4 * len(found) < len(kept) < len(found)
    assert examples.graphs.node_counts.tolist() == [len(around.neighbourhood) for around in kept]
    assert examples.beside.node_counts.tolist() == [len(around.context) for around in kept]
    with torch.no_grad():
        expected = plain.context_loss(
            everyone, found, model.encoder, model.heads["cp"].encoder, graphs.origin, task.mode, task.negatives
        )
    assert abs(loss - float(expected)) < EXACT


def test_edge_prediction(graphs):
    task = EdgePrediction()
    model = judged(graphs, task)
    examples, loss = asked(model, task, graphs)
    everyone = plain.unpack(graphs)
    z = [model.encoder(plain.alone(molecule, graphs.origin)).detach() for molecule in everyone]
    bonds = [list(molecule.edges) for molecule in everyone]
    others = local(graphs, examples.queries[:, examples.answers == 0])
    for molecule, pairs in zip(everyone, others, strict=True):
        possible = molecule.size * (molecule.size - 1) // 2 - len(molecule.edges)
        assert len(set(pairs)) == len(pairs) == min(len(molecule.edges), possible)
        assert not set(pairs) & set(molecule.edges)
    assert abs(loss - float(plain.edge_loss(z, bonds, others))) < EXACT


def test_infomax(graphs):
    task = Infomax()
    model = judged(graphs, task)
    _, loss = asked(model, task, graphs)
    z = [model.encoder(plain.alone(molecule, graphs.origin)).detach() for molecule in plain.unpack(graphs)]
    assert abs(loss - float(plain.infomax_loss(z, weights(model, task)["weight"]))) < EXACT


def test_attribute_masking_of_proteins():
    graphs, task = random_coded(200, "protein", seed=3, most_nodes=15).double(), AttributeMasking()
    model = judged(graphs, task)
    examples, loss = asked(model, task, graphs)
    networks = plain.unpack(graphs)
    noise = plain.noise_of([len(network.edges) for network in networks], task.rate, generator(SEED))
    masked = [plain.masked_interactions(network, drawn) for network, drawn in zip(networks, noise, strict=True)]
    z = [
        model.encoder(plain.alone(plain.hide(network, set(), pairs), graphs.origin)).detach()
        for network, pairs in zip(networks, masked, strict=True)
    ]
    assert [sorted(pairs) for pairs in local(graphs, examples.queries)] == masked
    assert abs(loss - float(plain.interaction_loss(networks, masked, z, weights(model, task)))) < EXACT


# --- every strategy --------------------------------------------------------------------------------------------------

TASKS = {
    "am": AttributeMasking(), "am bonds": AttributeMasking(bonds=True), "cp": ContextPrediction(),
    "cp skipgram": ContextPrediction("skipgram", 2), "ep": EdgePrediction(), "im": Infomax(), "ml": MultiLabel(),
    "gr": GraphRegression(),
}  # fmt: skip


def trained_on(task, featurization):
    """Graphs of every sort that the task can be learned from, with targets where it asks for them."""
    sorts = [path(12), ring(14) + ring(14).T, path(9), torch.ones(6, 6), path(20), ring(30) + ring(30).T]
    graphs = coded(pack(sorts * 2), featurization, seed=1, targets=2)
    draws = generator(2)
    return with_targets(graphs, torch.randn(12, 2, generator=draws)) if task.name == "gr" else graphs


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize(
    ("name", "featurization"),
    [*((name, "hu") for name in TASKS), ("am bonds", "ogb"), ("am", "protein"), ("cp", "protein")],
)
def test_every_strategy_takes_every_task(name, featurization, strategy):
    task = TASKS[name]
    graphs = trained_on(task, featurization)
    assert task.obstacle(graphs) is None
    task = task.fitted(graphs, torch.arange(len(graphs)))
    torch.manual_seed(0)
    model = TaskModel(ENCODERS["gin"](InputSchema.of(graphs), dim=8, layers=2), [task], graphs.origin)
    method, optimiser = build(strategy), torch.optim.Adam(model.parameters(), 0.01)
    before = [parameter.detach().clone() for parameter in model.parameters()]
    for step in range(3):
        loss = method.losses(model, [task], graphs, generator(0, step))[task.name]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        assert bool(loss.isfinite())
    moved = [not torch.equal(old, new) for old, new in zip(before, model.parameters(), strict=True)]
    assert any(moved)
    assert all(bool(parameter.isfinite().all()) for parameter in model.parameters())
    logits, examples = method.answer(model.eval(), task, graphs, generator(1))
    assert isinstance(task.metric(logits, examples), float)
    assert len(logits) == len(examples.answers) > 0


@pytest.mark.parametrize("strategy", ["joint", "isame", "esame", "joint-maml", "reptile"])
def test_a_node_task_and_a_context_task_together(strategy):
    graphs = trained_on(TASKS["cp"], "hu")
    tasks = [TASKS["am"], TASKS["cp"], TASKS["ml"]]
    torch.manual_seed(0)
    model = TaskModel(ENCODERS["gin"](InputSchema.of(graphs), dim=8, layers=2), tasks, graphs.origin)
    losses = build(strategy).losses(model, tasks, graphs, generator(0))
    assert set(losses) == {"am", "cp", "ml"}
    sum(losses.values()).backward()
    assert any(bool(parameter.grad.any()) for parameter in model.encoder.parameters() if parameter.grad is not None)


@pytest.mark.parametrize("name", ["am bonds", "cp", "ep", "im", "ml", "gr"])
def test_plain_training_lowers_the_loss(name):
    task = TASKS[name]
    graphs = trained_on(task, "hu")
    task = task.fitted(graphs, torch.arange(len(graphs)))
    torch.manual_seed(0)
    model = TaskModel(ENCODERS["gin"](InputSchema.of(graphs), dim=16, layers=3), [task], graphs.origin)
    optimiser, seen = torch.optim.Adam(model.parameters(), 0.01), []
    for step in range(60):
        examples = task.examples(graphs, generator(0, step))
        loss = task.loss(model({task: examples})[task], examples)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        seen.append(loss.item())
    assert sum(seen[-10:]) < 0.9 * sum(seen[:10])
