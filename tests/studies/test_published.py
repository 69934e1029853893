"""Every published number is the one that the paper prints, in the same place of the same table."""

import itertools
import os
from pathlib import Path

import pytest

from multigraft.errors import InputError
from multigraft.studies.published import FOLDER, Published, paper_of, published, read_published

TASKS = ("gc", "nc", "lp")
DATASETS = ("ENZYMES", "PROTEINS", "DHFR", "COX2")
METRICS = {"gc": "accuracy", "nc": "accuracy", "lp": "roc_auc"}
MODELS = {"Cl": "classical", "FT": "finetune", "iSAME": "isame", "eSAME": "esame"}
HEADINGS = {
    "Classical End-to-End Training": "classical", "Fine-Tuning": "finetune", "iSAME (ours)": "isame",
    "eSAME (ours)": "esame",
}  # fmt: skip
CSV = FOLDER / "same.csv"


# --- the paper's text ------------------------------------------------------------------------------------------------
# Its tables are lines of cells between tabs. A task that spans several lines is printed in the middle one of them.


@pytest.fixture(scope="module")
def text() -> str:
    """The paper as text: from the directory ``MULTIGRAFT_PAPERS``, or ``papers`` beside the data."""
    named, data = os.environ.get("MULTIGRAFT_PAPERS"), os.environ.get("MULTIGRAFT_DATA")
    folder = Path(named) if named else Path(data).parent / "papers" if data else None
    if folder is None or not folder.is_dir():
        pytest.skip("needs the paper: set MULTIGRAFT_PAPERS to a directory with same-iclr2021-submission.txt")
    return (folder / "same-iclr2021-submission.txt").read_text(encoding="utf-8")


def rows_of(text: str, table: int) -> list[list[str]]:
    """The lines of a table behind its caption, as cells; up to the text that goes on."""
    lines = text.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(f"Table {table}: "))
    first = next(place for place in range(start + 1, len(lines)) if "\t" in lines[place])
    return [line.split("\t") for line in itertools.takewhile(lambda line: "\t" in line, lines[first:])]


def number(cell: str) -> tuple[float, float | None]:
    """``87.5 ± 1.9`` or ``87.5``."""
    value, _, std = cell.partition(" ± ")
    return float(value), float(std) if std else None


def blocks(rows: list[list[str]], model_at: int) -> list[list[list[str]]]:
    """Lines of numbers, a block for each task: it begins with the classical model."""
    found: list[list[list[str]]] = []
    for row in rows:
        if row[model_at] == "Cl":
            found.append([])
        if row[model_at] in MODELS:
            found[-1].append(row)
    return found


def printed(
    table: int, trained: tuple[str, ...], task: tuple[str, ...], model: str, cells: list[str]
) -> list[Published]:
    """A line of numbers, a data set each."""
    assert len(cells) == len(DATASETS)
    metric = "delta_m_percent" if len(task) > 1 else METRICS[task[0]]
    return [
        Published(f"table{table}", frozenset(trained), frozenset(task), model, dataset, metric, *number(cell))
        for dataset, cell in zip(DATASETS, cells, strict=True)
    ]


def single_task_tables(text: str, table: int) -> list[Published]:
    """Tables 1 and 4: task, model, four numbers."""
    rows = rows_of(text, table)
    assert rows[1][2:] == list(DATASETS)
    found = []
    for block in blocks(rows, 1):
        (task,) = [row[0] for row in block if row[0]]
        trained, _, asked = task.lower().rpartition("->")
        tasks = tuple(trained.strip().split(",")) if trained else (asked,)
        for row in block:
            found += printed(table, tasks, (asked,), MODELS[row[1]], row[2:])
    return found


def table2(text: str) -> list[Published]:
    """Three columns of marks, then a number for each data set and task; those of PROTEINS share a column or two."""
    rows = rows_of(text, 2)
    assert rows[1][:4] == ["GC", "NC", "LP", "ENZYMES"]
    assert [cell for cell in rows[1][4:] if cell] == list(DATASETS[1:])
    found, model = [], ""
    for row in rows[3:]:
        heading = "".join(row)
        if heading in HEADINGS:
            model = HEADINGS[heading]
            continue
        trained = tuple(task for task, mark in zip(TASKS, row[:3], strict=True) if mark)
        proteins = dict(zip(trained, " ".join(row[6:-6]).split(), strict=True))
        by_dataset = (row[3:6], [proteins.get(task, "") for task in TASKS], row[-6:-3], row[-3:])
        for place, task in enumerate(TASKS):
            cells = [numbers[place] for numbers in by_dataset]
            assert all(cells) == any(cells) == (task in trained)
            if task in trained:
                found += printed(2, trained, (task,), model, cells)
    return found


