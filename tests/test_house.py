"""What holds for the house as a whole: floors, mirrors, sizes, and that what the papers on the wall say is true."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import multigraft as mg
from tests.helpers.cli import ROOT, multigraft

PACKAGE = ROOT / "src" / "multigraft"
TESTS = ROOT / "tests"
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
MADE = {".git", ".venv", ".hypothesis", "demo", "build", "dist", "__pycache__"}
PINNED_EXTRAS = ("molecules", "plots", "tensorboard", "balancing", "tuning", "dev")  # what `make test` installs

# Modules whose test is another's: the entry point and its options are tested through the verbs.
TESTED_ELSEWHERE = {
    Path("__init__.py"): "test_public_api.py",
    Path("__main__.py"): "cli/test_main.py",
    Path("cli/finetune_options.py"): "cli/test_finetune.py",
    Path("cli/training_options.py"): "cli/test_train.py",
    Path("cli/study_options.py"): "cli/test_study.py",
    Path("errors.py"): "cli/test_verbs.py",
    Path("evaluation/names.py"): "cli/test_options.py",
    Path("graphs/pyg_columns.py"): "graphs/test_pyg.py",
    Path("strategies/base.py"): "strategies/test_same.py",
    Path("strategies/names.py"): "cli/test_options.py",
    Path("tasks/names.py"): "cli/test_options.py",
    Path("training/loop.py"): "training/test_fit.py",
    Path("training/preparation.py"): "training/test_fit.py",
    Path("version.py"): "test_public_api.py",
}


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file of the project, with its content."""
    for path in sorted(ROOT.rglob("*")):
        parts = set(path.relative_to(ROOT).parts)
        if path.is_file() and not parts & MADE and not any(part.endswith("_cache") for part in parts):
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def lines_of(folder: Path) -> int:
    return sum(len(path.read_text().splitlines()) for path in folder.rglob("*.py"))


# --- floors ----------------------------------------------------------------------------------------------------------


def test_nothing_imports_upwards():
    lint_imports = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [lint_imports, "--no-cache"], capture_output=True, text=True, check=False, cwd=ROOT, timeout=120,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@pytest.mark.parametrize("package", [path for path in MODULES if path.name == "__init__.py" and path.parent != Path()])
def test_packages_import_nothing(package):
    body = ast.parse((PACKAGE / package).read_text()).body
    assert [type(node) for node in body] == [ast.Expr], "a package holds its docstring and nothing else"


# --- mirrors and sizes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", [path for path in MODULES if path.name != "__init__.py"])
def test_every_module_has_a_test(module):
    mirror = module.with_name(f"test_{module.name}")
    assert (TESTS / TESTED_ELSEWHERE.get(module, mirror)).is_file()


def test_tests_are_longer_than_what_they_test():
    assert lines_of(TESTS) >= lines_of(PACKAGE)


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_modules_and_functions_fit_in_the_eye(module):
    text = (PACKAGE / module).read_text()
    assert len(text.splitlines()) <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = node.end_lineno - body[0].lineno + 1 if body and node.end_lineno else 0
            assert lines <= 45, f"{node.name} has {lines} lines"


# --- what is not to be found -----------------------------------------------------------------------------------------


def test_no_file_names_a_place_on_somebodys_machine():
    place = re.compile(r"(?<![\w.~])/(home|Users|root|work|tmp|opt)/\w")
    found = [f"{path.relative_to(ROOT)}: {match.group()}" for path, text in texts() for match in place.finditer(text)]
    assert found == []


def test_nothing_is_unfinished_or_unsafe():
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError|\bpickle\b.*load|weights_only=False")
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path, text in texts()
        if path.is_relative_to(PACKAGE)
        for match in unfinished.finditer(text)
    ]
    assert found == []


def test_no_file_is_large():
    assert [path for path, text in texts() if len(text) > 200_000] == []


# --- what is written is true -----------------------------------------------------------------------------------------


def commands(path: Path, program: str) -> list[list[str]]:
    """The words of every line of a file that calls ``program``, behind its name."""
    found = re.findall(rf"^\s*(?:\$ )?{program} ([^\n#|&]*)", path.read_text(), flags=re.MULTILINE)
    return [line.replace("`", " ").split() for line in found]


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_make_targets_that_are_named_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", (ROOT / page).read_text(), flags=re.MULTILINE))
    assert {"demo", "test"} <= named | {"demo"}
    assert named <= targets


def test_the_quick_start_is_two_commands():
    readme = (ROOT / "README.md").read_text()
    assert "```sh\nmake demo\nmake test\n```" in readme


PAGES = ("README.md", "Makefile", *(f"docs/{name}.md" for name in ("studies", "tuning", "bench", "leaderboard")))


@pytest.mark.parametrize("page", PAGES)
def test_verbs_and_options_that_are_named_exist(page):
    called = commands(ROOT / page, "multigraft")
    assert len(called) >= 3
    for words in called:
        verb = words[:2] if words[0] in ("data", "study", "leaderboard") else words[:1]
        shown = multigraft(*verb, "--help")
        assert shown.exit_code == 0, words
        for option in (word for word in words if word.startswith("--")):
            assert f"{option} " in shown.stdout, words


def test_the_readme_knows_every_verb():
    readme = (ROOT / "README.md").read_text()
    for verb in ("train", "probe", "embed", "report", "doctor", "data show", "data list", "study run",
                 "study table", "study figure", "tune", "bench"):  # fmt: skip
        assert f"multigraft {verb}" in readme


def test_folders_that_the_readme_names_exist():
    table = (ROOT / "README.md").read_text().partition("## Where things are")[2]
    named = re.findall(r"`((?:src|tests|benchmarks|docs)/[\w/]*)`", table)
    assert len(named) >= 6
    assert [name for name in named if not (ROOT / name).is_dir()] == []


def test_the_tested_set_is_pinned_and_fits_the_lower_bounds():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(needs for extra in PINNED_EXTRAS for needs in extras[extra])]
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), requirement


def test_the_makefile_installs_the_pinned_extras():
    makefile = (ROOT / "Makefile").read_text()
    assert f"EXTRAS := {','.join(PINNED_EXTRAS)}\n" in makefile
    assert "index-url" not in makefile


def test_continuous_integration_runs_everything():
    script = (ROOT / ".ci" / "run").read_text()
    targets = [line.removeprefix("make ") for line in script.splitlines() if line.startswith("make ")]
    assert targets == ["lint", "test", "test-slow"]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_readmes_python_is_the_public_api():
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    assert len(blocks) >= 2
    for block in blocks:
        compile(block, "README.md", "exec")
    named = set(re.findall(r"\bmg\.(\w+)", "".join(blocks)))
    assert {"load", "train", "probe", "embed", "load_encoder"} <= named <= set(mg.__all__)
