"""Where ``multigraft train`` takes from what nobody said: a recipe, or the usual options."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from multigraft.cli.output import say
from multigraft.cli.written import written
from multigraft.training.recipes.names import NO_RECIPE

if TYPE_CHECKING:
    from multigraft.graphs.packed import PackedGraphs

# Who names one of these has a method of their own.
METHOD = frozenset({
    "tasks", "strategy", "encoder", "start", "inner_steps", "inner_lr", "first_order", "step_losses", "heads", "jk",
    "norm",
})  # fmt: skip


def with_recipe(
    asked: str | None, graphs: "PackedGraphs", given: Mapping[str, Any], wanted: str = ""
) -> tuple[str | None, dict[str, Any], str]:
    """The recipe's name, its options under those that are ``given``, and the featurisation it wants; it is said aloud.

    ``asked``: a recipe's name, or ``none``; None: the data's where no method is given. ``wanted``: a featurisation that
    goes before the recipe's.
    """
    from multigraft.training.recipes.registry import named_recipe, recipe_for

    if asked == NO_RECIPE or (asked is None and METHOD & given.keys()):
        return None, dict(given), wanted
    chosen = recipe_for(graphs) if asked is None else named_recipe(asked)
    if chosen is None:
        return None, dict(given), wanted
    options = chosen.below(given, graphs)
    usual = (wanted or chosen.reading.get("featurization", "")) if graphs.origin.featurization else ""
    told = {"featurization": usual, **options} if usual else options
    lines = (f"{name.replace('_', '-')} {written(value)}" for name, value in told.items() if value != {})
    say(f"note: recipe {chosen.name} ({chosen.file}): {', '.join(lines)}; --recipe {NO_RECIPE} does without")
    return chosen.name, options, usual
