"""Names of recipes come without torch."""

from tests.helpers.cli import python


def test_no_torch_is_needed():
    code = "import sys; from multigraft.training.recipes.names import RECIPE_NAMES; print('torch' in sys.modules)"
    assert python("-c", code).stdout.strip() == "False"
