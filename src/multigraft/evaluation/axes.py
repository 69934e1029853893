"""The directions in which rows differ: in their coordinates quadratic penalties and curvatures are one number each."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64
from torch import Tensor

ROWS = 8192  # that are in double precision at a time
NOTHING = 1e-12  # of the largest curvature: what lies below is rounding


@dataclass(frozen=True, eq=False)
class Axes:
    """Orthonormal ``directions`` and, along each, the sum of squares of the rows: its ``curvature``, rising."""

    directions: Float64[Tensor, "width axes"]
    curvature: Float64[Tensor, " axes"]

    @classmethod
    def of(cls, x: Float[Tensor, "rows width"]) -> "Axes":
        """The eigenvectors of ``x.T @ x`` along which rows differ at all; from ``x @ x.T`` where that is smaller."""
        rows, width = x.shape
        if width < rows:
            gram = x.new_zeros(width, width, dtype=torch.float64)
            for part in x.split(ROWS):
                gram += part.double().T @ part.double()
            curvature, vectors = torch.linalg.eigh(gram)
        else:
            curvature, vectors = torch.linalg.eigh(x.double() @ x.double().T)
        real = curvature > NOTHING * curvature.amax() if len(curvature) else curvature > 0
        curvature, vectors = curvature[real], vectors[:, real]
        return cls(vectors if width < rows else x.double().T @ vectors / curvature.sqrt(), curvature)

    def coordinates(self, x: Float[Tensor, "asked width"]) -> Float[Tensor, "asked axes"]:
        """Rows along the axes, in their own precision."""
        return x @ self.directions.to(x.dtype)
