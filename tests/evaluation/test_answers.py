"""Who answers: features to learners, embeddings to fresh heads, and the encoder's own heads on the same questions."""

import copy
import dataclasses

import pytest
import torch

from multigraft.errors import InputError
from multigraft.evaluation.answers import by_head, by_learner, by_own_heads, embedded
from multigraft.evaluation.heads import class_scores
from multigraft.evaluation.learners import LEARNERS
from multigraft.evaluation.metrics import METRICS, score
from multigraft.evaluation.names import PROBE_NAMES
from multigraft.evaluation.probe import contenders_of, measure, probe
from multigraft.evaluation.protocols import PAPER, PROTOCOLS, STRICT, Sitting
from multigraft.evaluation.questions import visible
from multigraft.graphs.splits import PARTS
from multigraft.randomness import generator
from multigraft.tasks.link_prediction import LinkPrediction
from multigraft.tasks.model import TaskModel
from multigraft.tasks.registry import TASKS
from tests.helpers.finetuning import binary_graphs, pretrained, real_graphs
from tests.helpers.graphs import random_graphs
from tests.helpers.training import small_graphs, train_small

OF_CLASSES = ("gc", "nc", "lp")


def attributes(graphs):
    return graphs.x


def sitting(task, protocol=STRICT, graphs=None, seed=0):
    """A third of the graphs for each part."""
    graphs = random_graphs(45, seed=2, least_nodes=6, density=0.4) if graphs is None else graphs
    third = len(graphs) // 3
    parts = {part: graphs.select(torch.arange(third) + third * place) for place, part in enumerate(PARTS)}
    return Sitting.of(TASKS[task], protocol, parts, seed)


@pytest.fixture(scope="module")
def trained():
    return train_small(tasks=("gc", "nc", "lp"), learning_rate=0.02)


# --- learners --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=PROTOCOLS)
def test_a_learner_answers_once_for_each_kind_of_features(protocol):
    for task in OF_CLASSES:
        how = protocol.recipes[task]
        asked = sitting(task, protocol)
        answers = list(by_learner("one", "svm", attributes, LEARNERS["svm"]).answer(asked))
        assert [one.features for one in answers] == list(how.features)
        assert all(one.test is asked.posed["test"] for one in answers)
        assert all(one.scores.shape[0] == len(one.test.answers) for one in answers)


@pytest.mark.parametrize("name", ["logistic", "knn"])
def test_other_learners_stand_in_the_same_table_as_the_linear_one(trained, name):
    table = probe(trained, small_graphs(), tasks=["nc"], probes=("svm", name))
    found = [(row.encoder, row.probe, row.features) for row in table.rows]
    assert found == [
        *((encoder, reader, "node") for encoder in ("trained", "untrained") for reader in ("svm", name)),
        ("attributes", "tree", "node"), ("majority", "constant", "node"),
    ]  # fmt: skip
    alone = probe(trained, small_graphs(), tasks=["nc"])
    assert [row for row in table.rows if row.probe != name] == alone.rows
    assert {(one.probe, one.against) for one in table.differences} == {
        (reader, other) for reader in ("svm", name) for other in ("untrained", "attributes", "majority")
    }


# --- own heads -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", OF_CLASSES)
@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=PROTOCOLS)
def test_own_heads_give_what_the_model_gives(trained, protocol, task):
    asked = sitting(task, protocol)
    [answered] = by_own_heads("trained", trained, trained.origin, "cpu").answer(asked)
    with torch.no_grad():
        logits = trained.model.eval()({TASKS[task]: answered.test})[TASKS[task]]
    assert torch.allclose(answered.scores, class_scores(logits), atol=1e-6)
    expected = TASKS[task].metric(logits, answered.test)
    assert score(METRICS[asked.how.metrics[0]], answered.scores, answered.test.answers) == pytest.approx(expected)


@pytest.mark.parametrize("task", OF_CLASSES)
def test_under_strict_own_heads_are_asked_the_very_questions_of_the_probe(trained, task):
    asked = sitting(task)
    [answered] = by_own_heads("trained", trained, trained.origin, "cpu").answer(asked)
    assert answered.test is asked.posed["test"]


def test_under_paper_links_are_asked_as_the_release_asks_end_to_end_models(trained):
    asked = sitting("lp", PAPER)
    [answered] = by_own_heads("trained", trained, trained.origin, "cpu").answer(asked)
    exam = LinkPrediction(order="file").exam(asked.parts["test"], generator(9, "any"))
    assert torch.equal(answered.test.queries, exam.queries)
    assert torch.equal(answered.test.graphs.edge_index, exam.graphs.edge_index)
    assert answered.test.graphs.num_edges < asked.posed["test"].graphs.num_edges
    [on_nodes] = by_own_heads("trained", trained, trained.origin, "cpu").answer(sitting("nc", PAPER))
    assert len(on_nodes.test.answers) == asked.parts["test"].num_nodes


