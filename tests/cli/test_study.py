"""The verbs of ``multigraft study`` from file to table."""

import json

import pytest

from multigraft.cli.study_options import parse_duration
from multigraft.errors import InputError
from multigraft.studies import runner
from multigraft.studies.ledger import Ledger
from multigraft.studies.names import STUDY_NAMES
from tests.helpers.cli import answer, complaint, multigraft
from tests.helpers.studies import tiny_study


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A study file, the ledger it was run to by the command line, and what that said."""
    folder = tmp_path_factory.mktemp("study")
    file = tiny_study(folder)
    said = answer("study", "run", file, "--ledger", folder / "ledger", "--processes", 1, "--device", "cpu")
    return file, folder / "ledger", said


def test_list_names_the_shipped_studies():
    found = answer("study", "list")
    assert [row["study"] for row in found["studies"]] == list(STUDY_NAMES)
    assert "same-table1" in multigraft("study", "list").stdout


def test_run_says_what_it_did(ran):
    _, ledger, said = ran
    assert said["verb"] == "study run"
    assert said["studies"] == ["small"]
    assert (said["left"], said["failed"]) == (0, {})
    assert said["done"] == len(list(Ledger(ledger).records())) == 10


@pytest.mark.parametrize(
    ("words", "processes", "lockstep", "says"),
    [
        (("--processes", "2"), 2, False, "2 processes, an encoder at a time in each"),
        (("--processes", "1", "--lockstep"), 1, True, "1 process; encoders that differ in their split alone are"),
        (("--processes", "1", "--no-lockstep"), 1, False, "1 process, an encoder at a time in each"),
    ],
    ids=["usual", "lockstep", "no lockstep"],
)
def test_run_says_how(tmp_path, monkeypatch, words, processes, lockstep, says):
    asked = []

    def run_units(left, book, processes, budget, device, progress, lockstep):
        asked.append((processes, device, lockstep))
        return runner.Done(alone={"tiny am, split 0 and 1 more": "InputError: no luck"} if lockstep else {})

    monkeypatch.setattr(runner, "run_units", run_units)
    command = ("study", "run", tiny_study(tmp_path), "--ledger", tmp_path / "ledger", "--device", "cpu", *words)
    said = answer(*command)
    assert (said["processes"], said["lockstep"]) == (processes, lockstep)
    assert len(said["alone"]) == lockstep
    assert asked == [(processes, "cpu", lockstep)]
    written = multigraft(*command).stderr
    assert says in written
    assert ("not in lockstep, but one after the other: tiny am, split 0 and 1 more: InputError" in written) == lockstep


def test_run_again_has_nothing_to_do(ran):
    file, ledger, _ = ran
    assert answer("study", "run", file, "--ledger", ledger)["done"] == 0


def test_status_counts(ran):
    file, ledger, _ = ran
    found = answer("study", "status", file, "--ledger", ledger)
    (part,) = found["parts"]
    assert (part["dataset"], part["protocol"], part["done"], part["wanted"]) == ("tiny", "strict", 10, 10)
    more = answer("study", "status", file, "--ledger", ledger, "--splits", 3)["parts"][0]
    assert (more["done"], more["wanted"]) == (10, 15)


def test_table_fills_every_cell(ran):
    file, ledger, _ = ran
    found = answer("study", "table", file, "--ledger", ledger, "--protocol", "strict")
    assert (found["verb"], found["study"], found["protocol"]) == ("study table", "small", "strict")
    wanted = {"trained", "task", "model", "dataset", "metric", "mean", "std", "n", "published", "published_std"}
    for cell in found["cells"]:
        assert wanted <= cell.keys()
        assert cell["n"] == 2
        assert 0 <= cell["mean"] <= 100
    seen = {(cell["model"], cell["trained"], cell["task"]) for cell in found["cells"]}
    assert {("esame", "gc,lp", "gc"), ("esame", "gc,lp", "lp"), ("classical", "gc", "gc")} <= seen
    assert {"untrained", "attributes", "majority"} <= {model for model, _, _ in seen}


def test_table_and_figure_are_files_too(ran, tmp_path):
    file, ledger, _ = ran
    answer("study", "table", file, "--ledger", ledger, "--out", tmp_path / "tables")
    answer("study", "figure", file, "--ledger", ledger, "--out", tmp_path / "figures")
    assert {path.suffix for path in (tmp_path / "tables").iterdir()} == {".md", ".csv", ".tex"}
    assert {path.suffix for path in (tmp_path / "figures").iterdir()} == {".svg", ".png"}


def test_check_finds_nothing_wrong_and_then_something(ran, tmp_path):
    file, ledger, _ = ran
    assert answer("study", "check", file, "--ledger", ledger)["findings"] == []
    wrong = tiny_study(tmp_path, file.read_text().replace('"esame"', '"esam"'))
    result = multigraft("study", "check", wrong, "--ledger", ledger, "--json")
    assert result.exit_code == 1
    assert any("unknown strategy 'esam'" in one for one in json.loads(result.stdout)["findings"])


def test_the_environment_names_the_ledger(ran, monkeypatch):
    file, ledger, _ = ran
    monkeypatch.setenv("MULTIGRAFT_LEDGER", str(ledger))
    assert answer("study", "status", file)["parts"][0]["done"] == 10


def test_epochs_that_were_not_run_are_not_there(ran):
    file, ledger, _ = ran
    part = answer("study", "status", file, "--ledger", ledger, "--epochs", 7)["parts"][0]
    assert part["done"] == 4  # untrained encoders and what sees no graph have no epochs


def test_settings_apply_to_their_strategy(ran, tmp_path):
    file, ledger, _ = ran
    best = tmp_path / "best.toml"
    best.write_text('strategy = "single"\nlearning_rate = 0.01\n')
    part = answer("study", "status", file, "--ledger", ledger, "--settings", best)["parts"][0]
    assert part["done"] == 8


@pytest.mark.slow
def test_failures_end_with_exit_code_1_and_their_reasons(tmp_path):
    file = tiny_study(tmp_path)
    file.write_text(file.read_text().replace('probe = "own"', 'probe = "own"\nlearning_rate = 1e30'))
    words = ("study", "run", file, "--ledger", tmp_path / "ledger", "--splits", 1, "--device", "cpu", "--processes", 1)
    result = multigraft(*words)
    assert result.exit_code == 1
    assert "failed: tiny single gc, split 0" in result.stdout
    assert "no longer a number" in result.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "same-tabel1"), "no study 'same-tabel1': did you mean 'same-table1'"),
        (("run", "same-table1", "--datasets", "CORA"), "study 'same-table1' has no data set 'CORA'"),
        (("run", "same-table1", "--splits", "0"), "'--splits'"),
        (("run", "same-table1", "--budget", "soon"), "budget must be a time like 90s, 30m or 2h, got 'soon'"),
        (("run", "same-table1", "--protocol", "lax"), "names no protocol 'lax', but strict, paper"),
        (("run", "same-table1", "--settings", "none.toml"), "cannot read the settings none.toml"),
        (("table", "nothing.toml"), "there is no study file nothing.toml"),
        (("run", "same-table1", "--device", "abacus"), "no device 'abacus' here"),
    ],
    ids=["name", "data", "splits", "budget", "protocol", "settings", "file", "device"],
)
def test_mistakes_are_one_line_and_write_nothing(words, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MULTIGRAFT_LEDGER", raising=False)
    assert message in complaint("study", *words)
    assert list(tmp_path.iterdir()) == []


def test_a_study_that_must_fail_is_not_begun(tmp_path):
    file = tiny_study(tmp_path)
    file.write_text(file.read_text() + "inner_lr = 0.0\n")
    said = complaint("study", "run", file, "--ledger", tmp_path / "ledger", "--device", "cpu")
    assert "esame on gc: the inner step size must be positive" in said
    assert "nothing was run" in said
    assert not (tmp_path / "ledger").exists()


def test_a_study_that_was_not_run_here_is_read_from_the_packages_ledger(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MULTIGRAFT_LEDGER", raising=False)
    found = answer("study", "status", "same-table1")
    assert found["ledger"].endswith("evidence")
    assert "these are the results that come with multigraft" in multigraft("study", "table", "same-table1").stderr
    assert sum(part["done"] for part in found["parts"]) > 0


def test_the_page_of_evidence_is_shown_or_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("multigraft.studies.names.STUDY_NAMES", ("same-table1",))
    found = answer("study", "evidence", "--ledger", tmp_path / "nothing", "--out", tmp_path / "evidence.md")
    assert found["verb"] == "study evidence"
    assert {claim["verdict"] for claim in found["claims"]} == {"not run"}
    assert found["published"]["same-table1"]["published"] == 36
    page = (tmp_path / "evidence.md").read_text()
    assert "## Not run yet" in page
    assert multigraft("study", "evidence", "--ledger", tmp_path / "nothing").stdout == page


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("1.5h", 5400), ("2", 120)])
def test_durations(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "m", "-1h", "0", "1d", "nanh", "infs"])
def test_durations_that_are_none(text):
    with pytest.raises(InputError, match="budget must be a time"):
        parse_duration(text)
