"""Heads and losses of several models at once against each model by itself."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from multigraft.randomness import generator
from multigraft.tasks.base import Examples, Head, Task
from multigraft.tasks.graph_classification import GraphClassification
from multigraft.tasks.lanes import linear, means, placed, rows
from multigraft.tasks.link_prediction import LinkPrediction
from multigraft.tasks.node_classification import NodeClassification
from tests.helpers.models import double_graphs

LANES = {
    "gc-mean": GraphClassification(), "gc-sum": GraphClassification("sum"), "gc-max": GraphClassification("max"),
    "nc": NodeClassification(), "lp": LinkPrediction(), "lp-without-relu": LinkPrediction(relu=False),
}  # fmt: skip
COUNTS = st.lists(st.integers(0, 4), min_size=1, max_size=5)


@given(counts=COUNTS.filter(any))
def test_rows_are_found_where_lanes_hold_them(counts):
    places = max(counts)
    held = torch.arange(len(counts) * places).unflatten(0, (len(counts), places))[..., None].double()
    expected = [held[lane, :count] for lane, count in enumerate(counts)]
    assert torch.equal(rows(held, counts), torch.cat(expected))
    numbers = [torch.arange(count) for count in counts]
    assert torch.equal(held.flatten()[placed(numbers, places)], torch.cat(expected)[:, 0])
    pairs = placed([torch.stack([each, each.flip(0)]) for each in numbers], places)
    assert torch.equal(pairs[0], placed(numbers, places))


@given(counts=COUNTS, seed=st.integers(0, 9))
def test_means_are_those_of_each_lane(counts, seed):
    terms = torch.rand(sum(counts), generator=generator(seed), dtype=torch.float64)
    expected = [part.sum() / max(1, len(part)) for part in terms.split(counts)]
    torch.testing.assert_close(means(terms, counts), torch.stack(expected))


def test_a_linear_layer_in_every_lane():
    x, weights = torch.rand(3, 5, 4), {"a.weight": torch.rand(3, 2, 4), "a.bias": torch.rand(3, 2)}
    expected = [nn.functional.linear(x[g], weights["a.weight"][g], weights["a.bias"][g]) for g in range(3)]
    torch.testing.assert_close(linear(x, weights, "a"), torch.stack(expected))


def case(task, support=True):
    """Stacked weights of three heads, node embeddings with room to spare, and what each head is asked."""
    drawn = [double_graphs(count, seed=count) for count in (4, 2, 5)]
    halves = [task.episode(graphs, generator(place)) for place, graphs in enumerate(drawn)]
    examples = [half.support if support else half.target for half in halves]
    torch.manual_seed(0)
    heads = [task.head(6, drawn[0].origin).double() for _ in drawn]
    named = [dict(head.named_parameters()) for head in heads]
    weights = {name: torch.stack([each[name].detach() for each in named]).requires_grad_() for name in named[0]}
    places = max(asked.graphs.num_nodes for asked in examples) + 2
    z = torch.randn(len(examples), places, 6, dtype=torch.float64, requires_grad=True)
    return heads[0], weights, z, examples


def derivatives(task: Task, head: Head, apart, losses, weights, z, examples):
    """Logits, losses, and first and second derivatives by weights and embeddings."""
    logits = apart(head, weights, z, examples)
    each = losses(task, logits, examples)
    given = [z, *weights.values()]
    first = torch.autograd.grad(each.square().sum(), given, create_graph=True)
    second = torch.autograd.grad(sum(one.square().sum() for one in first), given)
    return [logits, each, *first, *second]


@pytest.mark.parametrize("task", LANES.values(), ids=LANES.keys())
@pytest.mark.parametrize("support", [True, False], ids=["support", "target"])
def test_heads_and_losses_are_those_of_each_model_by_itself(task, support):
    given = case(task, support)
    ours = derivatives(task, given[0], type(given[0]).apart, type(task).losses, *given[1:])
    plain = derivatives(task, given[0], Head.apart, Task.losses, *given[1:])
    for one, other in zip(ours, plain, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("task", LANES.values(), ids=LANES.keys())
def test_what_fills_up_a_lane_is_not_heard(task):
    head, weights, z, examples = case(task)
    other = z.detach().clone()
    for lane, asked in enumerate(examples):
        other[lane, asked.graphs.num_nodes :] = 1e9
    torch.testing.assert_close(head.apart(weights, other, examples), head.apart(weights, z, examples))


@pytest.mark.parametrize("task", [GraphClassification(), NodeClassification(), LinkPrediction()], ids=lambda t: t.name)
def test_a_lane_that_is_asked_nothing_has_no_loss(task):
    head, weights, z, examples = case(task)
    nothing = Examples(examples[0].graphs, examples[0].queries[..., :0], examples[0].answers[:0])
    asked = [nothing, *examples[1:]]
    found = task.losses(head.apart(weights, z, asked), asked)
    assert found[0] == 0
    torch.testing.assert_close(found[1:], task.losses(head.apart(weights, z, examples), examples)[1:])
