"""The names of the recipes, for those who must not wait for torch."""

RECIPE_NAMES = ("attributed-graphs", "molecules")
NO_RECIPE = "none"
