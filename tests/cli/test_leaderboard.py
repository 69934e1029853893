"""``multigraft leaderboard``: what each verb answers, and what it says where something is wrong."""

import http.client
import json
import signal
import subprocess
import sys
import threading

import pytest

from multigraft.leaderboard.store import Store
from tests.helpers.cli import ROOT, answer, complaint, environment, multigraft

GOOD = {
    "model": "mine", "task": "gc", "dataset": "ENZYMES", "protocol": "strict", "metric": "accuracy", "value": 0.61,
    "split": "stratified", "seeds": [0, 1, 2], "std": 0.02,
}  # fmt: skip


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """An empty working directory, without settings of one's own."""
    monkeypatch.chdir(tmp_path)
    for name in ("MULTIGRAFT_LEDGER", "MULTIGRAFT_SUBMISSIONS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def here(bare):
    """The same with a ledger in which nothing was measured, so that nobody waits for the package's own."""
    (bare / "ledger").mkdir()
    return bare


def written(path, *entries):
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(list(entries)))
    return path


@pytest.mark.slow
def test_build_says_what_it_made(bare):
    found = answer("leaderboard", "build", "--out", "board")
    assert list(found) == ["verb", "out", "pages", "results", "published", "measured"]
    assert (found["verb"], found["out"], found["published"]) == ("leaderboard build", "board", 350)
    assert found["results"] == found["published"] + found["measured"]
    assert found["measured"] > 200
    assert found["pages"] == len(list((bare / "board").rglob("*.html")))


def test_a_ledger_here_is_shown_and_not_the_packages_own(here):
    assert answer("leaderboard", "check")["results"] == 350
    assert "note: measured results are those in ledger alone" in multigraft("leaderboard", "check").stderr
    assert "there is no ledger at nowhere" in complaint("leaderboard", "build", "--out", "b", "--ledger", "nowhere")


def test_what_is_submitted_is_shown(here):
    found = answer("leaderboard", "submit", written(here / "new.json", GOOD))
    (file,) = (here / "submissions").iterdir()
    assert found == {
        "verb": "leaderboard submit", "submissions": "submissions", "added": 1, "known": 0,
        "files": [str(file.relative_to(here))], "notes": [],
    }  # fmt: skip
    assert answer("leaderboard", "submit", here / "new.json")["known"] == 1
    answer("leaderboard", "build", "--out", "board")
    page = (here / "board" / "datasets" / "enzymes.html").read_text()
    assert "<bdi>mine</bdi>" in page
    assert "61.0 ± 2.0" in page


def test_a_dry_run_only_looks(here):
    good = written(here / "new.json", GOOD)
    found = answer("leaderboard", "submit", good, "--dry-run")
    assert (found["added"], len(found["files"])) == (0, 1)
    assert "can be added (nothing was)" in multigraft("leaderboard", "submit", good, "--dry-run").stdout
    assert not (here / "submissions").exists()
    answer("leaderboard", "submit", good)
    other = written(here / "other.json", {**GOOD, "value": 0.7})
    assert "has the value 61 % already" in complaint("leaderboard", "submit", other, "--dry-run")


def test_a_slip_in_a_name_is_noted_and_other_letters_are_known(here):
    file = written(here / "new.json", {**GOOD, "dataset": "ENZYMSE"})
    result = multigraft("leaderboard", "submit", file, "--json")
    assert json.loads(result.stdout)["notes"] == ["result 1: dataset 'ENZYMSE' is new here; did you mean 'ENZYMES'?"]
    assert "note: result 1: dataset 'ENZYMSE'" in result.stderr
    found = answer("leaderboard", "submit", written(here / "low.json", {**GOOD, "dataset": "enzymes"}))
    assert found["notes"] == ["result 1: dataset 'enzymes' is taken as 'ENZYMES', as it is called here"]
    assert answer("leaderboard", "submit", written(here / "high.json", GOOD))["known"] == 1


def test_each_verb_knows_the_files_of_the_other(here):
    answer("leaderboard", "export", "--out", here / "all.csv")
    assert "multigraft leaderboard import" in complaint("leaderboard", "submit", here / "all.csv")
    assert "multigraft leaderboard submit" in complaint("leaderboard", "import", written(here / "new.json", GOOD))


