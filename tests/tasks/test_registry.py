"""Tasks by name, and tasks of one's own."""

import pytest

from multigraft.errors import InputError
from multigraft.tasks.link_prediction import LinkPrediction
from multigraft.tasks.names import TASK_NAMES
from multigraft.tasks.registry import TASKS, resolve


def test_light_names_are_the_registry():
    assert tuple(TASKS) == TASK_NAMES
    assert all(task.name == name for name, task in TASKS.items())


def test_names_and_values_mix():
    own = LinkPrediction(relu=False)
    assert resolve(["gc", own]) == [TASKS["gc"], own]


@pytest.mark.parametrize(("asked", "says"), [([], "at least one"), (["gx"], "unknown task 'gx'"),
                                             (["gc", "gc"], "more than once")])  # fmt: skip
def test_bad_names_are_refused(asked, says):
    with pytest.raises(InputError, match=says):
        resolve(asked)