def table3(text: str) -> list[Published]:
    """Three columns of marks, spread over the lines of a block, then model and four numbers."""
    rows = rows_of(text, 3)
    assert rows[1][4:] == list(DATASETS)
    found = []
    for block in blocks(rows, 3):
        trained = tuple(task for place, task in enumerate(TASKS) if any(row[place] for row in block))
        for row in block:
            found += printed(3, trained, trained, MODELS[row[3]], row[4:])
    return found


def tables(text: str) -> dict[int, list[Published]]:
    return {
        1: single_task_tables(text, 1), 2: table2(text), 3: table3(text), 4: single_task_tables(text, 4),
    }  # fmt: skip


@pytest.mark.parametrize(("table", "count"), [(1, 36), (2, 108), (3, 60), (4, 36)])
def test_every_number_stands_in_the_paper_where_we_say(text, table, count):
    in_paper = {one.key: one for one in tables(text)[table]}
    ours = {key: one for key, one in paper_of("table1").numbers.items() if one.table == f"table{table}"}
    assert len(in_paper) == len(tables(text)[table]) == count
    assert ours == in_paper


def test_two_numbers_that_changed_places_would_be_found(text):
    swapped = text.replace("51.6 ± 4.2\t73.3 ± 3.6", "73.3 ± 3.6\t51.6 ± 4.2", 1)
    assert swapped != text
    differing = set(tables(text)[1]) ^ set(tables(swapped)[1])
    assert {one.key[1:] for one in differing} == {
        (frozenset({"gc"}), frozenset({"gc"}), "classical", dataset) for dataset in DATASETS[:2]
    }


def test_the_paper_has_the_title_that_we_name(text):
    def letters(words: str) -> str:
        return "".join(filter(str.isalpha, words)).lower()

    title = paper_of("table1").source.partition(", ICLR")[0]
    assert letters(title) in letters(text[:200])


# --- the reader ------------------------------------------------------------------------------------------------------


def test_a_number_is_found_by_its_place_whatever_the_order_of_tasks():
    found = published("table2", ("nc", "gc"), "nc", "isame", "DHFR")
    assert found is not None
    assert (found.value, found.std, found.metric) == (94.8, None, "accuracy")
    gain = published("table3", ("lp", "gc"), "lp,gc", "classical", "COX2")
    assert gain is not None
    assert (gain.value, gain.std) == (-21.4, 3.4)


def test_what_no_table_prints_is_none():
    assert published("table1", ("gc",), "gc", "untrained", "DHFR") is None
    assert published("table1", ("gc",), "gc", "isame", "MUTAG") is None
    assert published("", ("gc",), "gc", "isame", "DHFR") is None


def test_unknown_tables_are_named_with_the_known_ones():
    with pytest.raises(InputError, match=r"'table9'.*table1, table2, table3, table4"):
        published("table9", ("gc",), "gc", "isame", "DHFR")


def test_table_2_repeats_the_classical_numbers_of_table_1():
    for task, dataset in itertools.product(TASKS, DATASETS):
        first, second = (published(f"table{place}", (task,), task, "classical", dataset) for place in (1, 2))
        assert first is not None
        assert second is not None
        assert (first.value, second.std) == (second.value, None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: lines[1:], "must name the source"),
        (lambda lines: [*lines, lines[-1]], "line 243: there is a number in this place already"),
        (lambda lines: [*lines[:2], lines[2].replace("87.5", "n/a"), *lines[3:]], "line 3: not a published number"),
        (lambda lines: [*lines, "table1,gc"], "line 243: not a published number"),
    ],
    ids=["no source", "twice", "no number", "cut"],
)
def test_mistakes_in_a_file_are_named_by_line(tmp_path, change, message):
    path = tmp_path / "numbers.csv"
    path.write_text("\n".join(change(CSV.read_text(encoding="utf-8").splitlines())))
    with pytest.raises(InputError, match=message):
        read_published(path)
