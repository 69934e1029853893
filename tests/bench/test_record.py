"""What a run found, for people and for the repository."""

import json

import pytest

from multigraft.bench.record import HEADINGS, NARROW, check_place, columns, judged, markdown, number, write
from multigraft.errors import InputError


def row(name="episode", **changes):
    """A row as a race has it."""
    numbers = {
        "plain": 70.0, "fast": 3.5, "ratio": 20.0, "ratio_low": 18.24, "ratio_high": 21.0, "floor_share": 0.126,
        "rounds": 15, "plain_threads": 2, "fast_threads": 1, "start_mib": 300.0, "plain_mib": 410.4,
        "fast_mib": 390.6, "growth_mib": -0.25, "gflop": 0.1,
    }  # fmt: skip
    return judged({"name": name, "unit": "ms", "what": "an episode", **numbers, **changes})


@pytest.fixture
def record():
    machine = {
        "processor": "Abacus 3000", "cores": 2, "memory_gib": 23.5, "gpu": None, "system": "Linux x86_64",
        "python": "3.11.7", "multigraft": "0.1.0", "torch": "2.6.0", "torch_geometric": "2.6.1", "numpy": "2.0.1",
        "scikit-learn": "1.6.1", "gflops": {"float32": {"1": 80.1, "2": 165.0}}, "gb_per_second": {"1": 11.0},
    }  # fmt: skip
    return {"machine": machine, "rows": [row(), row("yours:race", what="yours")], "failed": {}, "seconds": 312.4}


@pytest.mark.parametrize(("ratio", "met"), [(15.0, True), (14.99, False)])
def test_ratios_are_held_against_their_targets(ratio, met):
    found = row(ratio=ratio)
    assert (found["target"], found["met"]) == (15, met)


def test_a_race_of_ones_own_has_no_target():
    found = row("yours:race")
    assert (found["target"], found["met"]) == (None, None)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (0.0, "0"), (0.012345, "0.0123"), (1.0, "1"), (9.999, "10"), (99.96, "100"), (612.5, "612"),
     (123456.0, "123456"), (0.00001234, "0.0000123"), (-2.345, "-2.35")],
)  # fmt: skip
def test_three_digits_and_no_exponent(value, shown):
    assert number(value) == shown


def test_a_table_for_people():
    table = columns([row(), row("masking", ratio=2.0, floor_share=None, plain_mib=None, growth_mib=None)])
    assert tuple(table) == HEADINGS
    assert [table[heading][0].strip() for heading in HEADINGS] == [
        "episode", "70", "3.5", "20", "18.2 to 21", "15 met", "13%", "391", "410", "+0", "2, 1", "15",
    ]  # fmt: skip
    assert [table[heading][1].strip() for heading in HEADINGS] == [
        "masking", "70", "3.5", "2", "18.2 to 21", "500 short", "", "391", "", "", "2, 1", "15",
    ]  # fmt: skip
    assert len({len(cell) for cell in table["target"]}) == 1


def test_a_table_without_rows():
    assert columns([], NARROW) == {heading: [] for heading in NARROW}


def test_markdown():
    assert markdown({"a": ["x", "y"], "b": ["1", "2"]}) == "| a | b |\n| --- | ---: |\n| x | 1 |\n| y | 2 |"


def test_the_record_is_json_and_a_page_beside_it(record, tmp_path):
    data, page = (tmp_path / "new" / name for name in ("bench.json", "bench.md"))
    write(data, record)
    assert json.loads(data.read_text()) == record
    text = page.read_text()
    assert page == tmp_path / "new" / "bench.md"
    assert "- Abacus 3000, 2 cores, 23.5 GiB; no GPU; Linux x86_64\n" in text
    assert "python 3.11.7, multigraft 0.1.0, torch 2.6.0" in text
    assert "80.1 (1 thread), 165 (2 threads) GFLOP/s in float32; memory: 11 (1 thread) GB/s" in text
    assert "`bench.json` beside it, 312 s of races" in text
    assert "\n| episode | 70 |" in text
    assert "\n- `yours:race`: yours\n" in text
    assert max(map(len, text.splitlines())) <= 130


def test_races_that_failed_are_named_on_the_page(record, tmp_path):
    write(tmp_path / "bench.json", record | {"failed": {"masking": "ValueError: no luck"}})
    page = tmp_path / "bench.md"
    assert "- `masking` failed: ValueError: no luck\n" in page.read_text()


@pytest.mark.parametrize("name", ["bench.md", "bench", "folder.json"])
def test_records_go_to_json_files(tmp_path, name):
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(InputError, match=r"name a file that ends in \.json"):
        check_place(tmp_path / name)
    assert check_place(tmp_path / "bench.json") == tmp_path / "bench.json"