def test_a_bad_submission_is_refused_whole(here):
    file = written(here / "new.json", GOOD, {**GOOD, "model": "other", "value": 61})
    line = complaint("leaderboard", "submit", file)
    assert "result 2: value 61 looks like percent: write 0.61, or add unit percent" in line
    assert not (here / "submissions").exists()


def test_another_value_for_the_same_claim_is_refused(here):
    answer("leaderboard", "submit", written(here / "new.json", GOOD))
    line = complaint("leaderboard", "submit", written(here / "again.json", {**GOOD, "value": 0.7}))
    assert "has the value 61 % already, not 70 %" in line
    assert [one.value for one in Store(here / "submissions").results()] == [61.0]


@pytest.mark.slow
def test_check_finds_contradictions(here):
    assert answer("leaderboard", "check")["contradictions"] == []
    answer("leaderboard", "submit", written(here / "new.json", GOOD))
    (file,) = (here / "submissions").iterdir()
    stored = json.loads(file.read_text())
    file.write_text(json.dumps({**stored, "value": 161.0}))
    result = multigraft("leaderboard", "check")
    assert result.exit_code == 1
    assert "161 is out of range, 0 to 100" in result.stdout


@pytest.mark.slow
@pytest.mark.parametrize("form", ["archive", "csv"])
def test_what_is_exported_can_be_imported(bare, form):
    here = bare
    file = here / f"all.{'csv' if form == 'csv' else 'json'}"
    out = answer("leaderboard", "export", "--out", file)
    assert out["format"] == form
    found = answer("leaderboard", "import", file, "--submissions", here / "elsewhere")
    assert found["added"] == out["results"] > 550
    assert len(Store(here / "elsewhere").results()) == out["results"]
    assert answer("leaderboard", "import", file, "--submissions", here / "elsewhere")["known"] == out["results"]
    assert answer("leaderboard", "check", "--submissions", here / "elsewhere")["results"] == out["results"]


def test_bad_files_and_formats_are_named(here):
    assert "unknown format 'xml': choose from archive, csv" in complaint(
        "leaderboard", "export", "--out", "x", "--format", "xml"
    )
    assert "cannot read missing.json" in complaint("leaderboard", "import", "missing.json")
    (here / "empty.json").write_text("[]")
    assert "no results that can be taken" in complaint("leaderboard", "import", "empty.json")
    assert "is no leaderboard" in complaint("leaderboard", "build", "--out", written(here / "full" / "x.json").parent)
    assert "which is to be replaced: leave it first" in complaint("leaderboard", "build", "--out", here)


def test_studies_of_ones_own_come_along(here):
    assert "nowhere.toml" in complaint("leaderboard", "build", "--out", "b", "--study", "nowhere.toml")
    (here / "mine.toml").write_text('title = "t"\nextends = "same-table1"\n')
    said = multigraft("leaderboard", "check", "--study", "mine.toml")
    assert said.exit_code == 0
    assert "mine.toml: nothing of it is in ledger; `multigraft study run mine.toml` measures it" in said.stderr
    (here / "bad.toml").write_text('title = "t"\ndatasets = ["ENZYMES"]\nrows = 3\n')
    assert "rows are tables, [[rows]] each, got 3" in complaint("leaderboard", "check", "--study", "bad.toml")


@pytest.mark.parametrize("verb", [("build", "--out", "b"), ("check",), ("export", "--out", "x.json")])
def test_submissions_that_are_named_have_to_be_there(here, verb):
    said = complaint("leaderboard", *verb, "--submissions", "nowhere")
    assert "there is no directory of submissions at nowhere" in said


def test_serve_shows_the_pages_until_it_is_stopped(here):
    words = [sys.executable, "-m", "multigraft", "leaderboard", "serve", "--port", "0", "--json"]
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(), cwd=here
    )
    killer = threading.Timer(120, process.kill)
    killer.start()
    try:
        found = json.loads(process.stdout.readline())
        port = int(found["address"].rstrip("/").rpartition(":")[2])
        link = http.client.HTTPConnection("localhost", port, timeout=60)
        link.request("GET", "/index.html")
        assert b"multigraft leaderboard" in link.getresponse().read()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    finally:
        killer.cancel()
        process.kill()
        process.communicate()
    assert found["results"] == 350


def test_the_docs_name_every_verb():
    page = (ROOT / "docs" / "leaderboard.md").read_text()
    for verb in ("build", "serve", "submit", "check", "export", "import"):
        assert f"multigraft leaderboard {verb}" in page
