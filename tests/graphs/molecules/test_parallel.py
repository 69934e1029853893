"""Parsing in several processes: the same in the same order, and gone when it is over."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import MultigraftError
from multigraft.graphs.molecules.featurization import FEATURIZERS
from multigraft.graphs.molecules.parallel import MANY, Reading, in_order, parse
from tests.helpers.smiles import BROKEN, written

pytest.importorskip("rdkit")

ROOT = Path(__file__).parents[3]


# --- one chunk -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("featurization", FEATURIZERS)
@given(smiles=st.lists(written() | st.sampled_from(list(BROKEN)), max_size=8))
def test_what_parses_is_kept_in_its_place(featurization: str, smiles: list[str]):
    from rdkit import Chem

    found = parse(Reading(featurization), smiles)
    assert found.kept.tolist() == [place for place, one in enumerate(smiles) if one not in BROKEN]
    assert found.smiles == [one for one in smiles if one not in BROKEN]
    assert list(found.reasons) == [place for place, one in enumerate(smiles) if one in BROKEN]
    for place, reason in found.reasons.items():
        assert reason.startswith(BROKEN[smiles[place]])
    assert found.features.node_counts.tolist() == [Chem.MolFromSmiles(one).GetNumAtoms() for one in found.smiles]


def test_options_are_kept_to():
    from rdkit import Chem

    assert parse(Reading(strip_salts=True), ["OCC.Cl"]).smiles == ["CCO"]
    assert parse(Reading(), ["OCC.Cl"]).smiles == ["OCC.Cl"]
    block = Chem.MolToMolBlock(Chem.MolFromSmiles("OCC"))
    found = parse(Reading(mol_blocks=True), [block, "no block"])
    assert (found.smiles, found.reasons) == (["CCO"], {1: "no valid mol block"})


def test_parsing_is_quiet(capfd: pytest.CaptureFixture[str]):
    parse(Reading(), list(BROKEN))
    assert capfd.readouterr() == ("", "")


def _lengths_in_order(answers) -> None:
    answers.put(list(in_order(len, ["a", "bb", "ccc"], 3, processes=2, many=0)))


def test_a_process_that_may_have_no_children_works_itself():
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=_lengths_in_order, args=(answers,), daemon=True)
    process.start()
    assert answers.get(timeout=60) == [1, 2, 3]
    process.join()


# --- many chunks -----------------------------------------------------------------------------------------------------


def test_few_are_done_here():
    jobs = [["C"], ["CC", "C("], []]
    done = list(in_order(partial(_where, os.getpid()), jobs, MANY - 1, processes=8))
    assert done == [(True, job) for job in jobs]
    assert list(in_order(partial(_where, os.getpid()), jobs, MANY, processes=1)) == done


def test_many_are_done_elsewhere_and_come_in_order():
    jobs = [[str(number)] for number in range(20)]
    done = list(in_order(partial(_where, os.getpid()), jobs, MANY, processes=2))
    assert done == [(False, job) for job in jobs]


def test_processes_give_what_one_gives():
    jobs = [["CCO", "broken(", "C1CC1"], [], ["*"], ["Cl.CC"]] * 3
    work = partial(parse, Reading("ogb", strip_salts=True))
    for ours, theirs in zip(in_order(work, jobs, MANY, 2), map(work, jobs), strict=True):
        assert (ours.smiles, ours.reasons) == (theirs.smiles, theirs.reasons)
        for name, array in vars(theirs.features).items():
            np.testing.assert_array_equal(getattr(ours.features, name), array)


def test_few_results_are_held_at_a_time():
    asked = []

    def jobs():
        for number in range(50):
            asked.append(number)
            yield [str(number)]

    results = in_order(partial(_where, 0), jobs(), MANY, processes=2)
    next(results)
    assert len(asked) <= 4
    results.close()


def test_an_error_in_a_chunk_is_raised_here():
    with pytest.raises(KeyError, match="nosuch"):
        list(in_order(partial(parse, Reading("nosuch")), [["C"]], MANY, 2))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_process_that_is_killed_is_an_error():
    with pytest.raises(MultigraftError, match="a process that parses molecules was ended"):
        list(in_order(_die, [["C"]] * 4, MANY, 2))


def _where(home: int, job: list[str]) -> tuple[bool, list[str]]:
    """Whether the job is done in process ``home``; later jobs are quicker, so that order would show."""
    time.sleep(0.02 if job == ["0"] else 0)
    return os.getpid() == home, job


def _die(_: list[str]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _sleep(path: str, _: list[str]) -> None:
    (Path(path) / str(os.getpid())).touch()
    time.sleep(600)


# --- in a script -----------------------------------------------------------------------------------------------------


def run(folder: Path, script: str) -> subprocess.Popen[str]:
    (folder / "script.py").write_text(script)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, folder / "script.py"], env=environment, start_new_session=True, **pipes)


def test_a_script_needs_no_guard_and_workers_no_torch(tmp_path: Path):
    process = run(
        tmp_path,
        "from multigraft.graphs.molecules.parallel import MANY, in_order\n"
        "from tests.graphs.molecules.test_parallel import loaded\n"
        "print('begun')\n"
        "print(list(in_order(loaded, ['torch', 'rdkit'], MANY, 2)))\n",
    )
    assert process.communicate(timeout=120) == ("begun\n[False, True]\n", "")


def loaded(name: str) -> bool:
    """Whether a worker that does real work has loaded a module, beside what this file loads."""
    code = (
        "import sys; from multigraft.graphs.molecules.parallel import Reading, parse; "
        f"parse(Reading(), ['C']); print({name!r} in sys.modules)"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"


def sleeping(folder: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """A script whose two workers sleep, and their numbers."""
    process = run(
        folder,
        "from functools import partial\n"
        "from multigraft.graphs.molecules.parallel import MANY, in_order\n"
        "from tests.graphs.molecules.test_parallel import _sleep\n"
        f"list(in_order(partial(_sleep, {str(folder)!r}), [['C']] * 9, MANY, 2))\n",
    )
    deadline = time.monotonic() + 120
    while len(workers := [int(path.name) for path in folder.iterdir() if path.name.isdigit()]) < 2:
        assert time.monotonic() < deadline, "the workers never began"
        time.sleep(0.1)
    return process, workers


def assert_gone(workers: list[int]) -> None:
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < deadline, "workers go on"
        time.sleep(0.1)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_ctrl_c_ends_everything_at_once(tmp_path: Path):
    process, workers = sleeping(tmp_path)
    os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to all of them
    _, errors = process.communicate(timeout=60)
    assert process.returncode in (1, -signal.SIGINT)
    assert "KeyboardInterrupt" in errors
    assert errors.count("Traceback") == 1, errors
    assert_gone(workers)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_workers_do_not_outlive_a_script_that_is_killed(tmp_path: Path):
    process, workers = sleeping(tmp_path)
    process.kill()
    process.communicate(timeout=60)
    assert_gone(workers)
