"""Rows of tables about targets that no encoder has a part in: what is known of molecules and proteins without one."""

from collections.abc import Mapping, Sequence
from functools import partial

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from multigraft.evaluation.answers import Contender
from multigraft.evaluation.baselines import nothing
from multigraft.evaluation.column_answers import Prepare, by_columns, by_description, standardised
from multigraft.evaluation.columns import Constants, Measured
from multigraft.evaluation.kinds import KINDS
from multigraft.evaluation.names import READERS
from multigraft.evaluation.probes import Learner
from multigraft.evaluation.protocols import Sitting
from multigraft.graphs.fingerprints import fingerprint_of
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.proteins import degree_features

COUNTED = ("ecfp-count", "ecfp-binary")  # bits and counts are of one scale, and rare ones are to stay small

# What stands side by side in each description of molecules.
MOLECULES = {
    "ecfp-count": ("ecfp-count",),
    "ecfp-binary": ("ecfp-binary",),
    "descriptors": ("descriptors",),
    "ecfp+descriptors": ("ecfp-count", "descriptors"),
}


def described(kind: str, graphs: PackedGraphs, readers: Sequence[str] = READERS) -> list[Contender]:
    """Fingerprints of molecules, or degrees of ego-networks, each read by linear regression and by a forest.

    ``readers``: other probes in place of these two.

    Raises:
        MissingExtraError: while answering, fingerprints without RDKit.
    """
    return [
        by_description(name, KINDS[kind].title(reader), prepare, KINDS[kind].described[reader])
        for name, prepare in descriptions(graphs).items()
        for reader in readers
    ]


def target_baselines(kind: str, graphs: PackedGraphs, readers: Sequence[str] = READERS) -> list[Contender]:
    """The descriptions of the graphs, see `described`, and a constant."""
    return [*described(kind, graphs, readers), by_columns("constant", "constant", nothing, Learner(fit_constants))]


def descriptions(graphs: PackedGraphs) -> dict[str, Prepare]:
    """What can be said of such graphs without an encoder, by name."""
    if "smiles" in graphs.attached:
        return {name: partial(molecules, kinds=kinds) for name, kinds in MOLECULES.items()}
    if "centre" in graphs.graphs and "types" in graphs.edges:
        return {"degrees": ego_networks}
    return {}


def molecules(sitting: Sitting, kinds: Sequence[str]) -> dict[str, Float[Tensor, "_ width"]]:
    """Fingerprints as they are; descriptors completed, and standardised as in training."""
    blocks = []
    for kind in kinds:
        found = {part: torch.tensor(fingerprint_of(posed.graphs, kind)) for part, posed in sitting.posed.items()}
        blocks.append(found if kind in COUNTED else standardised(completed(found)))
    return {part: torch.cat([block[part] for block in blocks], dim=1) for part in sitting.posed}


def ego_networks(sitting: Sitting) -> dict[str, Float[Tensor, "_ width"]]:
    """Degrees and sizes, standardised as in training."""
    return standardised({part: degree_features(posed.graphs).double() for part, posed in sitting.posed.items()})


def completed(x: Mapping[str, Float[Tensor, "_ width"]]) -> dict[str, Float64[Tensor, "_ width"]]:
    """Finite numbers: missing ones are the training part's median, none lies outside the training part's range.

    A column without a finite number in training is 0.
    """
    train = x["train"].double()
    known = torch.where(train.isfinite(), train, torch.nan)
    median = known.nanmedian(0).values.nan_to_num(0.0)
    lowest = torch.where(known.isnan(), torch.inf, known).amin(0)
    highest = torch.where(known.isnan(), -torch.inf, known).amax(0)
    empty = lowest > highest
    lowest, highest = torch.where(empty, 0.0, lowest), torch.where(empty, 0.0, highest)
    return {part: torch.where(rows.isnan(), median, rows.double()).clamp(lowest, highest) for part, rows in x.items()}


def fit_constants(train: Measured, settings: Sequence[None], seed: int) -> list[Constants]:
    """The mean of what is known of each target."""
    return [Constants(train.answers.double().nanmean(0)) for _ in settings]
