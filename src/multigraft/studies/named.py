"""The data that a study's file names: sets of the catalog, and files and folders that lie beside it."""

from collections.abc import Sequence
from pathlib import Path

from multigraft.errors import InputError
from multigraft.graphs.names import TABLES, holds_rows, is_known, nearest


class NamedData:
    """What a study's file calls its data. What lies beside the file goes by its own name.

    Attributes:
        folders: Where the files and folders are that lie beside the study's, by name.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.folders: dict[str, Path] = {}
        self._meant: dict[str, str | Path] = {}

    def name(self, source: str) -> str:
        """The name of a data set.

        Raises:
            InputError: two of them have the same name.
        """
        beside, name = self.file.parent / source, Path(source).name
        meant = beside.resolve() if beside.exists() else source
        if self._meant.setdefault(name, meant) != meant:
            raise InputError(
                f"{self.file}: {self._meant[name]} and {meant} would both be called {name!r}: rename one of them"
            )
        if beside.exists():
            self.folders[name] = beside
        return name

    def known(self, source: str, where: str) -> str:
        """The name of a data set that has to be there or in the catalog.

        Raises:
            InputError: it is neither, or two have the same name.
        """
        if not (self.file.parent / source).exists() and not is_known(source):
            guesses = ", ".join(nearest(Path(source).stem))
            hint = f"; did you mean {guesses}?" if guesses else ""
            raise InputError(
                f"{self.file}: {where}: there is no data set {source!r}, and no {self.file.parent / source}{hint}"
            )
        return self.name(source)

    def holds_molecules(self, name: str) -> bool:
        """Whether the set is one of molecules, whose SMILES are known."""
        return holds_rows(self.folders[name]) if name in self.folders else name in TABLES

    def removed(self, listed: Sequence[str] | None, datasets: Sequence[str], corpora: Sequence[str]) -> tuple[str, ...]:
        """The sets whose molecules are taken out of every corpus: those listed, and those that the study asks about.

        None: nothing is listed. An empty list: nothing is taken out. Of corpora that are no molecules nothing can be.

        Raises:
            InputError: a set that is listed is not there, or has no molecules, or a corpus has none.
        """
        others = [name for name in corpora if not self.holds_molecules(name)]
        switched_off = listed is not None and not listed
        if switched_off or (listed is None and others):
            return ()
        names = [self.known(source, "removes") for source in listed or ()]
        if names and (wrong := [*others, *(name for name in names if not self.holds_molecules(name))]):
            raise InputError(
                f"{self.file}: removes takes molecules out of corpora, and {wrong[0]!r} is no set of molecules with "
                "SMILES: leave it out, or write removes = []"
            )
        asked = [name for name in datasets if corpora and self.holds_molecules(name)]
        return tuple(dict.fromkeys((*names, *asked)))
