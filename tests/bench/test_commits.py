"""Commits of ourselves are found, extracted and raced."""

import shutil
import subprocess

import pytest

from multigraft.bench import commits
from multigraft.bench.commits import duel, extracted, repository, resolve
from multigraft.bench.processes import RaceFailed
from multigraft.errors import InputError
from tests.helpers import races
from tests.helpers.cli import ROOT


def git(folder, *words):
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", folder, *identity, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def repo(tmp_path_factory):
    """Three commits: without races (tag old), with our package in version BEFORE (tag before), with one more file."""
    root = tmp_path_factory.mktemp("repo")
    git(root, "init", "--quiet")
    (root / "README.md").write_text("old\n")
    for tag in ("old", "before", "after"):
        if tag == "before":
            shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__", "evidence"))
            (root / "src" / "multigraft" / "version.py").write_text(f'__version__ = "{races.BEFORE}"\n')
        if tag == "after":
            (root / "src" / "after").touch()
        git(root, "add", ".")
        git(root, "commit", "--quiet", "--message", tag)
        git(root, "tag", tag)
    return root


def test_a_commit_by_its_tag_or_part_of_its_name(repo):
    full = git(repo, "rev-parse", "before")
    assert resolve("before", repo) == resolve(full[:8], repo) == resolve("HEAD~1", repo) == full


def test_its_package_is_extracted_and_gone_behind_the_block(repo):
    with extracted(resolve("before", repo), repo) as source:
        assert races.BEFORE in (source / "multigraft" / "version.py").read_text()
        assert not (source / "after").exists()
    assert not source.exists()


@pytest.mark.parametrize("commit", ["nowhere", "--all", ""])
def test_there_is_no_such_commit(repo, commit):
    with pytest.raises(InputError, match=r"no commit .*: name a commit, a branch or a tag"):
        resolve(commit, repo)


def test_a_commit_without_races(repo):
    with pytest.raises(InputError, match="commit old is older than multigraft bench and cannot be raced"):
        resolve("old", repo)


def test_an_installed_package_has_no_commits(monkeypatch, tmp_path):
    monkeypatch.setattr(commits.multigraft, "__file__", str(tmp_path / "lib" / "multigraft" / "__init__.py"))
    with pytest.raises(InputError, match="from a checkout"):
        repository()


def test_the_repository_is_the_one_that_the_package_lies_in(monkeypatch, repo):
    monkeypatch.setattr(commits.multigraft, "__file__", str(repo / "src" / "multigraft" / "__init__.py"))
    assert repository() == repo.resolve()


def test_without_git(monkeypatch, repo):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="where git is installed"):
        resolve("before", repo)


@pytest.mark.slow
@pytest.mark.usefixtures("fresh_pythons")
def test_both_sides_run_their_own_code(repo):
    with extracted(resolve("before", repo), repo) as source:
        row = duel("tests.helpers.races:slower_before", source, repeats=4)
        assert row["before"] > 1.5 * row["now"]  # three times, but for what else the machine does
        assert row["ratio_low"] <= row["ratio"] <= row["ratio_high"]
        assert (row["rounds"], row["unit"], row["what"]) == (6, "ms", "naps")  # two for each of three pairs
        assert row["now_threads"] == row["before_threads"] == [1, 1, 1]
        with pytest.raises(RaceFailed, match=r"^unknown race 'none'"):
            duel("none", source)
