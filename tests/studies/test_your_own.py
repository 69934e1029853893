"""What docs/your-own.md and docs/studies.md tell people to write does what they say."""

import re

import pytest

from multigraft.encoders.registry import MODULES
from multigraft.evaluation.protocols import PROTOCOLS
from multigraft.strategies.registry import STRATEGIES
from multigraft.studies.reading import read_study
from multigraft.tasks.registry import TASKS
from tests.helpers.cli import ROOT, answer, write_folder
from tests.helpers.training import small_graphs

PAGE = (ROOT / "docs" / "your-own.md").read_text()
STUDIES = (ROOT / "docs" / "studies.md").read_text()
FAST = """
splits = 1

[[settings]]
epochs = 1
batch_size = 6
validation_draws = 1
"""


@pytest.fixture(autouse=True)
def registries_as_before():
    registries = [TASKS, STRATEGIES, MODULES, *(protocol.recipes for protocol in PROTOCOLS.values())]
    before = [dict(registry) for registry in registries]
    yield
    for registry, kept in zip(registries, before, strict=True):
        registry.clear()
        registry.update(kept)


def block(heading):
    """The Python code under a heading of the page."""
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.search(r"```python\n(.*?)```", part, flags=re.DOTALL).group(1)


def ran(folder, text, plugin=None, heading=None):
    """The cells of a study of one's own, from file to table by the command line."""
    write_folder(folder / "my-graphs", small_graphs())
    if plugin:
        (folder / plugin).write_text(block(heading) + f"# in {folder.name}\n")  # another content is another plugin
        text = f'plugins = ["{plugin}"]\n{text}'
    file = folder / "mine.toml"
    file.write_text(f'datasets = ["my-graphs"]\n{text}')
    done = answer("study", "run", file, "--ledger", folder / "ledger", "--processes", 1, "--device", "cpu")
    assert (done["failed"], done["left"]) == ({}, 0)
    cells = answer("study", "table", file, "--ledger", folder / "ledger")["cells"]
    assert all(cell["n"] == 1 for cell in cells)
    return {(cell["model"], cell["trained"], cell["task"]) for cell in cells}


def rows(strategy, tasks, more=""):
    return f'{FAST}\n[[rows]]\nstrategy = "{strategy}"\ntasks = {tasks}\n{more}'


@pytest.mark.slow
def test_a_study_on_a_folder_of_ones_own(tmp_path):
    assert ("esame", "gc,lp", "lp") in ran(tmp_path, rows("esame", ["gc", "gc,lp"]))


def test_a_task_in_one_file(tmp_path):
    found = ran(tmp_path, rows("esame", ["hubs", "gc,hubs"]), "hubs.py", "A task in one file")
    assert {("esame", "hubs", "hubs"), ("esame", "gc,hubs", "gc"), ("untrained", "", "hubs")} <= found


def test_a_strategy_in_one_file(tmp_path):
    found = ran(tmp_path, rows("both-sets", ["gc,nc"]), "lookahead.py", "A strategy in one file")
    assert {("both-sets", "gc,nc", "gc"), ("both-sets", "gc,nc", "nc")} <= found


@pytest.mark.slow
def test_somebody_elses_encoder(tmp_path):
    text = rows("esame", ["gc"]).replace("epochs = 1", 'epochs = 1\nencoder = "sage"')
    assert ("esame", "gc", "gc") in ran(tmp_path, text, "sage.py", "Somebody else's encoder")


def test_the_example_of_a_study_reads_as_it_stands(tmp_path):
    (tmp_path / "my-graphs").mkdir()
    example = re.search(r"```toml\n(title = .*?)```", STUDIES, flags=re.DOTALL).group(1)
    file = tmp_path / "my-study.toml"
    file.write_text(example)
    study = read_study(str(file))
    assert study.datasets == ("my-graphs", "MUTAG")
    assert [row.model for row in study.rows[:2]] == ["end to end", "esame"]
    assert study.options(study.rows[1], "esame", ("gc",), "MUTAG") == {"epochs": 50, "inner_lr": 0.1}


def test_every_shipped_study_is_on_the_page():
    from multigraft.studies.names import STUDY_NAMES

    assert all(f"`{name}`" in STUDIES for name in STUDY_NAMES)
