from multigraft.strategies.balancing.names import AGGREGATOR_NAMES, BALANCING_NAMES


def test_names_are_unique_and_equal_comes_first():
    assert len(set(BALANCING_NAMES)) == len(BALANCING_NAMES)
    assert BALANCING_NAMES[0] == "equal"
    assert BALANCING_NAMES[-len(AGGREGATOR_NAMES) :] == AGGREGATOR_NAMES
