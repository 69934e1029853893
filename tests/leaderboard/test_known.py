"""What the leaderboard calls things, and what it says of other names."""

import time

import pytest

from multigraft.errors import InputError
from multigraft.graphs.names import SHIPPED_NAMES
from multigraft.leaderboard.known import NAMED, Known, check_metric, in_order, is_headline, task_title
from multigraft.leaderboard.metrics import METRICS
from multigraft.leaderboard.printed import printed_results
from tests.helpers.board import a_result


def names(**changes):
    return {"task": "gc", "dataset": "ENZYMES", "protocol": "strict", "split": "stratified"} | changes


def test_names_of_results_are_known_beside_the_packages_own():
    known = Known([a_result(dataset="mine", task="own", protocol="p", split="s")])
    for field, name in (("dataset", "mine"), ("task", "own"), ("protocol", "p"), ("split", "s"), ("task", "am")):
        assert (field, name) in known
    assert all(("dataset", name) in known for name in ("ENZYMES", "bbbp", "proteins-original"))
    assert ("dataset", "mine") not in Known()


@pytest.mark.parametrize("name", sorted(SHIPPED_NAMES))
def test_every_shipped_name_is_taken_as_it_is(name):
    assert Known().meant(names(dataset=name)) == (names(dataset=name), [])


def test_what_papers_print_is_known():
    known = Known(printed_results())
    for one in printed_results():
        given = {field: getattr(one, field) for field in NAMED}
        assert known.meant(given) == (given, [])


@pytest.mark.parametrize("name", ["enzymes ", "enzymes", "En-zymes", "E_N Z-YMES", "enz\u200bymes"])
def test_a_known_name_in_other_letters_is_changed_and_said(name):
    found, notes = Known().meant(names(dataset=name))
    assert found == names()
    assert [note.partition(" is taken as ")[2] for note in notes] == ["'ENZYMES', as it is called here"]


@pytest.mark.parametrize(
    ("field", "name", "here"),
    [("dataset", "Lipophilicity", "lipo"), ("task", "Link Prediction", "lp"), ("dataset", "FreeSolv", "freesolv")],
)
def test_titles_are_names_too(field, name, here):
    assert Known().meant(names(**{field: name}))[0] == names(**{field: here})


@pytest.mark.parametrize("name", ["", "\u2603", "--", "a set of my own", "x" * 10**6, 5, None])
def test_other_names_are_new(name):
    assert Known().meant(names(dataset=name)) == (names(dataset=name), [])


def test_other_marks_are_another_name():
    assert Known().meant(names(dataset="ENZYMES+"))[0]["dataset"] == "ENZYMES+"


@pytest.mark.parametrize("name", ["enzyme", "Enzymess", "ENZYME"])
def test_a_slip_is_noted_in_any_letters(name):
    assert Known().meant(names(dataset=name))[1] == [f"dataset {name!r} is new here; did you mean 'ENZYMES'?"]


def test_a_slip_is_noted_wherever_it_stands():
    known = Known()
    said = ["task 'lpp' is new here; did you mean 'lp'?"]
    assert known.meant(names(task="lpp"))[1] == known.meant(names(task="lpp"))[1] == said


def test_a_new_name_is_known_from_then_on():
    known = Known()
    known.meant(names(dataset="Foo set"))
    assert known.meant(names(dataset="FOO-SET"))[0]["dataset"] == "Foo set"


def test_blanks_around_a_name_are_none_of_it():
    known = Known()
    assert known.meant(names(dataset=" foo "))[0]["dataset"] == "foo"
    assert known.meant(names(dataset="foo")) == (names(dataset="foo"), [])


def test_thousands_of_new_names_are_looked_at_once_each():
    known = Known()
    started = time.process_time()
    for place in range(3000):
        known.meant(names(dataset=f"set {place % 30}"))
    often = time.process_time() - started
    for place in range(30):
        Known().meant(names(dataset=f"set {place}"))
    assert often < 20 * (time.process_time() - started - often)


@pytest.mark.parametrize(
    ("tasks", "ordered"),
    [
        ("nc,gc", "gc,nc"),
        ("lp, gc ,nc", "gc,nc,lp"),
        ("own,cp,b,am", "am,cp,b,own"),
        ("", ""),
        ("gc,,nc,", "gc,nc"),
        ("gc,gc", "gc"),
        (",", ""),
        ("GC, Nc", "gc,nc"),
        ("ml,am", "am,ml"),
    ],
)
def test_several_tasks_have_one_order(tasks, ordered):
    assert in_order(tasks) == ordered


@pytest.mark.parametrize("task", ["gc", "nc", "lp", "ml", "gr", "own"])
@pytest.mark.parametrize("metric", sorted(set(METRICS) - {"delta_m_percent"}))
def test_errors_measure_numbers_and_shares_classes(task, metric):
    errors = metric in ("rmse", "mae")
    if task == "own" or (task == "gr") == errors:
        check_metric(task, metric)
    else:
        with pytest.raises(InputError, match=f"metric {metric} does not measure {task}"):
            check_metric(task, metric)


def test_headlines_of_the_papers_are_headlines():
    for one in printed_results():
        assert is_headline(one.task, one.protocol, one.metric, one.features), one


@pytest.mark.parametrize(
    ("task", "title"),
    [
        ("nc", "Node classification"), ("gc,lp", "Graph classification and link prediction"),
        ("gc,nc,lp", "Several tasks at once"), ("own", "own"), ("gc,own", "gc,own"),
    ],
)  # fmt: skip
def test_titles_of_tasks(task, title):
    assert task_title(task) == title
