"""How many rounds two sides get, and who goes first."""

from collections.abc import Callable, Iterator

ROUNDS = 15  # where time allows
LEAST_ROUNDS = 5  # however long they take
SECONDS = 15.0  # that the rounds of a race may take, unless their number is given or there would be too few


def planned_rounds(seconds: float) -> int:
    """How many rounds a race gets whose rounds take so long: as many as fit in `SECONDS`, within the bounds."""
    return max(LEAST_ROUNDS, min(ROUNDS, int(SECONDS / seconds)))


def alternate(first: Callable[[], float], second: Callable[[], float], rounds: int) -> Iterator[tuple[float, float]]:
    """What both return, round by round; who goes first changes, so that neither always follows the other."""
    for number in range(rounds):
        if number % 2:
            late = second()
            yield first(), late
        else:
            yield first(), second()
