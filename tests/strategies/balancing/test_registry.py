import pytest

from multigraft.errors import InputError
from multigraft.strategies.balancing.base import Equal, Fixed
from multigraft.strategies.balancing.names import AGGREGATOR_NAMES, BALANCING_NAMES
from multigraft.strategies.balancing.registry import BALANCINGS, balance
from tests.helpers.training import small_graphs, train_small


def test_names_are_those_of_the_registry():
    assert tuple(BALANCINGS) == BALANCING_NAMES
    assert set(AGGREGATOR_NAMES) < set(BALANCING_NAMES)


@pytest.mark.parametrize("name", [name for name in BALANCING_NAMES if name != "fixed"])
def test_a_name_gives_its_balancing(name):
    assert balance(name).config()["name"] == name


def test_a_value_stands_for_itself():
    value = Fixed((("gc", 2.0),))
    assert balance(value) is value


def test_weights_are_those_of_fixed():
    assert balance("fixed", {"lp": 0.5, "gc": 1}) == Fixed((("gc", 1.0), ("lp", 0.5)))
    assert balance("equal") == Equal()


@pytest.mark.parametrize(
    ("name", "weights", "message"),
    [
        ("fair", None, "unknown balancing 'fair': choose from equal, fixed"),
        ("fixed", None, "balancing 'fixed' needs weights, e.g. gc=1,lp=0.5"),
        ("equal", {"gc": 1.0}, "weights belong to balancing 'fixed', not to 'equal'"),
        (Equal(), {"gc": 1.0}, "weights belong to balancing 'fixed', not to 'equal'"),
    ],
    ids=["unknown", "no-weights", "weights", "value-and-weights"],
)
def test_choices_that_cannot_be(name, weights, message):
    with pytest.raises(InputError, match=message):
        balance(name, weights)


@pytest.mark.parametrize("strategy", ["joint", "isame", "esame", "joint-maml", "reptile"])
@pytest.mark.parametrize("name", ["uncertainty", "gradnorm", "upgrad", "nash-mtl"])
def test_every_strategy_trains_with_every_kind_and_resumes_bit_for_bit(tmp_path, strategy, name):
    graphs = small_graphs(24)
    options = {"tasks": ["gc", "nc"], "strategy": strategy, "balancing": name, "dim": 4, "layers": 1}
    whole = train_small(graphs, epochs=2, out=tmp_path / "whole", **options)
    train_small(graphs, epochs=1, out=tmp_path / "cut", **options)
    resumed = train_small(graphs, epochs=2, out=tmp_path / "cut", resume=True, **options)
    assert resumed.fingerprint == whole.fingerprint
    assert whole.fingerprint != train_small(graphs, epochs=2, **{**options, "balancing": "equal"}).fingerprint
    with pytest.raises(InputError, match="balancing"):
        train_small(graphs, epochs=3, out=tmp_path / "cut", resume=True, **{**options, "balancing": "equal"})
