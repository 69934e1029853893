"""The page that says how results are added says what is true."""

from multigraft.leaderboard.adding import EXAMPLE, FIELDS, submit_view
from multigraft.leaderboard.entries import FURTHER, NEEDED
from multigraft.leaderboard.submissions import read_submission
from tests.helpers.cli import ROOT


def test_the_example_can_be_submitted_as_it_is(tmp_path):
    (tmp_path / "example.csv").write_text(EXAMPLE)
    found, notes = read_submission(tmp_path / "example.csv")
    assert notes == []
    assert [(one.task, round(one.value, 6), one.trained) for one in found] == [
        ("gc", 61.2, "gc,nc"),
        ("lp", 74.1, "gc,nc"),
    ]


def test_every_field_is_told():
    assert sorted(name for name, needed, _ in FIELDS if needed) == sorted(NEEDED)
    assert sorted(name for name, needed, _ in FIELDS if not needed) == sorted(FURTHER)
    assert submit_view()["fields"] == FIELDS


def test_the_docs_tell_every_field():
    page = (ROOT / "docs" / "leaderboard.md").read_text()
    assert all(f"`{name}`" in page for name, _, _ in FIELDS)
