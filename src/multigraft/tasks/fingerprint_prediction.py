"""Fingerprint prediction: which circular environments a molecule has."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64, UInt8
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from multigraft.graphs.fingerprints import BITS, fingerprint_of
from multigraft.graphs.packed import PackedGraphs
from multigraft.tasks.base import Examples
from multigraft.tasks.molecule_descriptions import MoleculeDescription
from multigraft.tasks.scores import SCORES


@dataclass(frozen=True)
class FingerprintPrediction(MoleculeDescription):
    """Answers are the 2048 bits of ``ecfp-binary``, eight in a byte, the first the highest.

    Loss: the mean binary cross entropy.

    Source: fingerprint bits as pretext, as in GROVER's motifs (Rong et al. 2020) and KPGT (Li et al. 2022).
    """

    name = "fp"
    title = "fingerprint prediction"
    metric_name = "average_precision"
    column = "fingerprint_bits"

    def described(
        self, graphs: PackedGraphs, train: Int64[Tensor, " train"], progress: bool
    ) -> UInt8[Tensor, "graphs bytes"]:
        bits = fingerprint_of(graphs, "ecfp-binary", progress)
        return torch.from_numpy(np.packbits(bits.astype(bool), axis=1))

    def usual_width(self) -> int:
        return BITS

    def loss(self, logits: Float[Tensor, "asked bits"], examples: Examples) -> Float[Tensor, ""]:
        return binary_cross_entropy_with_logits(logits, unpacked(examples.answers).to(logits.dtype))

    def metric(self, logits: Float[Tensor, "asked bits"], examples: Examples) -> float:
        """Average precision, all bits of all molecules taken together."""
        bits = unpacked(examples.answers).flatten().to(logits.dtype)
        return SCORES["average_precision"].function(logits.reshape(-1, 1), bits[:, None])


def unpacked(packed: UInt8[Tensor, "graphs bytes"]) -> Bool[Tensor, "graphs bits"]:
    """Eight bits of every byte, the highest first."""
    shifts = torch.arange(7, -1, -1, dtype=torch.uint8, device=packed.device)
    return ((packed[:, :, None] >> shifts) & 1).flatten(1).bool()
