"""Tasks by name, and tasks of one's own."""

import pytest

from multigraft.errors import InputError
from multigraft.tasks.link_prediction import LinkPrediction
from multigraft.tasks.names import TASK_NAMES
from multigraft.tasks.registry import TASKS, resolve


def test_light_names_are_the_registry():
    assert tuple(TASKS) == TASK_NAMES
    assert all(task.name == name for name, task in TASKS.items())


def test_pretext_tasks_are_those_nobody_asks_for_their_own_sake():
    assert [name for name, task in TASKS.items() if task.pretext] == [
        "am",
        "cp",
        "ep",
        "im",
        "dr",
        "fp",
        "cl",
        "mae",
        "ar",
    ]
    assert TASK_NAMES == ("gc", "nc", "lp", "ml", "gr", "am", "cp", "ep", "im", "dr", "fp", "cl", "mae", "ar")


@pytest.mark.parametrize("name", TASK_NAMES)
def test_every_task_is_built_again_from_its_options(name):
    assert type(TASKS[name])(**TASKS[name].config()) == TASKS[name]


def test_names_and_values_mix():
    own = LinkPrediction(relu=False)
    assert resolve(["gc", own]) == [TASKS["gc"], own]


@pytest.mark.parametrize(("asked", "says"), [([], "at least one"), (["gx"], "unknown task 'gx'"),
                                             (["gc", "gc"], "more than once")])  # fmt: skip
def test_bad_names_are_refused(asked, says):
    with pytest.raises(InputError, match=says):
        resolve(asked)


def test_tasks_are_a_list_of_names():
    with pytest.raises(InputError, match=r"tasks is a list of names, \['gc,nc'\] for instance"):
        resolve("gc,nc")
