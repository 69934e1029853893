"""Precisions of products: which is taken, and what it costs."""

from pathlib import Path

import pytest
import torch

from multigraft.encoders.edge import GIN
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from multigraft.models import precision
from multigraft.models.names import PRECISIONS
from multigraft.models.precision import Precision, has_bf16
from tests.helpers.coded import molecules

CPU = torch.device("cpu")


def cpuinfo(monkeypatch, tmp_path, flags):
    place = tmp_path / "cpuinfo"
    place.write_text(f"processor\t: 0\nflags\t\t: fpu {flags} sse\n")
    monkeypatch.setattr(precision, "Path", lambda _: place)


def test_names_are_taken_at_their_word():
    assert not Precision.of("float32", CPU).bf16
    assert Precision.of("bf16", CPU).bf16
    assert [Precision.of(name, CPU).name for name in PRECISIONS[:2]] == ["float32", "bf16"]
    with pytest.raises(InputError, match="unknown precision 'half': choose from float32, bf16, auto"):
        Precision.of("half", CPU)


@pytest.mark.parametrize(
    ("flags", "there"), [("avx512f avx512_bf16", True), ("amx_bf16", True), ("avx2", False), ("avx512f bf16x", False)]
)
def test_auto_asks_the_processor(monkeypatch, tmp_path, flags, there):
    cpuinfo(monkeypatch, tmp_path, flags)
    assert has_bf16(CPU) is Precision.of("auto", "cpu").bf16 is there


def test_an_unknown_processor_has_none(monkeypatch, tmp_path):
    monkeypatch.setattr(precision, "Path", lambda _: tmp_path / "none")
    assert not has_bf16(CPU)
    assert not has_bf16(torch.device("meta"))
    assert Path("/proc").name == "proc"


def test_float32_costs_nothing_and_is_not_measured():
    graphs = molecules(20)
    found = Precision()
    found.measure(GIN(InputSchema.of(graphs), dim=4).eval(), graphs, CPU)
    assert found.error is None
    assert found.told() == {"precision": "float32"}


def test_bfloat16_is_measured_once_on_the_first_graphs(monkeypatch):
    monkeypatch.setattr(precision, "MEASURED", 30)
    graphs = molecules(60)
    torch.manual_seed(0)
    encoder = GIN(InputSchema.of(graphs), dim=32, layers=3).eval()
    found = Precision(bf16=True)
    found.measure(encoder, graphs, CPU)
    first = found.error
    assert first is not None
    assert 1e-5 < first < 0.05
    assert found.told() == {"precision": "bf16", "precision_error": first}
    other = Precision(bf16=True)
    other.measure(encoder, graphs.select(torch.arange(30)), CPU)
    assert other.error == pytest.approx(first)
    found.measure(encoder, graphs.select(torch.arange(30, 60)), CPU)
    assert found.error == first


def test_nothing_has_no_error():
    graphs = molecules(20)
    found = Precision(bf16=True)
    found.measure(GIN(InputSchema.of(graphs), dim=4).eval(), graphs.select([]), CPU)
    assert found.error == 0.0


def test_products_are_rounded_inside_alone():
    one = torch.rand(4, 4)
    with Precision(bf16=True).products(CPU):
        assert (one @ one).dtype == torch.bfloat16
    with Precision().products(CPU):
        assert (one @ one).dtype == torch.float32
    assert (one @ one).dtype == torch.float32
