"""bench: which races are run, what is printed, and what happens when one fails."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import nullcontext

import pytest

from multigraft.bench import commits, processes, registry
from multigraft.bench.processes import RaceFailed
from multigraft.bench.registry import RACES
from multigraft.cli.bench import complete_races
from tests.bench.test_record import row
from tests.helpers.cli import ROOT, answer, complaint, environment, multigraft, python

MACHINE = {
    "processor": "Abacus 3000", "cores": 2, "memory_gib": None, "gpu": "none", "system": "Linux x86_64",
    "python": "3", "multigraft": "0", "torch": "2", "torch_geometric": "2", "numpy": "2", "scikit-learn": "1",
    "gflops": {"float32": {"1": 80.0, "2": 160.0}}, "gb_per_second": {"1": 11.0},
}  # fmt: skip
LINE = {"name": "aten::mm", "share": 0.75, "ms": 1.5, "calls": 12.0}
PROFILE = {"name": "masking", "what": "a batch", "fast": 2.5, "operators": [LINE], "functions": [LINE | {"name": "f"}]}
RAW = ("name", "unit", "plain", "fast", "ratio", "ratio_low", "ratio_high", "floor_share")


class Canned:
    """Stands in for the process of a race: says at once what others take seconds for. The race context fails."""

    asked: list = []  # noqa: RUF012 - emptied for every test

    def __init__(self, name, source=None, debug=False):
        self.name = name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.asked.append((self.name, "end"))

    def ask(self, do, **details):
        self.asked.append((self.name, do, details))
        if self.name == "context" and do != "describe":
            raise RaceFailed("ValueError: no luck")
        raced = {key: value for key, value in row(self.name).items() if key not in ("target", "met")}
        return {"describe": MACHINE, "race": raced, "profile": PROFILE}[do]


@pytest.fixture
def asked(monkeypatch):
    """What the processes of the races were asked."""
    monkeypatch.setattr(processes, "RaceProcess", Canned)
    monkeypatch.setattr(Canned, "asked", [])
    return Canned.asked


def raced(asked):
    return [name for name, do, *_ in asked if do == "race"]


def test_every_race_is_run_in_order(asked, monkeypatch):
    without = [name for name in RACES if name != "context"]
    monkeypatch.setattr(registry, "RACES", {name: RACES[name] for name in without})
    found = answer("bench")
    assert found["verb"] == "bench"
    assert found["machine"] == MACHINE
    assert found["failed"] == {}
    assert [line["name"] for line in found["rows"]] == raced(asked) == without
    for line in found["rows"]:
        assert set(RAW) <= line.keys()
        assert line["target"] > 1


def test_named_races_are_run_each_in_its_own_process(asked):
    found = answer("bench", "masking", "episode", "--repeats", 3)
    assert [(line["name"], line["met"]) for line in found["rows"]] == [("masking", False), ("episode", True)]
    assert asked[2:] == [
        ("masking", "race", {"repeats": 3}), ("masking", "end"),
        ("episode", "race", {"repeats": 3}), ("episode", "end"),
    ]  # fmt: skip


def test_what_needs_a_gpu_is_listed_where_there_is_none(asked, monkeypatch, tmp_path):
    monkeypatch.setitem(MACHINE, "gpu", None)
    found = answer("bench", "lockstep", "episode", "--out", tmp_path / "bench.json")
    assert [line["name"] for line in found["rows"]] == raced(asked) == ["episode"]
    assert found["not_run"] == {"lockstep": "it needs a GPU that PyTorch can use"}
    assert "- `lockstep` was not run: it needs a GPU" in (tmp_path / "bench.md").read_text()
    alone = multigraft("bench", "lockstep")
    assert alone.exit_code == 0
    assert "not run: lockstep: it needs a GPU that PyTorch can use\n" in alone.stdout


def test_people_get_a_table(asked):
    shown = multigraft("bench", "episode")
    assert shown.exit_code == 0
    assert "Abacus 3000, 2 cores, up to 160.0 GFLOP/s" in shown.stdout
    [line] = [line for line in shown.stdout.splitlines() if line.startswith("episode ")]
    assert line.split() == ["episode", "70", "3.5", "20", "18.2", "to", "21", "15", "met", "13%", "391"]
    assert "episode: 20 times as fast (18.2 to 21)\n" in shown.stderr


def test_a_race_that_fails_is_named_and_the_others_go_on(asked):
    result = multigraft("bench", "context", "masking", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert found["failed"] == {"context": "ValueError: no luck"}
    assert [line["name"] for line in found["rows"]] == ["masking"]
    assert "context: failed: ValueError: no luck\n" in result.stderr
    shown = multigraft("bench", "context", "masking")
    assert shown.exit_code == 1
    assert "failed: context: ValueError: no luck\n" in shown.stdout
    assert "\nmasking " in shown.stdout


def test_the_record_is_written(asked, tmp_path):
    found = answer("bench", "episode", "--out", tmp_path / "bench.json")
    kept = json.loads((tmp_path / "bench.json").read_text())
    assert {"verb": "bench", **kept} == found
    assert "| episode | 70 |" in (tmp_path / "bench.md").read_text()


def test_what_was_raced_before_an_interrupt_is_kept(asked, tmp_path, monkeypatch):
    def interrupted(canned, do, **details):
        if canned.name == "negatives" and do == "race":
            raise KeyboardInterrupt
        return ask(canned, do, **details)

    ask = Canned.ask
    monkeypatch.setattr(Canned, "ask", interrupted)
    stopped = multigraft("bench", "episode", "negatives", "masking", "--out", tmp_path / "bench.json")
    assert stopped.exit_code == 130
    kept = json.loads((tmp_path / "bench.json").read_text())
    assert [line["name"] for line in kept["rows"]] == ["episode"]
    assert list(kept["not_run"]) == ["negatives", "masking"]
    assert "- `masking` was not run: the run ended before its turn\n" in (tmp_path / "bench.md").read_text()


def test_where_the_record_cannot_go_is_said_before_anything_is_raced(asked, tmp_path):
    assert "ends in .json" in complaint("bench", "episode", "--out", tmp_path / "bench.txt")
    assert asked == []


def test_a_profile(asked):
    found = answer("bench", "--profile", "masking")
    assert found == {"verb": "bench", "profile": PROFILE}
    shown = multigraft("bench", "--profile", "masking").stdout
    assert shown.startswith("masking, a batch: 2.500 ms a unit")
    assert [line.split() for line in shown.splitlines() if "%" in line] == [
        ["75.0%", "1.500", "12.000", "aten::mm"],
        ["75.0%", "1.500", "12.000", "f"],
    ]


def test_a_commit(asked, monkeypatch):
    full = "0123456789" * 4
    seen = []

    def duel(name, source, repeats, debug):
        seen.append((name, source, repeats, debug))
        return {"name": name, "unit": "ms", "before": 9.0, "now": 3.0, "ratio": 3.0, "ratio_low": 2.5,
                "ratio_high": 3.5, "rounds": 5}  # fmt: skip

    monkeypatch.setattr(commits, "resolve", lambda commit, root: {"main": full}[commit])
    monkeypatch.setattr(commits, "extracted", lambda commit, root: nullcontext(root))
    monkeypatch.setattr(commits, "duel", duel)
    found = answer("bench", "masking", "--against", "main", "--repeats", 5)
    assert (found["against"], found["rows"][0]["before"]) == (full, 9.0)
    [(name, _, repeats, debug)] = seen
    assert (name, repeats, debug) == ("masking", 5, False)
    shown = multigraft("bench", "masking", "--against", "main").stdout
    assert f"before: {full}" in shown
    assert "masking      9.000   3.000  3.000" in shown


def test_commits_that_cannot_be_raced(asked):
    assert "no commit 'nowhere-at-all'" in complaint("bench", "--against", "nowhere-at-all")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["epsiode"], "unknown race 'epsiode': choose from episode, esame-step"),
        (["--profile", "epsiode"], "unknown race 'epsiode'"),
        (["episode", "episode"], "race episode is named more than once"),
        (["masking", "--profile", "episode"], "--profile NAME goes without other names and options"),
        (["--against", "HEAD", "--out", "x.json"], "--out holds races against the plain versions"),
        (["--repeats", "0"], "repeats"),
    ],
    ids=["name", "profile", "twice", "profile and name", "commit and out", "repeats"],
)
def test_bad_usage(asked, words, said):
    assert said in complaint("bench", *words)
    assert asked == []


def test_names_are_completed():
    assert complete_races("embed-gin") == ["embed-gin", "embed-gin-bf16"]
    assert complete_races("") == list(RACES)


def test_nothing_heavy_loads_for_the_verb():
    heavy = ("torch", "numpy", "torch_geometric", "rdkit")
    code = f"import multigraft.cli.bench, sys; print([name for name in {heavy} if name in sys.modules])"
    assert python("-c", code).stdout == "[]\n"


@pytest.mark.slow
def test_a_race_of_ones_own_from_beginning_to_end():
    words = ("bench", "tests.helpers.races:product", "tests.helpers.races:broken", "--repeats", 2, "--json")
    result = python("-m", "multigraft", *words, PYTHONPATH=os.pathsep.join([str(ROOT / "src"), str(ROOT)]))
    found = json.loads(result.stdout)
    assert result.returncode == 1, result.stderr
    assert [line["name"] for line in found["rows"]] == ["product"]
    assert found["rows"][0]["ratio"] > 1
    assert found["rows"][0]["floor_share"] > 0
    assert found["failed"] == {"tests.helpers.races:broken": "ValueError: no luck"}
    assert "times as fast" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
def test_ctrl_c_ends_the_races_process_too(tmp_path):
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    command = [sys.executable, "-m", "multigraft", "bench", "--profile", "tests.helpers.races:endless"]
    variables = environment(PYTHONPATH=path, TOY_STARTED=str(tmp_path / "pid"))
    bench = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=variables)
    pid = int(started(tmp_path / "pid").split()[0])
    bench.send_signal(signal.SIGINT)
    _, said = bench.communicate(timeout=60)
    assert (bench.returncode, said) == (130, "interrupted\n")
    assert ended(pid)


def ended(pid):
    """Whether that process is gone, after a while."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def started(path):
    """What stands in a file, once it is there."""
    for _ in range(600):
        if path.is_file() and path.read_text():
            return path.read_text()
        time.sleep(0.1)
    raise AssertionError("the race was never built")
