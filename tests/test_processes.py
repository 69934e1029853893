import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from multigraft.processes import Here, Outcome, Pool, default_processes, keep_freed_memory, own_cores


def work(job):
    """What the workers are given: write a file, fail, or end the process."""
    kind, path = job
    if kind == "fail":
        raise ValueError(f"no {path}")
    if kind == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "cores":
        Path(path).write_text(str(own_cores()))
        return
    if kind == "sleep":
        Path(path).write_text(str(os.getpid()))
        time.sleep(600)
    Path(path).write_text("done")


def all_outcomes(pool, count):
    found: list[Outcome] = []
    while len(found) < count:
        found += pool.outcomes(1.0)
    return found


def test_jobs_are_done_and_workers_are_free_again(tmp_path):
    jobs = [("write", str(tmp_path / name)) for name in "abc"]
    with Pool(work, 1) as pool:
        for job in jobs:
            assert pool.idle
            pool.give(job)
            assert not pool.idle
            assert pool.busy == [job]
            assert all_outcomes(pool, 1) == [Outcome(job, None)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]


def test_a_failing_job_says_why_and_the_next_one_is_done(tmp_path):
    with Pool(work, 1) as pool:
        pool.give(("fail", "luck"))
        assert all_outcomes(pool, 1) == [Outcome(("fail", "luck"), "ValueError: no luck")]
        pool.give(("write", str(tmp_path / "after")))
        all_outcomes(pool, 1)
    assert (tmp_path / "after").read_text() == "done"


@pytest.mark.parametrize(("cores", "processes", "share"), [(6, 1, 6), (6, 2, 3), (5, 2, 2), (1, 2, 1)])
def test_workers_share_the_cores(tmp_path, monkeypatch, cores, processes, share):
    monkeypatch.setattr("multigraft.processes.usable_cores", lambda: cores)
    files = [tmp_path / str(place) for place in range(processes)]
    with Pool(work, processes) as pool:
        for file in files:
            pool.give(("cores", str(file)))
        all_outcomes(pool, processes)
    assert [int(file.read_text()) for file in files] == [share] * processes
    assert own_cores() == cores  # whoever starts them keeps all


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_worker_that_is_killed_is_replaced(tmp_path):
    with Pool(work, 1) as pool:
        pool.give(("die", ""))
        (outcome,) = all_outcomes(pool, 1)
        assert "ended with code -9" in outcome.error
        pool.give(("write", str(tmp_path / "after")))
        assert all_outcomes(pool, 1)[0].error is None


def test_nothing_ends_within_no_time(tmp_path):
    with Pool(work, 1) as pool:
        pool.give(("sleep", str(tmp_path / "pid")))
        assert list(pool.outcomes(0.01)) == []


def started(path):
    """The number of the process that sleeps, once it does."""
    for _ in range(600):
        if path.is_file() and path.read_text():
            return int(path.read_text())
        time.sleep(0.1)
    raise AssertionError("the worker never began")


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.is_file() or stat.read_text().split(")")[1].split()[0] != "Z"


def ended(pid):
    for _ in range(300):
        if not alive(pid):
            return True
        time.sleep(0.1)
    return False


def test_leaving_the_block_ends_what_is_running(tmp_path):
    with Pool(work, 1) as pool:
        pool.give(("sleep", str(tmp_path / "pid")))
        pid = started(tmp_path / "pid")
    assert ended(pid)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_workers_do_not_outlive_a_parent_that_is_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(
        "from tests.test_processes import work\n"
        "from multigraft.processes import Pool\n"
        "if __name__ == '__main__':\n"
        "    with Pool(work, 1) as pool:\n"
        f"        pool.give(('sleep', {str(tmp_path / 'pid')!r}))\n"
        "        list(pool.outcomes(600))\n"
    )
    root = Path(__file__).parents[1]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), *sys.path])}
    parent = subprocess.Popen([sys.executable, script], env=environment)
    pid = started(tmp_path / "pid")
    parent.kill()
    parent.wait()
    assert ended(pid)


# --- without processes -----------------------------------------------------------------------------------------------


def test_here_a_job_is_done_when_its_outcome_is_asked_for(tmp_path):
    job = ("write", str(tmp_path / "a"))
    with Here(work) as pool:
        assert pool.idle
        assert list(pool.outcomes(0.0)) == []
        pool.give(job)
        assert (pool.idle, pool.busy) == (False, [job])
        assert not (tmp_path / "a").exists()
        assert list(pool.outcomes(0.0)) == [Outcome(job, None)]
        assert (pool.idle, pool.busy) == (True, [])
    assert (tmp_path / "a").read_text() == "done"


def test_here_a_failing_job_says_why():
    with Here(work) as pool:
        pool.give(("fail", "luck"))
        assert list(pool.outcomes(0.0)) == [Outcome(("fail", "luck"), "ValueError: no luck")]


def test_here_an_interruption_is_the_callers():
    def interrupted(job):
        raise KeyboardInterrupt

    pool = Here(interrupted)
    pool.give(1)
    with pytest.raises(KeyboardInterrupt), pool:
        list(pool.outcomes(0.0))
    assert pool.idle


def test_a_process_a_core_but_one_for_a_gpu(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2, 3}, raising=False)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert default_processes() == 3
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert default_processes() == 1


FAULTS = """
import resource, sys
import torch
from multigraft.processes import keep_freed_memory

if sys.argv[1] == "keeping":
    keep_freed_memory()
held = [torch.ones(1_000_000) for _ in range(40)]
held.clear()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    held = [torch.ones(1_000_000) for _ in range(40)]
    held.clear()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="the C library is not glibc")
def test_kept_memory_is_not_asked_for_again():
    faults = {
        how: int(subprocess.run([sys.executable, "-c", FAULTS, how], capture_output=True, text=True, check=True).stdout)
        for how in ("keeping", "giving")
    }
    assert faults["keeping"] < faults["giving"] / 3  # how large pages are, the system decides from moment to moment


@pytest.mark.parametrize(
    ("variables", "most", "asked"),
    [
        ({}, 2**30, [(-3, 2**26), (-1, 2**28)]),
        ({}, 2**25, [(-3, 2**26), (-3, 2**25), (-1, 2**28)]),  # as glibc before 2.35 limits it
        ({}, 0, [(-3, 2**26), (-3, 2**25)]),
        ({"MALLOC_TRIM_THRESHOLD_": "1"}, 2**30, []),
    ],
)
def test_what_is_asked_of_glibc(monkeypatch, variables, most, asked):
    done = []

    class Library:
        def mallopt(self, what, value):
            done.append((what, value))
            return int(value <= most or what == -1)

    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: Library())
    keep_freed_memory()
    assert done == asked


def test_without_glibc_nothing_is_set(monkeypatch):
    asked = []

    class Library:
        def __getattr__(self, name):
            asked.append(name)
            raise AttributeError(name)

    monkeypatch.setattr(ctypes, "CDLL", lambda _: Library())
    keep_freed_memory()
    assert asked == ["mallopt"]
