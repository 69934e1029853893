"""Heads that read embeddings normalised: what they compute, what they are called in old runs, what is refused."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.encoders.norms import NodeNorm
from multigraft.errors import InputError
from multigraft.models.storage import load_encoder
from multigraft.randomness import generator
from multigraft.tasks.graph_classification import GraphClassification
from multigraft.tasks.link_prediction import LinkPrediction
from multigraft.tasks.node_classification import NodeClassification
from multigraft.tasks.normed import NormedHead, check_norm, normed
from multigraft.training.fit import train
from tests.helpers.graphs import random_graphs
from tests.helpers.training import small_graphs

TASKS = [GraphClassification, NodeClassification, LinkPrediction]
GRAPHS = random_graphs(12, seed=4)


def embeddings(seed=0, scales=(1.0, 100.0, 0.01, 1.0)):
    """Columns of very different scales, none of them about zero."""
    return (3 + torch.randn(GRAPHS.num_nodes, 4, generator=generator(seed))) * torch.tensor(scales)


def grown(task, seed=0):
    torch.manual_seed(seed)
    return task.head(4, GRAPHS.origin)


@pytest.mark.parametrize("kind", TASKS)
def test_without_a_norm_the_head_is_what_it_was_and_so_is_its_configuration(kind):
    assert not isinstance(grown(kind()), NormedHead)
    assert "norm" not in kind().config()
    assert kind(norm="batch").config()["norm"] == "batch"
    assert "norm" in kind.of_head
    head = grown(kind())
    assert normed(head, "none", 4) is head


@pytest.mark.parametrize("kind", TASKS)
def test_the_head_reads_columns_of_mean_zero_and_deviation_one(kind):
    task, z = kind(norm="batch"), embeddings()
    head = grown(task)
    examples = task.examples(GRAPHS, generator(0))
    even = (z - z.mean(0)) / (z.var(0, correction=0) + 1e-5).sqrt()
    torch.testing.assert_close(head(z, examples), head.head(even, examples), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", TASKS)
@given(scale=st.floats(0.5, 1000), shift=st.floats(-5, 5))
def test_no_column_is_heard_better_for_being_large(kind, scale, shift):
    task, z = kind(norm="batch"), embeddings(scales=(1.0, 1.0, 1.0, 1.0))
    head, examples = grown(task), task.examples(GRAPHS, generator(0))
    stretched = z.clone()
    stretched[:, 1] = z[:, 1] * scale + shift
    torch.testing.assert_close(head(stretched, examples), head(z, examples), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("kind", TASKS)
def test_an_answer_once_trained_does_not_depend_on_the_batch(kind):
    task, z = kind(norm="batch"), embeddings()
    head = grown(task)
    for _ in range(3):
        head(z, task.examples(GRAPHS, generator(0)))
    head.eval()
    alone = GRAPHS.select(torch.tensor([0]))
    asked = task.examples(alone, generator(1))
    assert isinstance(head.norm, NodeNorm)
    said = head(z[: alone.num_nodes], asked)
    torch.testing.assert_close(said, head.head(head.norm(z)[: alone.num_nodes], asked))


@pytest.mark.parametrize("kind", TASKS)
def test_several_heads_with_a_layer_norm_answer_side_by_side_as_each_does_alone(kind):
    task = kind(norm="layer")
    heads = [grown(task, seed) for seed in (1, 2)]
    batches = [GRAPHS.select(torch.arange(5)), GRAPHS.select(torch.arange(5, 12))]
    asked = [task.examples(batch, generator(0)) for batch in batches]
    z = [embeddings(lane)[: batch.num_nodes] for lane, batch in enumerate(batches)]
    weights = {name: torch.stack([dict(head.named_parameters())[name] for head in heads])
               for name, _ in heads[0].named_parameters()}  # fmt: skip
    together = heads[0].apart(weights, torch.nn.utils.rnn.pad_sequence(z, batch_first=True), asked)
    alone = torch.cat([head(own, one) for head, own, one in zip(heads, z, asked, strict=True)])
    torch.testing.assert_close(together, alone)


@pytest.mark.parametrize("strategy", ["joint", "isame", "esame"])
def test_normed_heads_are_trained_written_and_read_again(tmp_path, strategy):
    options = {"tasks": [kind(norm="batch") for kind in TASKS], "strategy": strategy, "epochs": 2, "seed": 3,
               "encoder": "gcn", "dim": 4, "layers": 2}  # fmt: skip
    trained = train(small_graphs(), out=tmp_path / "made", **options)
    weights, others = (model.heads.state_dict() for model in (trained.model, load_encoder(tmp_path / "made").model))
    assert weights.keys() == others.keys()
    assert all(torch.equal(value, others[name]) for name, value in weights.items())
    for kind in TASKS:
        assert weights[f"{kind.name}.norm.running_var"].ne(1).all()
        assert weights[f"{kind.name}.norm.weight"].ne(1).any()


@pytest.mark.parametrize("kind", TASKS)
def test_an_unknown_norm_is_refused(kind):
    with pytest.raises(
        InputError, match=f"unknown norm 'group' for task '{kind.name}': choose from batch, layer, none"
    ):
        kind(norm="group")
    check_norm("layer", "gc")
