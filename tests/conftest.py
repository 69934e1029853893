"""Types and shapes are checked; shared fixtures: real data where there is any, and single-threaded small products."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from beartype import BeartypeConf
from beartype.claw import beartype_packages
from hypothesis import settings
from jaxtyping import install_import_hook

# Nothing has a shape there, and to look after shapes costs ten times what types do.
WITHOUT_SHAPES = ("studies",)
PACKAGE = Path(find_spec("multigraft").origin).parent
beartype_packages([f"multigraft.{floor}" for floor in WITHOUT_SHAPES], conf=BeartypeConf(claw_is_pep526=False))
install_import_hook(
    [f"multigraft.{path.stem}" for path in PACKAGE.iterdir() if path.stem not in WITHOUT_SHAPES], "beartype.beartype"
)

# Times say nothing where tests run side by side; a run that gates others should not fail by the luck of its draws.
settings.register_profile("multigraft", deadline=None, max_examples=25, derandomize="CI" in os.environ)
settings.load_profile("multigraft")


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Tests run side by side, one process a core; a thread pool in each would only get in the way."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session", autouse=True)
def _small_forests(request: pytest.FixtureRequest) -> Iterator[None]:
    """Most tests need some forest, of which a tenth will do; slow ones measure, and beside them it keeps its trees."""
    from multigraft.evaluation import forests

    with pytest.MonkeyPatch.context() as patch:
        if not any(item.get_closest_marker("slow") for item in request.session.items):
            patch.setattr(forests, "TREES", 30)
            patch.setattr(forests, "FEWEST_TREES", 5)
        yield


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Packed data sets and checksums go to a directory of this run, not to the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MULTIGRAFT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def real_data() -> Path:
    """The directory of raw data that ``MULTIGRAFT_DATA`` names."""
    root = os.environ.get("MULTIGRAFT_DATA")
    if not root:
        pytest.skip("needs real data: set MULTIGRAFT_DATA to a directory with tudataset/NAME/raw/")
    return Path(root)
