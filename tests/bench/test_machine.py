"""What is said of the machine."""

import json
import platform

import pytest
import torch

import multigraft as mg
from multigraft.bench import machine


def test_everything_is_said(monkeypatch):
    monkeypatch.setattr(machine, "product_rate", lambda dtype, threads: 1.26e9 * threads)
    monkeypatch.setattr(machine, "bandwidth", lambda threads: 3.14e9 * threads)
    monkeypatch.setattr(machine, "usable_cores", lambda: 4)
    found = machine.describe()
    assert json.loads(json.dumps(found)) == found
    assert (found["cores"], found["multigraft"], found["torch"]) == (4, mg.__version__, torch.__version__)
    assert found["python"] == platform.python_version()
    assert found["gflops"] == {dtype: {"1": 1.3, "4": 5.0} for dtype in ("float32", "bfloat16")}
    assert found["gb_per_second"] == {"1": 3.1, "4": 12.6}
    assert found["processor"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("cpu\t: 0\nmodel name\t: Abacus 3000: fast\ncache size\t: 1 KB\nmodel name\t: Slow\n", "Abacus 3000: fast"),
        ("cpu\t: 0\nBogoMIPS\t: 48.00\n", None),
        (None, None),
    ],
    ids=["named", "unnamed", "no file"],
)  # fmt: skip
def test_the_processors_name(tmp_path, text, name):
    cpuinfo = tmp_path / "cpuinfo"
    if text is not None:
        cpuinfo.write_text(text)
    assert machine.processor(cpuinfo) == (name or platform.processor() or platform.machine())


def test_memory(monkeypatch):
    monkeypatch.setattr(machine.os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2**20}.__getitem__)
    assert machine.memory() == 4.0
    monkeypatch.delattr(machine.os, "sysconf")
    assert machine.memory() is None
