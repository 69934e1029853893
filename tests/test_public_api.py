"""The public names, their types and documentation, and how little an import loads."""

import inspect
import sys
import tomllib
from pathlib import Path

import pytest

import multigraft as mg
from tests.helpers.cli import ROOT, python
from tests.helpers.packages import without

NAMES = {
    "Balancing", "register_encoder", "register_strategy", "register_task",
    "Encoder", "Episode", "Examples", "FineTuned", "GCN", "GraphEmbedder", "Head", "InputError", "InputSchema",
    "ModuleEncoder", "MultigraftError", "PackedGraphs", "ProbeTable", "Split", "Strategy", "Task", "TrainedEncoder",
    "__version__", "embed", "explain", "finetune", "load", "load_encoder", "predict", "probe", "recipe", "train",
    "tune",
}  # fmt: skip
HEAVY = ("torch", "numpy", "lightning", "torch_geometric", "sklearn", "pandas", "pyarrow", "matplotlib", "rdkit")
CALLABLES = sorted(NAMES - {"__version__"})


def public_functions(name):
    """The function of that name, or the class and its public methods and properties, with their names."""
    thing = getattr(mg, name)
    yield name, thing
    if inspect.isclass(thing):
        for member, value in vars(thing).items():
            if not member.startswith("_"):
                function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
                if inspect.isfunction(function):
                    yield f"{name}.{member}", function


def test_the_names_are_these():
    assert set(mg.__all__) == NAMES
    assert len(mg.__all__) == len(NAMES)
    assert dir(mg) == sorted(NAMES)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_name_is_there(name):
    assert getattr(mg, name) is not None


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="'multigraft' has no attribute 'pickle'"):
        _ = mg.pickle


def test_the_names_that_type_checkers_see_are_the_same():
    """What stands under TYPE_CHECKING is what is found at run time."""
    source = (ROOT / "src" / "multigraft" / "__init__.py").read_text()
    seen = {}
    for line in source.splitlines():
        if line.startswith("    from multigraft."):
            module, _, names = line.strip().removeprefix("from ").partition(" import ")
            seen |= dict.fromkeys(names.split(", "), module)
    assert seen.keys() == NAMES - {"__version__"}
    for name, module in seen.items():
        assert getattr(sys.modules.get(module) or __import__(module, fromlist=[name]), name) is getattr(mg, name)


@pytest.mark.parametrize("name", CALLABLES)
def test_everything_public_is_typed(name):
    for where, thing in public_functions(name):
        function = thing.__init__ if inspect.isclass(thing) else thing
        if not inspect.isfunction(function):
            continue  # a class that takes its __init__ from C, such as an exception
        signature = inspect.signature(function)
        untyped = {p.name for p in signature.parameters.values() if p.annotation is p.empty}
        assert untyped <= {"self", "cls"}, where
        assert inspect.isclass(thing) or signature.return_annotation is not signature.empty, where


@pytest.mark.parametrize("name", CALLABLES)
def test_everything_public_is_documented(name):
    """A method that overrides another may leave the words to that one; a property is a noun that may need none."""
    thing = getattr(mg, name)
    assert inspect.getdoc(thing)
    if inspect.isclass(thing):
        for member, value in vars(thing).items():
            if inspect.isfunction(value) and not member.startswith("_"):
                assert inspect.getdoc(getattr(thing, member)), f"{name}.{member}"


@pytest.mark.parametrize("name", ["load", "train", "finetune", "probe", "embed", "predict", "load_encoder"])
def test_verbs_name_their_errors(name):
    assert "Raises:" in inspect.getdoc(getattr(mg, name))


def test_the_version_is_the_projects():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["tool"]["hatch"]["version"]["path"] == "src/multigraft/version.py"
    assert f"## [{mg.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_package_is_marked_as_typed():
    assert (Path(mg.__file__).parent / "py.typed").is_file()


# --- what an import loads --------------------------------------------------------------------------------------------


def test_importing_is_quick():
    """Processor seconds, best of three, in a fresh process, without the interpreter's own start."""
    script = "import time; t = time.process_time(); import multigraft; print(time.process_time() - t)"
    assert min(float(python("-c", script).stdout) for _ in range(3)) < 0.3


def test_importing_loads_nothing_heavy():
    script = f"import multigraft, sys; print([name for name in {HEAVY} if name in sys.modules])"
    assert python("-c", script).stdout == "[]\n"


def test_errors_load_nothing_heavy():
    script = f"import multigraft as mg, sys; mg.InputError; print([name for name in {HEAVY} if name in sys.modules])"
    assert python("-c", script).stdout == "[]\n"


def test_a_name_is_loaded_once_and_kept(monkeypatch):
    monkeypatch.delitem(vars(mg), "PackedGraphs", raising=False)
    first = mg.PackedGraphs
    assert vars(mg)["PackedGraphs"] is first


def test_without_extras_it_imports_and_works():
    """The core trains, embeds and measures; matplotlib is not taken away, as torchmetrics believes its metadata."""
    script = (
        without("rdkit", "plotly", "umap", "tensorboard")
        + """
import torch
import multigraft as mg
from torch_geometric.data import Data
torch.manual_seed(0)
ring = torch.tensor([[0, 1, 2, 3, 1, 2, 3, 0], [1, 2, 3, 0, 0, 1, 2, 3]])
data = [Data(x=torch.randn(4, 3), edge_index=ring, y=torch.tensor([i % 2])) for i in range(30)]
graphs = mg.load(data)
encoder = mg.train(graphs, tasks=["gc", "lp"], epochs=1, dim=4, layers=1, progress=False)
table = mg.probe(encoder, graphs)
z = mg.embed(encoder, graphs, level="graph")
print(tuple(z.shape), len({row.encoder for row in table.rows}))
"""
    )
    result = python("-W", "ignore", "-c", script)
    assert result.stdout == "(30, 4) 4\n", result.stderr
