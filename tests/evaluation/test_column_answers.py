"""Learners on embeddings of whole graphs: pooled in pieces, standardised by training, blind to all but inputs."""

import dataclasses

import pytest
import torch

from multigraft.errors import InputError
from multigraft.evaluation import column_answers
from multigraft.evaluation.column_answers import Pooled, by_columns, by_description, standardised
from multigraft.evaluation.column_learners import BINARY_LEARNERS, REAL_LEARNERS
from multigraft.evaluation.features import FEATURES
from multigraft.evaluation.protocols import STRICT, Sitting
from multigraft.evaluation.questions import every_target, visible
from multigraft.graphs.splits import PARTS
from multigraft.tasks.registry import TASKS
from tests.helpers.coded import random_coded
from tests.helpers.measured import measured_molecules, seeded


def codes(graphs):
    return graphs.nodes["codes"].float()


def sitting(kind="binary", seed=0, graphs=None):
    """A third of the molecules for each part."""
    graphs = measured_molecules(60, kind) if graphs is None else graphs
    third = len(graphs) // 3
    parts = {part: graphs.select(torch.arange(third) + third * place) for place, part in enumerate(PARTS)}
    return Sitting.of(TASKS["ml" if kind == "binary" else "gr"], STRICT, parts, seed)


# --- the sitting -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "kind", "expected"),
    [("average_precision", "binary", "average_precision"), ("mae", "real", "mae"), ("", "binary", "roc_auc"),
     ("", "real", "rmse"), ("rmse", "binary", "roc_auc")],
)  # fmt: skip
def test_targets_are_scored_as_the_data_say(metric, kind, expected):
    graphs = measured_molecules(60, kind)
    graphs = dataclasses.replace(graphs, origin=dataclasses.replace(graphs.origin, metric=metric))
    assert sitting(kind, graphs=graphs).how.metrics == (expected,)


def test_a_graph_with_a_centre_is_read_with_it():
    graphs = random_coded(30, "protein", targets=2, least_nodes=3, density=0.6)
    centre = torch.ones(30, dtype=torch.int64)
    centred = dataclasses.replace(graphs, graphs={**graphs.graphs, "centre": centre})
    assert sitting(graphs=graphs).how.features == ("mean",)
    assert sitting(graphs=centred).how.features == ("mean+centre",)
    [answered] = by_columns("one", "logistic", codes, BINARY_LEARNERS["logistic"]).answer(sitting(graphs=centred))
    assert answered.features == "mean+centre"


# --- embeddings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pieces", [7, 4096])
def test_graphs_are_embedded_in_pieces(pieces, monkeypatch):
    monkeypatch.setattr(column_answers, "GRAPHS", pieces)
    graphs, seen = measured_molecules(60), []
    found = Pooled("one", lambda given: seen.append(given) or codes(given), "mean")(graphs)
    assert torch.allclose(found, FEATURES["mean"](codes(graphs), every_target(graphs, seeded())))
    assert [len(given) for given in seen] == ([7] * 8 + [4] if pieces == 7 else [60])
    assert all(set(given.nodes) == set(visible(graphs).nodes) and not given.graphs for given in seen)


def test_several_learners_embed_once():
    asked, seen = sitting(), []
    embed = lambda given: seen.append(given) or codes(given)  # noqa: E731
    for name in ("logistic", "knn"):
        list(by_columns("one", name, embed, BINARY_LEARNERS[name]).answer(asked))
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("embed", "message"),
    [(lambda graphs: codes(graphs)[1:], "must return node embeddings"),
     (lambda graphs: codes(graphs) / 0, "NaN or infinite embeddings")],
)  # fmt: skip
def test_embeddings_that_are_none_are_refused(embed, message):
    with pytest.raises(InputError, match=f"encoder 'odd'.*{message}"):
        list(by_columns("odd", "logistic", embed, BINARY_LEARNERS["logistic"]).answer(sitting()))


def test_all_parts_are_standardised_by_training():
    draws = seeded(1)
    x = {part: 5 + 3 * torch.randn(40, 4, generator=draws, dtype=torch.float64) for part in PARTS}
    x["train"][:, 2] = 7
    found = standardised(x)
    assert torch.allclose(found["train"].mean(0), torch.zeros(4), atol=1e-6)
    assert found["train"].std(0, correction=0).tolist() == pytest.approx([1, 1, 0, 1])
    assert found["test"].dtype == torch.float32
    expected = (x["test"] - x["train"].mean(0)) / x["train"].std(0, correction=0)
    assert torch.allclose(found["test"][:, [0, 1, 3]].double(), expected[:, [0, 1, 3]], atol=1e-5)
    assert not found["test"][:, 2].any()


# --- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "learners"), [("binary", BINARY_LEARNERS), ("real", REAL_LEARNERS)])
@pytest.mark.parametrize("name", ["logistic", "knn"])
def test_a_score_a_target_for_every_test_graph(kind, learners, name):
    asked = sitting(kind)
    [answered] = by_columns("one", name, codes, learners[name]).answer(asked)
    assert answered.test is asked.posed["test"]
    assert (answered.features, answered.scores.shape, answered.scores.dtype) == ("mean", (20, 3), torch.float64)
    assert answered.scores.isfinite().all()


def test_the_scale_of_embeddings_does_not_matter():
    scale = torch.tensor([1e-3, 1e4])
    one, other = (
        next(by_columns("one", "logistic", embed, BINARY_LEARNERS["logistic"]).answer(sitting())).scores
        for embed in (codes, lambda graphs: codes(graphs) * scale + 3)
    )
    assert torch.allclose(one, other, atol=0.05)


def test_a_description_is_read_as_it_is():
    asked, given = sitting(), {}

    def prepare(sitting):
        given.update({part: torch.full((len(posed.graphs), 2), 3.0) for part, posed in sitting.posed.items()})
        return given

    [answered] = by_description("written", "logistic", prepare, BINARY_LEARNERS["logistic"]).answer(asked)
    assert answered.features == "graph"
    shares = asked.posed["train"].answers.double().nanmean(0)
    assert shares[1] == 0  # a constant; the others are logits
    assert torch.allclose(answered.scores[:, [0, 2]].sigmoid(), shares[[0, 2]].expand(20, -1), atol=1e-3)
    assert not answered.scores[:, 1].any()


def test_nothing_outside_the_training_range_outweighs_the_rest():
    train = torch.tensor([[0.0, 1.0], [0.001, 3.0], [0.0, 2.0]], dtype=torch.float64)
    test = torch.tensor([[5.0, 2.0], [-5.0, 9.0]], dtype=torch.float64)
    found = standardised({"train": train, "test": test})
    assert torch.equal(found["test"][0, 0], found["train"][:, 0].amax())
    assert torch.equal(found["test"][1], torch.stack([found["train"][:, 0].amin(), found["train"][:, 1].amax()]))
    assert found["test"][0, 1].abs() < 1e-6
    assert torch.allclose(found["train"].std(0, correction=0), torch.ones(2))
