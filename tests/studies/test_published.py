"""Every published number is the one that the paper prints, in the same place of the same table."""

import csv
import itertools
import os
import re
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
MOLECULES = ("bbbp", "tox21", "toxcast", "sider", "clintox", "muv", "hiv", "bace")
NODE_LEVEL = {
    "none": "", "infomax": "im", "edge_prediction": "ep", "attribute_masking": "am", "context_prediction": "cp",
}  # fmt: skip
ON_THE_PAGE = {"HIV dataset": "hiv", "FreeSolv": "freesolv", "Lipophilicity": "lipo"}


# --- the paper's text ------------------------------------------------------------------------------------------------
# Its tables are lines of cells between tabs. A task that spans several lines is printed in the middle one of them.


def read_paper(name: str) -> str:
    """A paper as text: from the directory ``MULTIGRAFT_PAPERS``, or ``papers`` beside the data."""
    named, data = os.environ.get("MULTIGRAFT_PAPERS"), os.environ.get("MULTIGRAFT_DATA")
    folder = Path(named) if named else Path(data).parent / "papers" if data else None
    if folder is None or not (folder / name).is_file():
        pytest.skip(f"needs the paper: set MULTIGRAFT_PAPERS to a directory with {name}")
    return (folder / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def text() -> str:
    return read_paper("same-iclr2021-submission.txt")


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


# --- pre-training ----------------------------------------------------------------------------------------------------


def test_table_1_of_the_pretraining_paper_has_a_number_for_every_strategy_and_data_set():
    ours = paper_of("pretraining-table1").numbers
    strategies = {frozenset(filter(None, pair)) for pair in itertools.product(("", "ml"), ("", "am", "cp", "ep", "im"))}
    places = itertools.product(strategies, MOLECULES)
    assert ours.keys() == {
        ("pretraining-table1", trained, frozenset({"ml"}), "gin", dataset) for trained, dataset in places
    }
    assert all(one.metric == "roc_auc" and 50 < one.value < 90 and one.std for one in ours.values())


def test_the_pretraining_papers_averages_are_those_that_it_prints():
    """Its text: 67.0 without pre-training, 74.2 with context prediction and supervision (the mean of eight sets)."""

    def average(*trained: str) -> float:
        found = [published("pretraining-table1", trained, "ml", "gin", dataset) for dataset in MOLECULES]
        return round(sum(one.value for one in found if one is not None) / len(found), 1)

    assert average() == 67.0
    assert average("ml", "cp") == 74.2


def test_table_1_of_the_pretraining_paper_is_the_one_beside_the_data(real_data):
    path = real_data.parent / "reference" / "pretraining_table1_published.csv"
    if not path.is_file():
        pytest.skip("needs reference/pretraining_table1_published.csv beside the data")
    with path.open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 80
    for line in lines:
        level = "ml" if line["graph_level"] == "supervised" else ""
        trained = filter(None, (NODE_LEVEL[line["node_level"]], level))
        found = published("pretraining-table1", trained, "ml", "gin", line["dataset"].lower())
        assert found is not None
        assert (found.metric, found.value, found.std) == (line["metric"], float(line["value"]), float(line["std"]))


def test_every_number_of_the_page_is_on_the_page():
    page = read_paper("pretraining-gnns-leaderboard-page.txt")
    shape = re.compile(
        r"^(Drug Discovery|Molecular Property Prediction|Atomistic Description)"
        r"(.+?)(ROC-AUC|AUC|RMSE|MAE)([\d.]+)(\w+)$"
    )
    printed = {}
    for match in filter(None, map(shape.match, page.splitlines())):
        task, dataset, metric, value, model = match.groups()
        name = ON_THE_PAGE.get(dataset, dataset.lower())
        number = round(float(value) * 100, 1) if metric == "AUC" else float(value)
        key = "page-" + task.lower().replace(" ", "-"), model, name
        printed[key] = ("roc_auc" if "AUC" in metric else metric.lower(), number)
    ours = paper_of("page-drug-discovery").numbers.values()
    assert len(printed) == 30
    assert {(one.table, one.model, one.dataset): (one.metric, one.value) for one in ours} == printed


def test_the_page_repeats_the_best_row_of_the_papers_table():
    for (table, trained, *_), one in paper_of("page-drug-discovery").numbers.items():
        if one.metric == "roc_auc":
            first = published("pretraining-table1", trained, "ml", "gin", one.dataset)
            assert first is not None
            assert (first.value, trained) == (one.value, {"cp", "ml"}), table


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
