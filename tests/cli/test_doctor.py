"""doctor: what is installed, what is missing; it works without any extra."""

import re
import sys
import tomllib

import pytest

import multigraft as mg
from multigraft.cli.doctor import CORE, EXTRAS, broken_packages, installed, may_have_gpu
from multigraft.processes import usable_cores
from tests.helpers.cli import ROOT, answer, multigraft, python
from tests.helpers.packages import without


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def names(requirements):
    return tuple(re.split(r"\[|>=", requirement)[0] for requirement in requirements)


def test_it_knows_the_core_packages(project):
    assert names(project["dependencies"]) == CORE


def test_it_knows_the_extras(project):
    extras = {extra: names(needs) for extra, needs in project["optional-dependencies"].items() if extra != "dev"}
    assert {extra: packages for extra, (packages, _) in EXTRAS.items()} == extras


def test_json():
    found = answer("doctor")
    assert (found["verb"], found["multigraft"]) == ("doctor", mg.__version__)
    assert found["machine"]["devices"][0] == "cpu"
    assert found["machine"]["threads"] >= 1
    assert all(found["core"].values())
    assert found["extras"].keys() == EXTRAS.keys()
    for extra in found["extras"].values():
        assert extra["installed"] == all(extra["packages"].values())
        assert extra["adds"]


def test_people_get_a_table():
    shown = multigraft("doctor").stdout
    assert f"multigraft {mg.__version__}" in shown
    for extra in EXTRAS:
        assert f"\n{extra} " in shown


@pytest.mark.parametrize(("value", "said"), [("/raw/data", "/raw/data"), ("", "MULTIGRAFT_DATA is not set")])
def test_it_says_where_raw_data_is(monkeypatch, value, said):
    monkeypatch.setenv("MULTIGRAFT_DATA", value)
    assert said in multigraft("doctor").stdout


def test_installed_packages():
    assert installed("scikit-learn") is not None
    assert installed("no-such-package") is None
    assert installed("json") is None  # a module that is no package of its own


def test_without_rdkit():
    script = without("rdkit") + "from multigraft.cli.main import main; import sys; sys.argv[1:] = ['doctor']; main()"
    result = python("-c", script)
    assert result.returncode == 0, result.stderr
    [line] = [line for line in result.stdout.splitlines() if line.startswith("molecules")]
    assert line.split()[1] == "missing"


def test_without_the_molecules_the_rest_works(tmp_path):
    script = without("rdkit") + "from multigraft.cli.main import main; import sys; sys.argv[1:] = sys.argv[1:]; main()"
    listed = python("-c", script, "data", "list")
    assert listed.returncode == 0
    shown = python("-c", script, "data", "show", "chembl2321810", MULTIGRAFT_CACHE=str(tmp_path))
    assert shown.returncode == 2
    assert "multigraft[molecules]" in shown.stderr
    assert shown.stderr.count("\n") == 1


# --- whether what is installed can be imported ------------------------------------------------------------------------


@pytest.fixture
def imported(monkeypatch):
    """What doctor imports; ``scipy`` cannot be, and nothing else is imported in truth."""
    names = []

    def import_module(name):
        names.append(name)
        if name == "scipy":
            raise OSError("libopenblas.so: cannot open shared object file")

    monkeypatch.setattr("multigraft.cli.doctor.importlib.import_module", import_module)
    return names


def test_broken_packages_are_found_by_importing_them(imported):
    assert broken_packages() == {"scipy": "OSError: libopenblas.so: cannot open shared object file"}
    assert {"torch", "sklearn", "yaml", "rdkit"} <= set(imported)  # by the names that modules have
    assert "scikit-learn" not in imported


def test_only_a_thorough_doctor_imports(imported):
    assert answer("doctor")["broken"] == {}
    assert imported == []
    found = answer("doctor", "--thorough")
    assert found["broken"].keys() == {"scipy"}
    assert "broken: scipy cannot be imported: OSError: libopenblas.so" in multigraft("doctor", "--thorough").stdout


def test_a_torch_that_cannot_be_imported_is_told_and_not_asked(monkeypatch):
    monkeypatch.setattr("multigraft.cli.doctor.broken_packages", lambda: {"torch": "ImportError: no CUDA"})
    monkeypatch.setattr("multigraft.cli.doctor._torch", lambda: pytest.fail("it is broken"))
    assert answer("doctor", "--thorough")["broken"] == {"torch": "ImportError: no CUDA"}


@pytest.mark.parametrize("gpu", [True, False])
def test_torch_is_asked_for_devices_where_there_may_be_some(monkeypatch, gpu):
    found = {"threads": 3, "devices": ["cpu", "cuda:0 (made up)"]}
    monkeypatch.setattr("multigraft.cli.doctor._torch", lambda: found)
    monkeypatch.setattr("multigraft.cli.doctor.may_have_gpu", lambda: gpu)
    assert answer("doctor")["machine"]["devices"] == (found["devices"] if gpu else ["cpu"])


def test_where_there_may_be_a_gpu(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("multigraft.cli.doctor.GPU_PLACES", (str(tmp_path / "nvidia0"),))
    assert not may_have_gpu()
    (tmp_path / "nvidia0").touch()
    assert may_have_gpu()
    (tmp_path / "nvidia0").unlink()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert may_have_gpu()


@pytest.mark.parametrize(
    ("wanted", "threads"), [("3", 3), ("", usable_cores()), ("0", usable_cores()), ("x", usable_cores())]
)
def test_threads_are_those_that_torch_would_use(monkeypatch, wanted, threads):
    monkeypatch.setenv("OMP_NUM_THREADS", wanted)
    monkeypatch.setattr("multigraft.cli.doctor.may_have_gpu", lambda: False)
    assert answer("doctor")["machine"]["threads"] == threads
