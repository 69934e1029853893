"""doctor: what is installed, what is missing; it works without any extra."""

import re
import tomllib

import pytest

import multigraft as mg
from multigraft.cli.doctor import CORE, EXTRAS, installed
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
