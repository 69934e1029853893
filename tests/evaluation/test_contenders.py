"""Who stands in a table, by kind of answers, and which probes a kind of answers has."""

import pytest

from multigraft.errors import InputError
from multigraft.evaluation.contenders import contenders_of, usual_contenders
from multigraft.evaluation.kinds import KINDS
from multigraft.evaluation.names import PROBE_NAMES
from tests.helpers.finetuning import binary_graphs, pretrained
from tests.helpers.measured import measured_molecules

DESCRIBED = ["ecfp-count", "ecfp-binary", "descriptors", "ecfp+descriptors"]


@pytest.fixture(scope="module")
def trained():
    return pretrained()


def named(found):
    return [(one.name, one.probe) for one in found]


@pytest.mark.parametrize(("kind", "linear"), [("binary", "logistic"), ("real", "ridge")])
def test_the_usual_probe_of_targets_is_linear(trained, kind, linear):
    found = named(contenders_of(trained, measured_molecules(60, kind), None, True, "cpu", kind))
    described = [(name, probe) for name in DESCRIBED for probe in (linear, "forest")]
    assert found == [("trained", linear), ("untrained", linear), *described, ("constant", "constant")]


def test_every_probe_of_targets_stands_once_for_each_encoder(trained):
    asked = ("best", "own", "knn", "head", "forest", "logistic", "knn")
    found = named(contenders_of(trained, measured_molecules(60, "real"), asked, True, "cpu", "real"))
    read = ["best", "own", "knn", "head", "forest", "ridge"]
    assert [probe for name, probe in found if name == "trained"] == read
    assert [probe for name, probe in found if name == "untrained"] == [probe for probe in read if probe != "own"]


def test_without_baselines_there_is_the_trained_encoder_alone(trained):
    found = contenders_of(trained, measured_molecules(), ("logistic", "forest"), False, "cpu", "binary")
    assert named(found) == [("trained", "logistic"), ("trained", "forest")]


@pytest.mark.parametrize("kind", KINDS)
def test_probes_that_cannot_learn_such_answers_are_refused(trained, kind):
    can = {*KINDS[kind].learners, "head", "own"}
    for probe in PROBE_NAMES:
        if probe in can:
            assert contenders_of(trained, measured_molecules(), (probe,), False, "cpu", kind)
        else:
            with pytest.raises(InputError, match=f"probe '{probe}'.*{kind} targets: choose from logistic, knn"):
                contenders_of(trained, measured_molecules(), (probe,), False, "cpu", kind)
    assert ("svm" in can) is (kind == "classes")


def test_functions_are_measured_by_the_usual_probe(trained):
    found = named(usual_contenders({"one": trained.embed}, measured_molecules(60, "real"), "real"))
    assert found[0] == ("one", "ridge")
    assert {name for name, _ in found[1:]} == {*DESCRIBED, "constant"}
    classes = named(usual_contenders({"one": trained.embed}, measured_molecules(), "classes"))
    described = [(name, probe) for name in DESCRIBED for probe in ("logistic", "forest")]
    assert classes == [("one", "svm"), ("attributes", "tree"), ("majority", "constant"), *described]


@pytest.mark.parametrize(("kind", "linear"), [("classes", "logistic"), ("binary", "logistic"), ("real", "ridge")])
def test_descriptions_are_read_by_combined_probes_where_embeddings_are(trained, kind, linear):
    graphs = measured_molecules(60, "real" if kind == "real" else "binary")
    for combined in (("best",), ("strong",), ("best", "strong")):
        found = contenders_of(trained, graphs, (*combined, "knn"), True, "cpu", kind)
        described = [(one.name, one.probe) for one in found if one.whole_graphs]
        assert described == [(name, probe) for name in DESCRIBED for probe in (linear, "forest", *combined)]


@pytest.mark.parametrize("kind", KINDS)
def test_descriptions_are_read_by_those_that_are_named_and_by_no_others(trained, kind):
    graphs = measured_molecules(60, "real" if kind == "real" else "binary")
    found = usual_contenders({}, graphs, kind, readers=("strong",))
    assert [(one.name, one.probe) for one in found if one.whole_graphs] == [(name, "strong") for name in DESCRIBED]


def test_descriptions_say_nothing_of_classes_where_there_are_none(trained):
    assert named(contenders_of(trained, binary_graphs(), None, True, "cpu")) == [
        ("trained", "svm"), ("untrained", "svm"), ("attributes", "tree"), ("majority", "constant")
    ]  # fmt: skip