@pytest.mark.parametrize("task", OF_CLASSES)
def test_own_heads_see_no_answer(trained, task, monkeypatch):
    """Neither labels nor hidden edges reach the model, and other answers leave the scores as they are."""
    seen, forward = [], TaskModel.forward

    def spy(model, asked):
        seen.extend(asked.values())
        return forward(model, asked)

    monkeypatch.setattr(TaskModel, "forward", spy)
    asked = sitting(task)
    poisoned = {
        part: dataclasses.replace(examples, answers=1 - examples.answers.clamp_max(1))
        for part, examples in asked.posed.items()
    }
    contender = by_own_heads("trained", trained, trained.origin, "cpu")
    [clean] = contender.answer(asked)
    [other] = contender.answer(dataclasses.replace(asked, posed=poisoned))
    assert torch.equal(clean.scores, other.scores)
    for examples in seen:
        assert not examples.answers.any()
        assert not examples.graphs.graphs
        assert set(examples.graphs.nodes) <= {"x", "structure"}
        assert torch.equal(examples.graphs.edge_index, asked.posed["test"].graphs.edge_index)


@pytest.mark.slow
def test_answering_changes_nothing(trained):
    before, mode = copy.deepcopy(trained.model.state_dict()), trained.model.training
    probe(trained, small_graphs(), probes=("own", "head"), baselines=False)
    assert trained.model.training is mode
    after = trained.model.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_task_without_a_head_is_refused():
    narrow = train_small(tasks=("nc",))
    rows = probe(narrow, small_graphs(), probes=("own",), baselines=False).rows
    assert [(row.encoder, row.probe, row.task, row.features) for row in rows] == [
        ("trained", "own", "nc", "embeddings")
    ]
    with pytest.raises(InputError, match=r"no head of its own for 'gc' \(it has: nc\)"):
        probe(narrow, small_graphs(), tasks=["gc"], probes=("own",))
    with pytest.raises(InputError, match=r"no head of its own for 'gc' \(it has: none\)"):
        probe(narrow.untrained(), small_graphs(), tasks=["gc"], probes=("own",))


def test_a_head_for_other_classes_is_refused(trained):
    """As many classes, but others: its answers would be counted as if they were of these."""
    other = small_graphs(seed=12)
    other = dataclasses.replace(other, origin=dataclasses.replace(other.origin, graph_classes=("x", "y")))
    with pytest.raises(InputError, match=r"own head for 'gc' knows the classes of 'made'"):
        probe(trained, other, tasks=["gc"], probes=("own",))
    assert probe(trained, other, tasks=["lp"], probes=("own",), baselines=False).rows[0].probe == "own"


# --- fresh heads -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", OF_CLASSES)
@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=PROTOCOLS)
def test_a_fresh_head_answers_the_questions_of_the_protocol(protocol, task):
    asked = sitting(task, protocol)
    [answered] = by_head("one", attributes, asked.parts["train"].origin).answer(asked)
    assert answered.test is asked.posed["test"]
    assert answered.features == "embeddings"
    assert answered.scores.shape == (len(answered.test.answers), {"gc": 2, "nc": 3, "lp": 2}[task])
    assert answered.scores.isfinite().all()


def test_fresh_heads_serve_tasks_that_were_not_trained_on():
    table = probe(train_small(tasks=("nc",)), small_graphs(), tasks=["gc", "lp"], probes=("head",))
    found = [(row.task, row.encoder, row.probe) for row in table.rows if row.metric in ("accuracy", "roc_auc")]
    heads = [(task, encoder, "head") for task in ("gc", "lp") for encoder in ("trained", "untrained")]
    assert [row for row in found if row[2] == "head"] == heads
    assert {(one.probe, one.against) for one in table.differences} == {("head", "untrained")}


# --- what is measured ------------------------------------------------------------------------------------------------


def test_without_baselines_there_is_the_trained_encoder_alone(trained):
    full = probe(trained, small_graphs(), probes=("svm", "knn", "own"))
    alone = probe(trained, small_graphs(), probes=("svm", "knn", "own"), baselines=False)
    assert alone.rows == [row for row in full.rows if row.encoder == "trained"]
    assert alone.differences == []


def test_measuring_no_encoder_gives_the_baselines_alone(trained):
    graphs = small_graphs()
    full = probe(trained, graphs, "paper", seed=4)
    alone = measure({}, graphs, trained.split, trained.tasks, "paper", seed=4)
    assert alone.rows == [row for row in full.rows if row.encoder in ("attributes", "majority")]
    assert {row.probe for row in alone.rows} == {"tree", "constant"}


