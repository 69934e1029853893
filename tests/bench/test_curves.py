"""Every curve can be measured, at small sizes here; what they train is what they say."""

import dataclasses
import math

import pytest
import torch

from multigraft.bench import curves
from multigraft.bench.curves import CURVES, TASKS, training
from multigraft.bench.growth import measured
from multigraft.processes import usable_cores

SMALLEST = {"embed-graphs": (2, 4), "memory-molecules": (10, 20), "step-width": (4, 8)}


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Narrow encoders, few nodes, turns that are over at once."""
    monkeypatch.setattr(curves, "DIM", 4)
    monkeypatch.setattr(training, "__defaults__", (6, 8, 4, 4, 3))
    monkeypatch.setattr(curves.network, "__defaults__", (4,))
    monkeypatch.setattr("multigraft.bench.growth.TURN", 1e-6)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name == "memory-molecules" else [])
        for name in CURVES
        if name != "study-cores"
    ],
)
def test_a_small_curve(name):
    curve = CURVES[name]()
    assert len(curve.sizes) >= 5
    small = dataclasses.replace(curve, sizes=SMALLEST.get(name, curve.sizes[:2]))
    try:
        found = measured(name, small, rounds=1)
    finally:
        if curve.close is not None:
            curve.close()
    assert [size for size, _ in found.points] == list(small.sizes)
    assert all(value > 0 for _, value in found.points)
    assert found.unit == ("MiB" if name == "memory-molecules" else "ms")


@pytest.mark.slow
def test_processes_beside_each_other(fresh_pythons):
    curve = CURVES["study-cores"]()
    assert curve.sizes[0] == 1
    assert curve.sizes[-1] == usable_cores()
    try:
        found = measured("study-cores", dataclasses.replace(curve, sizes=(1, 2)), rounds=1)
    finally:
        curve.close()
    assert all(speed > 0 for _, speed in found.points)


def test_a_step_is_of_the_size_that_is_said():
    ours = training(batch=7, nodes=10, degree=6, dim=12, tasks=5)
    assert ours.options.batch_size == 7
    assert ours.steps == curves.STEPS
    assert [task.name for task in ours.tasks] == list(TASKS)
    assert ours.model.encoder.dim == 12
    graphs = ours.training_part.graphs
    assert set(graphs.node_counts.tolist()) == {10}
    assert graphs.num_edges == len(graphs) * 10 * 6


def test_equal_runs_are_equal():
    one, two = (training().model.state_dict() for _ in range(2))
    assert all(torch.equal(value, two[name]) for name, value in one.items())


@pytest.mark.slow
def test_the_peak_of_embedding_a_mapped_file_forgets_what_was_before(monkeypatch):
    peaks = iter([300.0, None])
    monkeypatch.setattr("multigraft.bench.memory.peak", lambda: next(peaks))
    reset = []
    monkeypatch.setattr("multigraft.bench.memory.reset_peak", lambda: reset.append(1))
    curve = CURVES["memory-molecules"]()
    measure = curve.at(4)
    assert (measure(), len(reset)) == (300.0, 1)
    assert math.isnan(measure())  # the system does not say
    curve.close()
