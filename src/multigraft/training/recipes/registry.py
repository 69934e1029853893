"""Recipes: what training does where nobody says how. A recipe is a TOML file that ``train --config`` takes as well."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multigraft.errors import InputError
from multigraft.training.recipes.names import RECIPE_NAMES

if TYPE_CHECKING:
    from multigraft.graphs.packed import PackedGraphs

HERE = Path(__file__).parent
OF_READING = ("featurization",)  # how a file becomes graphs: of the command line, not of `multigraft.train`
OF_ENCODERS = ("encoder_options", "dim", "layers", "jk", "norm", "dropout", "heads", "scaling")


@dataclass(frozen=True)
class Recipe:
    """Options of `multigraft.train`, chosen for a kind of data.

    ``suits`` says whether some graphs are of the kind; ``file`` holds the options and how they were chosen; ``tasks``
    names what is trained on them, where that is not all that they serve.
    """

    name: str
    suits: Callable[["PackedGraphs"], bool]
    tasks: Callable[["PackedGraphs"], list[str]] | None = None

    @property
    def file(self) -> Path:
        return HERE / f"{self.name}.toml"

    @property
    def options(self) -> dict[str, Any]:
        """Names and values as `multigraft.train` takes them."""
        return {name: value for name, value in self._written.items() if name not in OF_READING}

    @property
    def reading(self) -> dict[str, Any]:
        """How the data are to be read, names and values as `multigraft.load` takes them."""
        return {name: value for name, value in self._written.items() if name in OF_READING}

    @property
    def _written(self) -> dict[str, Any]:
        return {name.replace("-", "_"): value for name, value in tomllib.loads(self.file.read_text("utf-8")).items()}

    def below(self, given: Mapping[str, Any], graphs: "PackedGraphs") -> dict[str, Any]:
        """As `under`, without what the recipe says of tasks that are not trained on these graphs."""
        if self.tasks is not None and not given.get("tasks"):
            given = {**given, "tasks": self.tasks(graphs)}
        names = [getattr(task, "name", task) for task in given.get("tasks") or _served(graphs)]
        own = given.get("task_options") or {}
        found = self.under(given)
        of_tasks = found.get("task_options") or {}
        found["task_options"] = {name: one for name, one in of_tasks.items() if name in own or name in names}
        return weighed(found, given, names)

    def under(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The options under those that are ``given``; of tables, entry by entry."""
        return mixed(self.beside(given), given)

    def beside(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The options that make sense beside those that are ``given``.

        What the recipe says of its encoder is left out where another is given, or one to start from.
        """
        usual = self.options
        if given.get("encoder") not in (None, usual.get("encoder")) or given.get("start") is not None:
            usual = {name: value for name, value in usual.items() if name not in ("encoder", *OF_ENCODERS)}
        for name in given.get("encoder_options") or {}:
            usual.pop(name, None)
        return usual


def attributed(graphs: "PackedGraphs") -> bool:
    """Graphs that are no molecules or proteins read from files of their own, and have nothing measured of them."""
    return not graphs.origin.featurization and "targets" not in graphs.graphs


def molecules(graphs: "PackedGraphs") -> bool:
    """Molecules that were read from SMILES, by a featurisation."""
    return bool(graphs.origin.featurization) and "smiles" in graphs.attached


def described_and_measured(graphs: "PackedGraphs") -> list[str]:
    """Descriptors, fingerprints, and what was measured."""
    from multigraft.tasks.graph_targets import GraphTargets

    return ["dr", "fp", *(task.name for task in _served(graphs) if isinstance(task, GraphTargets))]


RECIPES: dict[str, Recipe] = {
    "attributed-graphs": Recipe("attributed-graphs", attributed),
    "molecules": Recipe("molecules", molecules, described_and_measured),
}


def recipe_for(graphs: "PackedGraphs") -> Recipe | None:
    """The first recipe for data like these, if there is one."""
    return next((recipe for recipe in RECIPES.values() if recipe.suits(graphs)), None)


def named_recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        InputError: there is none.
    """
    if name not in RECIPES:
        raise InputError(f"no recipe {name!r}: choose from {', '.join(RECIPE_NAMES)}")
    return RECIPES[name]


def recipe(graphs: Any, **given: Any) -> dict[str, Any]:
    """The options that we recommend for these graphs, under those that are ``given``.

    So ``train(graphs, **recipe(graphs, seed=1))`` does what ``multigraft train`` does where it is told nothing else.
    Where there is no recipe for data of their kind it is ``given`` alone. Graphs are taken as they were read: how the
    recipe of molecules reads them, `multigraft.load` has to be told (``featurization="ogb"``).

    Args:
        graphs: As `multigraft.train` takes them.
        given: Options of `multigraft.train` of one's own.

    Raises:
        InputError: data that cannot be loaded.
    """
    from multigraft.graphs.catalog import load

    packed = load(graphs)
    found = recipe_for(packed)
    return dict(given) if found is None else found.below(given, packed)


def weighed(found: dict[str, Any], given: Mapping[str, Any], tasks: Sequence[str]) -> dict[str, Any]:
    """The options without a recipe's weights where they do not fit: another balancing is given, or other tasks."""
    own = given.get("weights") or {}
    fitting = {task: weight for task, weight in (found.get("weights") or {}).items() if task in own or task in tasks}
    if fitting and (own or given.get("balancing", "fixed") == "fixed"):
        return {**found, "weights": fitting}
    dropped = {"weights", "balancing"} - given.keys() if "weights" in found else set()
    return {name: value for name, value in found.items() if name not in dropped}


def mixed(usual: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Options under others; of tables, entry by entry."""
    found = dict(usual)
    for name, value in given.items():
        below = found.get(name)
        found[name] = mixed(below, value) if isinstance(below, dict) and isinstance(value, Mapping) else value
    return found


def _served(graphs: "PackedGraphs") -> list[Any]:
    from multigraft.training.fit import served

    return served(graphs)
