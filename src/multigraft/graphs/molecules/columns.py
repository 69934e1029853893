"""Which column of a file holds the SMILES, which the identifiers, and which could be targets."""

import difflib
import re
from collections.abc import Sequence
from itertools import islice

from multigraft.errors import InputError
from multigraft.graphs.molecules.formats import MOL_BLOCK, TITLE, Layout
from multigraft.graphs.molecules.smiles import parse_smiles

ID_NAMES = ("id", "mol_id", "molecule_id", "compound_id")
SAMPLE = 50  # rows that a guess is made from
# Columns that pandas writes for its index, and those that are called like an index or an identifier.
COUNTED = re.compile(
    r"__index_level_\d+__|unnamed: *\d+|level_\d+|((row|mol|molecule|compound)[ _-]?)?(index|idx)|row"
    r"|(.*[ _.-])?(id|cid|sid|uid)|(?-i:.*[a-z]C?ID)",
    re.IGNORECASE,
)


def smiles_place(layout: Layout, name: str | None) -> int:
    """The place of the column ``name``, or, without a name, of the one that is called SMILES.

    Raises:
        InputError: no such column, with a guess at what is meant.
    """
    if layout.mol_blocks:
        if name is not None:
            raise InputError(f"{layout.path} has its molecules in mol blocks: leave out smiles_column ({name!r})")
        return 0
    if name is not None:
        return place_of(layout, name, "smiles_column")
    _check_blanks(layout)
    lower = [column.lower() for column in layout.columns]
    if "smiles" in lower:
        return lower.index("smiles")
    containing = [place for place, column in enumerate(lower) if "smiles" in column]
    if len(containing) == 1:
        return containing[0]
    if containing:
        which = _listed([layout.columns[place] for place in containing])
        several = f"{layout.path}: several columns have SMILES in their names ({which})"
        raise InputError(f"{several}: choose one of them with smiles_column (--smiles-column)")
    found = f"{layout.path} has no column of the name SMILES (it has {_listed(layout.columns)})"
    raise InputError(f"{found}: {_advice(layout)}")


def id_place(layout: Layout, name: str | None, smiles: int) -> int | None:
    """The place of the column of identifiers: ``name``, or one that is called so; None where there is none.

    An empty name says that no column is one.

    Raises:
        InputError: no such column, or it is the one of the SMILES.
    """
    if name == "":
        return None
    if name is not None:
        place = place_of(layout, name, "id_column")
        if place == smiles:
            raise InputError(f"{layout.path}: column {name!r} cannot be both the SMILES and the identifiers")
        return place
    if layout.smiles_lists:
        return 1
    lower = [column.lower() for column in layout.columns]
    known = [*ID_NAMES, TITLE.lower()] if layout.mol_blocks else ID_NAMES
    return next((lower.index(one) for one in known if one in lower and lower.index(one) != smiles), None)


def target_places(layout: Layout, names: Sequence[str] | None, taken: Sequence[int | None]) -> dict[str, int]:
    """The columns of these names and their places; without names all that have one and are not ``taken`` nor `COUNTED`.

    Raises:
        InputError: no such column, one that is ``taken`` already, or one that is named twice.
    """
    if names is None:
        used = {*taken, layout.columns.index(TITLE)} if layout.mol_blocks else {*taken}
        free: dict[str, int] = {}
        for place, name in enumerate(() if layout.smiles_lists else layout.columns):
            if place not in used and name and not COUNTED.fullmatch(name):
                free.setdefault(name, place)
        return free
    places = {name: place_of(layout, name, "targets") for name in names}
    for name, place in places.items():
        if place in taken:
            raise InputError(f"{layout.path}: column {name!r} holds molecules or their identifiers: it is no target")
    if len(places) < len(names):
        twice = next(name for name in names if list(names).count(name) > 1)
        raise InputError(f"target {twice!r} is named twice: name it once")
    return places


def left_out(layout: Layout, taken: Sequence[int | None]) -> list[str]:
    """The columns that are no targets because of what they are called, unless they are named."""
    places = enumerate(() if layout.smiles_lists else layout.columns)
    return [name for place, name in places if place not in taken and COUNTED.fullmatch(name)]


def repeated(layout: Layout) -> list[str]:
    """Names that several columns have, of which only the first is ever used."""
    counts: dict[str, int] = {}
    for name in layout.columns:
        counts[name] = counts.get(name, 0) + 1
    return [name for name, count in counts.items() if count > 1 and name]


def place_of(layout: Layout, name: str, option: str) -> int:
    """The place of the first column of that name.

    Raises:
        InputError: there is none.
    """
    if name in layout.columns and name != MOL_BLOCK:
        return layout.columns.index(name)
    close = difflib.get_close_matches(name.lower(), {column.lower() for column in layout.columns}, n=1)
    meant = [column for column in layout.columns if column.lower() in close]
    guess = f"did you mean {meant[0]!r}?" if meant else f"it has {_listed(layout.columns)}"
    if option == "smiles_column" and not meant:
        guess = f"{guess}; {_advice(layout)}"
    raise InputError(f"{layout.path} has no column {name!r} ({option}): {guess}")


def _advice(layout: Layout) -> str:
    """What to do about a file without a column of SMILES, from what parses in its first rows."""
    from rdkit.rdBase import BlockLogs

    best = likely_smiles(layout)
    if best is None:
        return "none of its columns looks like SMILES; a header line must name the columns"
    name = layout.columns[best]
    with BlockLogs():
        heading = len(name) > 2 and parse_smiles(name)[0] is not None
    if heading:
        return f"its first line, with {name!r}, looks like a molecule: add a line above it that names the columns"
    return f"column {name!r} looks like SMILES: choose it with smiles_column={name!r} (--smiles-column)"


def _check_blanks(layout: Layout) -> None:
    """Raise where blanks separate what should be columns: RDKit would take what follows SMILES for a name."""
    words = len(layout.columns[0].split()) if len(layout.columns) == 1 and not layout.smiles_lists else 0
    if words > 1:
        cells = (cells[0].split(None, 1) for _, cells in islice(layout.rows(), SAMPLE))
        if any(len(cell) > 1 and cell[1][0] != "|" and len(cell[1].split()) == words - 1 for cell in cells):
            seems = f"{layout.columns[0]!r} and the rows below seem to be columns that blanks separate"
            raise InputError(f"{layout.path}: {seems}: separate them by commas in a .csv, by tabs in a .tsv")


def likely_smiles(layout: Layout) -> int | None:
    """The place of a column most of whose first texts are molecules; of several the one with the longest of them."""
    from rdkit import rdBase

    rows = [cells for _, cells in islice(layout.rows(), SAMPLE)]
    scores = []
    with rdBase.BlockLogs():
        for place in range(len(layout.columns) if rows else 0):
            texts = [cells[place].strip() for cells in rows if cells[place].strip()]
            parsed = sum(parse_smiles(text)[0] is not None for text in texts)
            if texts and 2 * parsed > len(texts):
                scores.append((parsed * sum(map(len, texts)) / len(texts) ** 2, place))
    return max(scores)[1] if scores else None


def _listed(columns: Sequence[str], most: int = 12) -> str:
    shown = ", ".join(columns[:most])
    return f"{shown} and {len(columns) - most} more" if len(columns) > most else shown