def test_a_probe_that_is_named_twice_answers_once(trained):
    contenders = contenders_of(trained, small_graphs(), ("knn", "own", "knn"), True, "cpu")
    assert [(one.name, one.probe) for one in contenders] == [
        ("trained", "knn"), ("trained", "own"), ("untrained", "knn"), ("attributes", "tree"), ("majority", "constant")
    ]  # fmt: skip


@pytest.mark.parametrize(("probes", "message"), [(("svm", "oracle"), "unknown probe 'oracle'"), ((), "at least one")])
def test_unknown_probes_are_refused(trained, probes, message):
    with pytest.raises(InputError, match=f"{message}.*choose from {', '.join(PROBE_NAMES)}$"):
        probe(trained, small_graphs(), probes=probes)


def test_embeddings_are_of_what_can_be_seen():
    graphs, seen = random_graphs(3, structure=2), []
    z = embedded("one", lambda given: seen.append(given) or given.x.requires_grad_(), graphs)
    assert not z.requires_grad
    assert set(seen[0].nodes) == set(visible(graphs).nodes) == {"x", "structure"}
    with pytest.raises(InputError, match="'one' must return node embeddings"):
        embedded("one", lambda given: given.x[1:], graphs)


# --- targets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["binary", "real"])
def test_own_heads_say_targets_in_their_own_units(kind):
    graphs = binary_graphs() if kind == "binary" else real_graphs()
    task = "ml" if kind == "binary" else "gr"
    own = pretrained(graphs, tasks=[task], epochs=2)
    asked = sitting(task, graphs=graphs)
    [answered] = by_own_heads("trained", own, graphs.origin, "cpu").answer(asked)
    [fitted] = own.model.tasks
    with torch.no_grad():
        expected = fitted.predictions(own.model.eval()({fitted: answered.test})[fitted].double())
    assert torch.allclose(answered.scores, expected)
    if kind == "real":
        assert (answered.scores[:, 0] > 100).all()  # not standardised


def test_an_own_head_for_other_targets_is_refused():
    graphs = binary_graphs()
    own = pretrained(graphs, tasks=["ml"])
    other = dataclasses.replace(graphs, origin=dataclasses.replace(graphs.origin, targets=("a", "b", "c")))
    with pytest.raises(InputError, match="own head for 'ml' knows the targets of 'made-hu', not those of 'made-hu'"):
        probe(own, other, tasks=["ml"], probes=("own",), baselines=False)


@pytest.mark.parametrize("task", ["ml", "gr"])
def test_own_heads_of_targets_see_no_answer(task, monkeypatch):
    graphs = binary_graphs() if task == "ml" else real_graphs()
    own, asked, seen, forward = pretrained(graphs, tasks=[task]), sitting(task, graphs=graphs), [], TaskModel.forward

    def spy(model, asked):
        seen.extend(asked.values())
        return forward(model, asked)

    monkeypatch.setattr(TaskModel, "forward", spy)
    list(by_own_heads("trained", own, graphs.origin, "cpu").answer(asked))
    list(by_head("trained", lambda given: own.embed(given, "node"), graphs.origin).answer(asked))
    assert seen
    for examples in seen:
        assert not examples.answers.any()
        assert not examples.graphs.graphs
        assert not examples.graphs.attached


@pytest.mark.parametrize("task", ["gc", "nc", "lp"])
def test_own_heads_read_few_graphs_at_a_time(trained, monkeypatch, task):
    """Questions about a graph or its nodes are asked with that graph; about pairs they are asked as a whole."""
    asked, sizes = sitting(task, graphs=small_graphs()), []
    contender = by_own_heads("trained", trained, small_graphs().origin, "cpu")
    [whole] = contender.answer(asked)
    monkeypatch.setattr("multigraft.evaluation.answers.GRAPHS", 2)
    true_call = TaskModel.forward
    monkeypatch.setattr(
        TaskModel,
        "forward",
        lambda self, few: sizes.extend(len(one.graphs) for one in few.values()) or true_call(self, few),
    )
    [batched] = contender.answer(asked)
    torch.testing.assert_close(batched.scores, whole.scores, rtol=1e-5, atol=1e-6)
    assert max(sizes) == (len(asked.parts["test"]) if task == "lp" else 2)


def test_own_heads_say_targets_batch_by_batch(monkeypatch):
    graphs = binary_graphs()
    contender = by_own_heads("trained", pretrained(graphs), graphs.origin, "cpu")
    asked = sitting("ml", graphs=graphs)
    [whole] = contender.answer(asked)
    monkeypatch.setattr("multigraft.evaluation.answers.GRAPHS", 3)
    [batched] = contender.answer(asked)
    torch.testing.assert_close(batched.scores, whole.scores, rtol=1e-5, atol=1e-6)
