"""The same numbers in Markdown, CSV and LaTeX."""

import csv
import io
import math
import re

import pytest

from multigraft.errors import InputError
from multigraft.reports.study_formats import (
    FORMATS,
    differences_csv,
    files_of,
    formatted,
    to_csv,
    to_latex,
    to_markdown,
)
from multigraft.reports.study_grids import difference_grids, score_grids
from multigraft.reports.study_table import study_table
from multigraft.studies.ledger import Ledger
from multigraft.studies.reading import read_study
from tests.helpers.study_tables import shipped_table


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    def kept(run):
        return run.seed == 0 or run.training is None or run.training.strategy != "isame"

    return shipped_table(tmp_path_factory.mktemp("table"), "same-table1", ("ENZYMES", "DHFR"), 3, kept=kept)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    return shipped_table(tmp_path_factory.mktemp("both"), "same-table2", protocols=("paper", "strict"))


def read_csv(text):
    return list(csv.DictReader(io.StringIO(text)))


def markdown_tables(text):
    """Lists of rows of cells, without the lines of dashes."""
    blocks = re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE)
    return [
        [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines() if "---" not in line]
        for block in blocks
    ]


def test_markdown_has_every_grid_with_tasks_named_once(table):
    scores, paired = markdown_tables(to_markdown(table))
    (grid,) = score_grids(table)
    assert scores[0] == list(grid.columns)
    assert [row[1:] for row in scores[1:]] == [list(row[1:]) for group in grid.groups for row in group]
    assert [row[0] for row in scores[1:7]] == ["nc (accuracy)", "", "", "", "", ""]
    assert len(paired) == 1 + sum(len(group) for group in difference_grids(table)[0].groups)


def test_markdown_has_title_source_and_notes(table):
    text = to_markdown(table)
    assert text.startswith("# One task: an end-to-end model")
    assert "SAME (ICLR 2021 submission), table 1" in text
    for note in table.notes:
        assert f"- {note}\n" in text
    assert "[1/3]" in text


def test_markdown_rows_have_as_many_cells_as_columns(both):
    for rows in markdown_tables(to_markdown(both)):
        assert len({len(row) for row in rows}) == 1


def test_csv_has_a_line_a_cell_with_everything(both):
    rows = read_csv(to_csv(both))
    assert len(rows) == len(both.cells)
    for row, cell in zip(rows, both.cells, strict=True):
        assert (row["protocol"], row["trained"], row["task"], row["model"]) == (
            cell.protocol, cell.trained, cell.task, cell.model,
        )  # fmt: skip
        assert float(row["mean"]) == pytest.approx(cell.mean, rel=1e-5)
        assert (int(row["n"]), int(row["expected"])) == (2, 2)
        assert (row["published"] != "") == (cell.published is not None)
        values = {int(split): float(value) for split, value in (one.split(":") for one in row["values"].split())}
        assert values == pytest.approx(cell.values, rel=1e-5)


def test_the_second_csv_has_a_line_a_difference(table):
    rows = read_csv(differences_csv(table))
    assert len(rows) == len(table.differences)
    for row, one in zip(rows, table.differences, strict=True):
        assert (row["model"], row["against"], row["dataset"]) == (one.cell.model, one.against.model, one.cell.dataset)
        assert float(row["difference"]) == pytest.approx(one.found.value, rel=1e-4)
        assert (row["p"] == "") == math.isnan(one.found.p)


def test_latex_has_balanced_environments_and_as_many_cells_as_columns(table, both):
    for one in (table, both):
        text = to_latex(one)
        for environment in ("table", "tabular"):
            assert text.count(f"\\begin{{{environment}}}") == text.count(f"\\end{{{environment}}}") > 0
        assert text.count("{") == text.count("}")
        for body in re.findall(r"\\begin\{tabular\}\{([lr]+)\}(.*?)\\end\{tabular\}", text, flags=re.DOTALL):
            rows = [line for line in body[1].splitlines() if line.endswith(r"\\")]
            assert {row.count("&") + 1 for row in rows} == {len(body[0])}
            assert body[1].count(r"\toprule") == body[1].count(r"\bottomrule") == 1


def test_latex_writes_signs_as_mathematics_and_escapes_its_own_characters(table):
    text = to_latex(table)
    body = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    assert re.search(r"\d+\.\d \$\\pm\$ \d", body)
    assert "±" not in body
    assert re.search(r"\$[+-]\$\d", body)
    assert not re.search(r"(?<!\\)%", body)
    assert len(set(re.findall(r"\\label\{(.*?)\}", body))) == 2


def test_notes_in_latex_are_comments(table):
    for note in table.notes:
        assert f"% {note}\n" in to_latex(table)


def test_files_are_called_by_study_and_protocol(table, both):
    assert set(files_of(table)) == {
        "same-table1-strict.md", "same-table1-strict.csv", "same-table1-strict.tex",
        "same-table1-strict-differences.csv",
    }  # fmt: skip
    assert "same-table2-both.md" in files_of(both)
    assert files_of(table) == files_of(table)


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_ledger_is_shown_as_well(tmp_path, name):
    empty = study_table(read_study("same-table4").planned(["ENZYMES"], 2), Ledger(tmp_path), ["strict"])
    assert "56.9" in formatted(empty, name)
    assert "nan" not in formatted(empty, name).lower()
    assert differences_csv(empty).strip() == ""


def test_an_unknown_format_is_named_with_the_known_ones(table):
    with pytest.raises(InputError, match="unknown format 'pdf': choose from markdown, csv, latex"):
        formatted(table, "pdf")
