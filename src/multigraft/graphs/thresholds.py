"""Real targets made binary, so that what was measured as a number can be asked for as a class."""

import dataclasses
import math

import torch

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs


def binarised(graphs: PackedGraphs, threshold: float) -> PackedGraphs:
    """The same graphs with targets that are 1 from ``threshold`` on, 0 below, and missing where they were.

    Raises:
        InputError: the graphs have no targets, or binary ones, or the threshold is no number.
    """
    origin = graphs.origin
    if not math.isfinite(threshold):
        raise InputError(f"threshold {threshold} is no number to compare targets with")
    if origin.target_kind != "real":
        what = "has binary targets already" if "targets" in graphs.graphs else "has no targets"
        raise InputError(f"{origin.name} {what}: leave out the threshold ({threshold:g})")
    targets = graphs.targets
    binary = (targets >= threshold).float().masked_fill_(targets.isnan(), torch.nan)
    note = f"targets are 1 from {threshold:g} on, and 0 below"
    changed = dataclasses.replace(origin, target_kind="binary", metric="roc_auc", notes=(*origin.notes, note))
    return dataclasses.replace(graphs, graphs={**graphs.graphs, "targets": binary}, origin=changed)
