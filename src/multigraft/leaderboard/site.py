"""The site: static pages that work from the file system, with all that they need beside them."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from multigraft.errors import InputError, MissingExtraError
from multigraft.leaderboard.adding import EXAMPLE, submit_view
from multigraft.leaderboard.catalog import Catalog
from multigraft.leaderboard.measured import settings_file
from multigraft.leaderboard.overview import compare_view, compared, home_views, list_views, method_views, search_shards
from multigraft.leaderboard.pages import dataset_views, model_views
from multigraft.leaderboard.papers import paper_views
from multigraft.leaderboard.results import MEASURED, PUBLISHED, Result
from multigraft.leaderboard.texts import method_texts
from multigraft.progress import counting
from multigraft.reports.study_table import StudyTable
from multigraft.version import __version__

HERE = Path(__file__).parent
MARK = ".multigraft-leaderboard"  # a directory with this file may be replaced
View = tuple[str, str, dict[str, Any]]  # template, file, what it shows


@dataclass(frozen=True)
class Material:
    """What a site is made from.

    Attributes:
        results: All results.
        tables: The studies that repeat papers' tables, by name, each under the protocol that is judged.
        runs: The ledger's files, by name.
        settings: The settings of studies as TOML, by name.
        imported: Keys of results that say they were measured or published, but were brought by a file.
        refuted: What was brought and has another value than what is ours; it is not shown.
    """

    results: Sequence[Result]
    tables: Mapping[str, StudyTable] = field(default_factory=dict)
    runs: Mapping[str, Path] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    imported: frozenset[str] = frozenset()
    refuted: Sequence[Result] = ()


@dataclass(frozen=True)
class Built:
    """A site that was built, and how much is in it; ``submitted`` is also what was imported."""

    out: Path
    pages: int
    results: int
    published: int
    measured: int
    submitted: int


def build(material: Material, out: Path, progress: bool = False) -> Built:
    """Write the site to ``out``, all of it or nothing; a site that is there is replaced.

    Raises:
        InputError: ``out`` is there and is no leaderboard, or cannot be written to.
        MissingExtraError: jinja2 is not installed.
    """
    if find_spec("jinja2") is None:
        raise MissingExtraError("the leaderboard", "plots")
    named, out = out, out.resolve()
    if Path.cwd().resolve().is_relative_to(out):
        raise InputError(f"you are in {named}, which is to be replaced: leave it first, or name another directory")
    if out.exists() and not (out / MARK).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{named} is there and is no leaderboard: name another directory")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as scratch:
            new = Path(scratch) / "new"
            pages = _write(material, new, progress)
            new.chmod(0o755)
            _replace(out, new, Path(scratch) / "old")
    except OSError as error:
        raise InputError(f"cannot write {named}: {error}") from error
    ours = [one for one in material.results if one.key not in material.imported]
    counts = [sum(one.source == source for one in ours) for source in (PUBLISHED, MEASURED)]
    return Built(named, pages, len(material.results), *counts, len(material.results) - sum(counts))


def _replace(out: Path, new: Path, old: Path) -> None:
    """Put the new site in its place; where that fails the old one goes back to it."""
    if out.exists():
        out.rename(old)
    try:
        new.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise


def _write(material: Material, out: Path, progress: bool) -> int:
    catalog = Catalog(material.results, frozenset(material.runs), frozenset(material.settings), material.imported)
    render = _renderer(len(material.results))
    shutil.copytree(HERE / "assets", out / "assets")
    _put(out / MARK, f"{__version__}\n")
    count = 0
    total = len(catalog.datasets) + len(catalog.models) + len(catalog.papers)
    with counting("pages", total, "pages", progress) as advance:
        for template, file, values in _views(catalog, material.tables):
            root = "../" * file.count("/")
            _put(out / file, render(template, {**values, "root": root, "here": file}))
            count += 1
            advance(template in ("dataset", "model", "paper") and "-page" not in file)
    for name, slug in catalog.model_pages.items():
        _put(out / "data" / f"{slug}.js", compared(catalog, name))
    _put(out / "example.csv", EXAMPLE)
    for key, text in search_shards(catalog).items():
        _put(out / "search" / f"{key}.js", text)
    for module in {text.module for text in method_texts().values()}:
        _put(out / "code" / f"{module}.txt", _source(module))
    for name, text in material.settings.items():
        _put(out / "settings" / settings_file(name), text)
    (out / "runs").mkdir()
    for name, path in material.runs.items():
        shutil.copyfile(path, out / "runs" / f"{name}.json")
    return count


def _views(catalog: Catalog, tables: Mapping[str, StudyTable]) -> Iterator[View]:
    for file, values in home_views(catalog):
        yield "home", file, values
    for file, values in list_views(catalog):
        yield "list", file, values
    for file, values in method_views(catalog):
        yield "method", file, values
    yield "compare", "compare.html", compare_view(catalog)
    yield "submit", "submit.html", submit_view()
    for name in catalog.datasets:
        yield from (("dataset", file, values) for file, values in dataset_views(catalog, name))
    for name in catalog.models:
        yield from (("model", file, values) for file, values in model_views(catalog, name))
    for name in catalog.papers:
        yield from (("paper", file, values) for file, values in paper_views(catalog, name, tables))


def _renderer(results: int) -> Callable[[str, dict[str, Any]], str]:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    class Values(Environment):
        def getattr(self, obj: Any, attribute: str) -> Any:
            """What pages show are dictionaries, so those are asked first: a third of the time of large sites."""
            return obj[attribute] if type(obj) is dict and attribute in obj else super().getattr(obj, attribute)

    environment = Values(
        loader=PackageLoader("multigraft.leaderboard"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    environment.filters["inline"] = Markup  # for our own SVG, which is escaped where it is made
    footer = f"Made by multigraft {__version__} from {results} results. Published numbers belong to their papers."
    return lambda template, values: environment.get_template(f"{template}.html.jinja").render(footer=footer, **values)


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="replace")


def _source(module: str) -> str:
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).read_text(encoding="utf-8")
