"""All results, found by what pages are about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from multigraft.leaderboard.boards import Board, boards
from multigraft.leaderboard.results import SUBMITTED, Result
from multigraft.leaderboard.slugs import slugs
from multigraft.leaderboard.texts import paper_texts


@dataclass
class Catalog:
    """All results, found by what pages are about.

    Attributes:
        results: All of them.
        runs: Names of the ledger's files that the site has; ``settings``: of the studies whose settings it has.
        imported: Keys of results that say they were measured or published, but were brought by a file.
    """

    results: Sequence[Result]
    runs: frozenset[str] = frozenset()
    settings: frozenset[str] = frozenset()
    imported: frozenset[str] = frozenset()
    boards: list[Board] = field(init=False)

    def __post_init__(self) -> None:
        self.boards = boards(self.results, self.imported)

    @cached_property
    def datasets(self) -> dict[str, list[Board]]:
        """Boards by data set."""
        return _grouped((board.question.dataset, board) for board in self.boards)

    @cached_property
    def models(self) -> dict[str, list[tuple[Board, int, Result]]]:
        """Results by model, with their board and their place in it."""
        every = ((one.model, (board, rank, one)) for board in self.boards for rank, one in ranked(board))
        return _grouped(every)

    @cached_property
    def papers(self) -> dict[str, list[Result]]:
        """Results by the title of the paper that has them, those of the package's papers first."""
        known: dict[str, list[Result]] = {text.title: [] for text in paper_texts().values()}
        return known | _grouped((one.paper, one) for one in self.results if one.paper)

    @cached_property
    def dataset_pages(self) -> dict[str, str]:
        return self._slugs("dataset")

    @cached_property
    def model_pages(self) -> dict[str, str]:
        return self._slugs("model")

    @cached_property
    def paper_pages(self) -> dict[str, str]:
        return self._slugs("paper", [text.title for text in paper_texts().values()])

    def _slugs(self, field: str, first: Sequence[str] = ()) -> dict[str, str]:
        """Names of pages; what comes from others takes none that is ours."""
        ours: set[str] = set()
        theirs: set[str] = set()
        for one in self.results:
            (ours if self.is_ours(one) else theirs).add(getattr(one, field))
        names = (*first, *sorted(ours), *sorted(theirs))
        return slugs(name for name in names if name or field != "paper")

    def is_ours(self, one: Result) -> bool:
        """Whether the site's own ledger and papers have it."""
        return one.source != SUBMITTED and one.key not in self.imported

    def source_of(self, one: Result) -> str:
        """Where a result comes from, for people."""
        return f"{one.source}, imported" if self.imported and one.key in self.imported else one.source

    def dataset_page(self, name: str) -> str:
        """Where the page of a data set is."""
        return f"datasets/{self.dataset_pages[name]}.html"

    def model_page(self, name: str) -> str:
        """Where the page of a model is."""
        return f"models/{self.model_pages[name]}.html"


def _grouped(pairs: Iterator[tuple[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def ranked(board: Board) -> Iterator[tuple[int, Result]]:
    """Results with their places; those with the same value share one."""
    rank = 0
    for place, one in enumerate(board.results, start=1):
        if place == 1 or one.value != board.results[place - 2].value:
            rank = place
        yield rank, one
