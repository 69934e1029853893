"""Graphs of which something was measured, for tests: as tables of numbers, and as molecules."""

import functools

import torch

from multigraft.evaluation.columns import Measured
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.texts import smiles_of
from tests.helpers.coded import molecules, with_targets


def seeded(seed: int = 0) -> torch.Generator:
    """A generator."""
    return torch.Generator().manual_seed(seed)


def sheet(
    rows: int = 80,
    width: int = 5,
    targets: int = 3,
    seed: int = 0,
    *,
    missing: float = 0.3,
    real: bool = False,
    noise: float = 1.0,
) -> Measured:
    """Rows whose targets are linear in them but for noise, above or below a level unless ``real``; some are missing."""
    draws = seeded(seed)
    x = torch.randn(rows, width, generator=draws, dtype=torch.float64)
    slopes = torch.randn(width, targets, generator=seeded(99), dtype=torch.float64)
    values = x @ slopes + noise * torch.randn(rows, targets, generator=draws, dtype=torch.float64)
    answers = values + 3 if real else (values > 0.3).double()
    answers[torch.rand(rows, targets, generator=draws) < missing] = torch.nan
    return Measured(x, answers)


@functools.cache
def measured_molecules(count: int = 60, kind: str = "binary", featurization: str = "hu") -> PackedGraphs:
    """Molecules with three targets that their SMILES tell, some missing: nitrogen, ring, size; or counts of these."""
    graphs = molecules(count, featurization)
    written = smiles_of(graphs)
    counts = torch.tensor([[one.upper().count("N"), one.count("1"), len(one)] for one in written]).float()
    values = counts if kind == "real" else (counts > counts.median(0).values).float()
    values[torch.rand(values.shape, generator=seeded(5)) < 0.1] = torch.nan
    return with_targets(graphs, values, kind, metric="rmse" if kind == "real" else "roc_auc")
