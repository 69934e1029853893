"""What is written of curves: the table, the page with its picture, and JSON without what JSON does not have."""

import json
import math

import pytest

from multigraft.bench.growth import Grown
from multigraft.bench.growth_page import columns, write
from multigraft.errors import InputError


def grown(name="embed-graphs", points=((64, 10.0), (128, 21.0)), **changes):
    found = {"spread": 0.125, "exponent": 1.0704, "error": math.nan, "last": 1.0704, "rounds": 7}
    return Grown(name, "embedding made graphs", "graphs", "ms", points, **{**found, **changes})


def test_the_table_by_hand():
    three = grown("step", ((1, 2.0), (2, 4.0), (4, 1234.4)), exponent=0.987, error=0.0123, last=1.5)
    one = grown("one", ((4, 0.00512),), exponent=math.nan, last=math.nan)
    assert columns([three, grown(), one]) == {
        "curve": ["step", "embed-graphs", "one"],
        "against": ["graphs"] * 3,
        "from": ["1: 2 ms", "64: 10 ms", "4: 0.00512 ms"],
        "to": ["4: 1234 ms", "128: 21 ms", "4: 0.00512 ms"],
        "exponent": ["0.99 ± 0.01", "1.07", "-"],
        "at the end": ["1.50", "1.07", "-"],
        "spread": ["12%", "12%", "12%"],
    }


def test_three_files(tmp_path):
    out = tmp_path / "speed" / "growth.json"
    written = write(out, [grown(), grown("other", rounds=5)], "a machine, 2 cores", 123.4, "<svg/>")
    assert written == [out, out.with_suffix(".md"), out.with_suffix(".svg")]
    stored = json.loads(out.read_text())
    assert (stored["machine"], stored["seconds"]) == ("a machine, 2 cores", 123.4)
    assert stored["curves"][0]["points"] == [[64, 10.0], [128, 21.0]]
    assert stored["curves"][0]["error"] is None
    page = out.with_suffix(".md").read_text()
    assert "](growth.svg)" in page
    assert "| embed-graphs | graphs | 64: 10 ms | 128: 21 ms | 1.07 | 1.07 | 12% |" in page
    assert "in 123 s, on a machine, 2 cores" in page
    assert "median of 5 to 7 rounds" in page
    assert "- `other`: embedding made graphs" in page
    assert out.with_suffix(".svg").read_text() == "<svg/>"


def test_a_single_number_of_rounds(tmp_path):
    write(tmp_path / "g.json", [grown()], "m", 1.0, "")
    assert "median of 7 rounds" in (tmp_path / "g.md").read_text()


def test_another_ending_is_refused_and_nothing_written(tmp_path):
    with pytest.raises(InputError, match=r"ends in \.json"):
        write(tmp_path / "growth.md", [grown()], "m", 1.0, "")
    assert list(tmp_path.iterdir()) == []
