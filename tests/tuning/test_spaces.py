"""The default space of every strategy, and spaces from files."""

import pytest

from multigraft.errors import InputError
from multigraft.tuning.options import check_options, options_of
from multigraft.tuning.space import Choice, Real, Space, Whole
from multigraft.tuning.spaces import default_space, read_space, space_of
from tests.helpers.cli import ROOT
from tests.helpers.training import small_graphs

SHARED = {"learning_rate", "batch_size", "scaling"}
EPISODIC = {"inner_lr", "inner_steps"}


@pytest.fixture(scope="module")
def graphs():
    return small_graphs()


@pytest.fixture
def written(tmp_path):
    def write(text):
        file = tmp_path / "space.toml"
        file.write_text(text)
        return file

    return write


# --- defaults --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("strategy", "wanted"),
    [
        ("joint", SHARED),
        ("isame", SHARED | EPISODIC),
        ("esame", SHARED | EPISODIC),
        ("joint-maml", SHARED | EPISODIC),
        ("reptile", SHARED | EPISODIC),
    ],
)
def test_a_strategy_is_searched_where_it_has_options(graphs, strategy, wanted):
    space = default_space(strategy, ("gc", "lp"), graphs)
    assert set(space.parameters) == wanted
    assert space.held == {}


@pytest.mark.parametrize("strategy", ["joint", "isame", "esame", "joint-maml", "reptile"])
def test_defaults_lie_inside_and_training_takes_all_ends(graphs, strategy):
    space = default_space(strategy, ("gc", "lp"), graphs)
    known = options_of(strategy)
    assert space.inside({name: known[name].default for name in space.parameters}).keys() == space.parameters.keys()
    for name, parameter in space.parameters.items():
        for value in parameter.extremes:
            check_options(graphs, strategy, ("gc", "lp"), "random", 0, "cpu", 1, {name: value})


def test_nodes_without_attributes_have_nothing_to_scale():
    bare = small_graphs(features=0, degree=True)
    assert "scaling" not in default_space("esame", ("gc",), bare).parameters


def test_batches_are_large_enough_for_all_tasks(graphs, monkeypatch):
    from multigraft.strategies.same import SAME

    def needs_forty(self, tasks, batch_size):
        if batch_size < 40:
            raise InputError("too small")

    monkeypatch.setattr(SAME, "check", needs_forty)
    assert default_space("esame", ("gc",), graphs).parameters["batch_size"] == Choice((64, 128, 256, 512))


def test_tasks_that_the_strategy_cannot_train(graphs):
    with pytest.raises(InputError, match="single"):
        default_space("single", ("gc", "nc"), graphs)


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_file_has_ranges_choices_and_values(written):
    file = written(
        "dim = 64\n"
        "batch-size = [8, 32]\n"
        "first_order = [true, false]\n"
        "[learning_rate]\nlow = 1e-5\nhigh = 1\nlog = true\n"
        "[inner_steps]\nlow = 1\nhigh = 4\n"
    )
    wanted = {
        "batch_size": Choice((8, 32)), "first_order": Choice((True, False)),
        "learning_rate": Real(1e-5, 1.0, log=True), "inner_steps": Whole(1, 4),
    }  # fmt: skip
    space = read_space(file, "esame")
    assert space == Space(wanted, {"dim": 64})
    assert isinstance(space.parameters["learning_rate"].high, float)
    assert space_of(space.to_json(), "esame") == space


def test_the_space_in_the_documentation_is_one(written):
    text = (ROOT / "docs" / "tuning.md").read_text().partition("```toml\n")[2].partition("```")[0]
    space = read_space(written(text), "esame")
    assert space.held == {"layers": 2}
    assert set(space.parameters) == {"dim", "first_order", "learning_rate", "inner_steps"}


def test_the_documentation_says_what_is_searched(graphs):
    text = (ROOT / "docs" / "tuning.md").read_text()
    for name, parameter in default_space("esame", ("gc", "nc", "lp"), graphs).parameters.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}` | "))
        assert all((f"{value:g}" if isinstance(value, float) else str(value)) in row for value in parameter.extremes)


@pytest.mark.parametrize(
    ("strategy", "text", "words"),
    [
        ("joint", "inner_lr = [0.1, 0.2]", "strategy 'joint' has no option 'inner_lr' to search"),
        ("reptile", "first_order = true\n", "strategy 'reptile' has no option 'first_order'"),
        ("esame", "learning_rat = [0.1, 0.2]", "no option 'learning_rat' to search; the nearest is 'learning_rate'"),
        ("esame", "epochs = [10, 20]", "no option 'epochs'"),
        ("esame", "seed = [1, 2]", "no option 'seed'"),
        ("esame", "validation_draws = [1, 64]", "hold it, validation_draws = value"),
        ("esame", "dim = 8", "at least one range or choice"),
        ("esame", "dim = [8]", "dim: a choice needs at least two different values"),
        ("esame", "dim = [8, 8.5]", "dim takes whole numbers, got 8.5"),
        ("esame", "dim = [8, true]", "dim takes whole numbers, got True"),
        ("esame", "inner_lr = ['fast', 'slow']", "inner_lr takes numbers, got 'fast'"),
        ("esame", "first_order = [0, 1]", "first_order takes true or false, got 0"),
        ("esame", "scaling = 3", "scaling takes text, got 3"),
        ("esame", "[scaling]\nlow = 'a'\nhigh = 'b'", "scaling: has no order: list its values"),
        ("esame", "[dim]\nlow = 8", "dim: a range is low, high and perhaps log"),
        ("esame", "[dim]\nlow = 8\nhigh = 16\nstep = 4", "dim: a range is low, high and perhaps log"),
        ("esame", "[dim]\nlow = 8\nhigh = 16\nlog = 'yes'", "dim: a range is low, high and perhaps log"),
        ("esame", "[dim]\nlow = 16\nhigh = 8", "dim: a range goes from a number to a larger one"),
        ("esame", "[inner_lr]\nlow = 0\nhigh = 1\nlog = true", "inner_lr: .* lies above 0"),
        ("esame", "dim = ", "is not TOML"),
    ],
    ids=str,
)
def test_mistakes_name_the_file_and_the_option(written, strategy, text, words):
    with pytest.raises(InputError, match=words) as raised:
        read_space(written(text), strategy)
    assert "space.toml" in str(raised.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="cannot read the search space"):
        read_space(tmp_path / "none.toml", "esame")
