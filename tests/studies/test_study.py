import pytest

from multigraft.errors import InputError
from multigraft.studies.study import Row, Setting, Study

ROWS = (
    Row("isame", "isame", (("gc",), ("nc", "gc"))),
    Row("classical", "single", (("lp",),), probe="own", options={"epochs": 7, "dim": 8}),
    Row("untrained", "untrained", ((),), asks="every"),
)


def study(**changes):
    return Study("mine", "A study", ("A", "B"), ROWS, **changes)


def test_tasks_are_those_of_the_rows_in_order():
    assert study().tasks == ("gc", "nc", "lp")


@pytest.mark.parametrize(("row", "trains"), [(0, True), (1, True), (2, False)])
def test_rows_know_whether_they_train(row, trains):
    assert ROWS[row].trains == trains


@pytest.mark.parametrize("name", ["attributes", "majority"])
def test_what_sees_no_graph_does_not_train(name):
    assert not Row(name, name, ((),)).trains


@pytest.mark.parametrize(
    ("setting", "matches"),
    [
        (Setting({}), True),
        (Setting({}, strategies=("isame", "esame")), True),
        (Setting({}, strategies=("esame",)), False),
        (Setting({}, tasks=("nc", "gc")), True),
        (Setting({}, tasks=("gc",)), False),
        (Setting({}, datasets=("A",)), True),
        (Setting({}, datasets=("B",)), False),
        (Setting({}, ("isame",), ("gc", "nc"), ("A",)), True),
        (Setting({}, ("isame",), ("gc", "nc"), ("B",)), False),
    ],
    ids=["all", "strategy", "other-strategy", "tasks-in-any-order", "fewer-tasks", "data", "other-data", "every", "no"],
)  # fmt: skip
def test_a_setting_is_for_what_it_names(setting, matches):
    assert setting.matches("isame", ("gc", "nc"), "A") == matches


def test_later_settings_go_above_earlier_ones_and_the_row_above_all():
    settings = (
        Setting({"epochs": 1, "dim": 1, "layers": 1}),
        Setting({"epochs": 2, "layers": 2}, strategies=("single",)),
        Setting({"epochs": 3}, strategies=("isame",)),
    )
    assert study(settings=settings).options(ROWS[1], "single", ("lp",), "A") == {"epochs": 7, "dim": 8, "layers": 2}


def test_a_plan_takes_data_splits_epochs_and_settings():
    tuned = Setting({"dim": 3, "epochs": 99}, strategies=("single",))
    plan = study().planned(["B"], 2, 5, [tuned])
    assert plan.datasets == ("B",)
    assert plan.splits == 2
    assert plan.options(plan.rows[0], "isame", ("gc",), "B") == {"epochs": 5}
    assert plan.options(plan.rows[1], "single", ("lp",), "B") == {"epochs": 5, "dim": 8}


def test_a_plan_of_nothing_is_the_study():
    assert study().planned() == study()


def test_the_reference_is_planned_too():
    plan = study(reference=ROWS[1]).planned(epochs=5)
    assert plan.reference is not None
    assert plan.options(plan.reference, "single", ("lp",), "A")["epochs"] == 5


def test_data_keep_the_order_of_the_study():
    assert study().planned(["B", "A"]).datasets == ("A", "B")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"datasets": ["C"]}, "study 'mine' has no data set 'C': choose from A, B"),
        ({"splits": 0}, "splits must be at least 1, got 0"),
        ({"epochs": -1}, "epochs must be at least 1, got -1"),
    ],
    ids=["data", "splits", "epochs"],
)
def test_a_plan_that_cannot_be_says_why(change, message):
    with pytest.raises(InputError, match=message):
        study().planned(**change)
