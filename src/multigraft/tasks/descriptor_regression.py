"""Descriptor regression: where a molecule stands among others by each of RDKit's descriptors."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from multigraft.graphs.fingerprints import fingerprint_names, fingerprint_of
from multigraft.graphs.packed import PackedGraphs
from multigraft.tasks.base import Examples
from multigraft.tasks.losses import mean_where
from multigraft.tasks.molecule_descriptions import MoleculeDescription

LEVELS, UNKNOWN = 254, 255  # a rank is 0 to 254 in a byte
SPREAD = 12**-0.5  # of ranks between 0 and 1, where no two are the same


@dataclass(frozen=True)
class DescriptorRegression(MoleculeDescription):
    """Answers are ranks: the share of training molecules below, half of those equal, in 254 steps; 255 is unknown.

    Ranks have no units and no outliers, so all descriptors weigh alike. Unknown are descriptors that RDKit cannot
    compute of a molecule, and those that are the same for all training molecules. Loss: the mean squared error of the
    known, in standard deviations of a rank.

    Source: descriptors as pretext, as in KPGT (Li et al. 2022) and the like; ranks are ours.
    """

    name = "dr"
    title = "descriptor regression"
    metric_name = "r2"
    column = "descriptor_ranks"

    def described(
        self, graphs: PackedGraphs, train: Int64[Tensor, " train"], progress: bool
    ) -> UInt8[Tensor, "graphs descriptors"]:
        return ranks(torch.tensor(fingerprint_of(graphs, "descriptors", progress)), train)

    def usual_width(self) -> int:
        return len(fingerprint_names("descriptors"))

    def loss(self, logits: Float[Tensor, "asked descriptors"], examples: Examples) -> Float[Tensor, ""]:
        standing, known = _standing(examples.answers, logits.dtype)
        return mean_where((logits - standing).square(), known)

    def metric(self, logits: Float[Tensor, "asked descriptors"], examples: Examples) -> float:
        """The mean over descriptors of 1 - MSE / variance among the molecules that are asked about."""
        standing, known = _standing(examples.answers, torch.float64)
        ends = torch.where(known, examples.answers, 0).amax(0), torch.where(known, examples.answers, UNKNOWN).amin(0)
        standing = torch.where(known, standing, torch.nan)
        wrong = (logits.double() - standing).square().nansum(0)
        spread = (standing - standing.nanmean(0)).square().nansum(0)
        return float((1 - wrong / spread)[ends[0] > ends[1]].mean())


def ranks(
    values: Float[Tensor, "graphs descriptors"], train: Int64[Tensor, " train"]
) -> UInt8[Tensor, "graphs descriptors"]:
    """Where each value stands among those of the training part; see `DescriptorRegression`."""
    found = torch.full_like(values, UNKNOWN, dtype=torch.uint8)
    for place, column in enumerate(values.T):
        among = column[train]
        among = among[among.isfinite()].sort().values
        if len(among) and among[0] < among[-1]:
            known = column.isfinite()
            below, upto = (
                torch.searchsorted(among, column[known].contiguous(), right=right) for right in (False, True)
            )
            found[known, place] = ((below + upto) * (LEVELS / (2 * len(among)))).round().to(torch.uint8)
    return found


def _standing(answers: Tensor, kind: torch.dtype) -> tuple[Tensor, Tensor]:
    """Ranks with mean 0 and deviation 1 where no two are the same, and which of them are known."""
    return (answers.to(kind) / LEVELS - 0.5) / SPREAD, answers != UNKNOWN
