import pytest

from multigraft.encoders.registry import MODULES
from multigraft.errors import InputError
from multigraft.studies.plugins import digests, load_plugins


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    monkeypatch.setitem(MODULES, "before", None)
    file = tmp_path / "mine.py"
    counting = "from multigraft.encoders.registry import MODULES\nMODULES['mine'] = MODULES.get('mine', 0) + 1\n"
    file.write_text(f"# {tmp_path.name}\n{counting}")  # equal files run once a process, and tests share one
    yield file
    MODULES.pop("mine", None)


def test_a_plugin_runs_once_a_process(plugin):
    load_plugins([plugin, plugin])
    load_plugins([plugin])
    assert MODULES["mine"] == 1


def test_another_content_is_another_plugin(plugin):
    load_plugins([plugin])
    plugin.write_text(plugin.read_text() + "# changed\n")
    load_plugins([plugin])
    assert MODULES["mine"] == 2


def test_digests_are_of_content_not_of_place(tmp_path):
    files = [tmp_path / name for name in ("a.py", "b.py", "c.py")]
    for file, text in zip(files, ("x = 1", "x = 1", "x = 2"), strict=True):
        file.write_text(text)
    one, two, three = digests(files)
    assert one == two != three


def test_a_plugin_that_fails_is_named_and_may_be_mended(tmp_path):
    file = tmp_path / "bad.py"
    file.write_text("1 / 0\n")
    with pytest.raises(InputError, match=r"plugin .*bad\.py fails: ZeroDivisionError"):
        load_plugins([file])
    with pytest.raises(InputError, match="fails"):
        load_plugins([file])


def test_a_plugin_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"cannot read the plugin .*none\.py"):
        digests([tmp_path / "none.py"])
