"""The machine's rates: measured, of the size that machines have, and measured once."""

import pytest
import torch

from multigraft.bench import floor


@pytest.fixture(autouse=True)
def _measured_anew():
    floor.product_rate.cache_clear()
    floor.bandwidth.cache_clear()
    yield
    floor.product_rate.cache_clear()
    floor.bandwidth.cache_clear()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_products_a_second(monkeypatch, dtype):
    monkeypatch.setattr(floor, "SIDE", 256)
    assert 1e8 < floor.product_rate(dtype, 1) < 1e15


def test_bytes_a_second(monkeypatch):
    monkeypatch.setattr(floor, "NUMBERS", 2**20)
    assert 1e8 < floor.bandwidth(1) < 1e13


def test_rates_are_work_over_the_best_time(monkeypatch, threads):
    times = iter([0.5, 0.25, 1.0, 0.5, 0.5] * 2)
    seen = []
    monkeypatch.setattr(floor, "seconds_of", lambda action, calls: seen.append(torch.get_num_threads()) or next(times))
    assert floor.product_rate("float32", 2) == 2 * floor.SIDE**3 / 0.25
    monkeypatch.setattr(floor, "NUMBERS", 1000)
    assert floor.bandwidth(2) == 2 * 4 * 1000 / 0.25
    assert seen == [2] * 10
    assert torch.get_num_threads() == threads
    assert floor.bandwidth(2) == 32000  # not measured again: no times are left
