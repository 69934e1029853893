"""In which precision an encoder that is only used takes its products, and what that costs."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.encoders.base import Encoder
from multigraft.encoders.readout import readout
from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.models.names import PRECISIONS

MEASURED = 256  # graphs
FLAGS = ("avx512_bf16", "amx_bf16", "bf16")  # of processors that multiply in bfloat16, as Linux calls them


@dataclass
class Precision:
    """How products are taken: in the weights' own precision, or in bfloat16.

    Attributes:
        bf16: Whether in bfloat16.
        error: Once it has been measured: the length of all differences from what the weights' own precision gives for
            graphs, over the length of that.
    """

    bf16: bool = False
    error: float | None = None

    @classmethod
    def of(cls, name: str, device: torch.device | str) -> "Precision":
        """The precision of that name on a device; ``auto``: bfloat16 where the hardware has it.

        Raises:
            InputError: no precision of that name.
        """
        if name not in PRECISIONS:
            raise InputError(f"unknown precision {name!r}: choose from {', '.join(PRECISIONS)}")
        return cls(has_bf16(torch.device(device)) if name == "auto" else name == "bf16")

    @property
    def name(self) -> str:
        return "bf16" if self.bf16 else "float32"

    def products(self, where: torch.device) -> AbstractContextManager[object]:
        """Within it, products are taken in that precision."""
        return torch.autocast(where.type, torch.bfloat16, enabled=self.bf16)

    def measure(self, encoder: Encoder, graphs: PackedGraphs, where: torch.device) -> None:
        """Find the error on the first graphs, where there is one to find."""
        if not self.bf16 or self.error is not None:
            return
        some = graphs.select(torch.arange(min(MEASURED, len(graphs)))).to(where)
        exact, rounded = _means(encoder, some, Precision()), _means(encoder, some, self)
        length = float(exact.norm())
        self.error = float((rounded - exact).norm()) / length if length else 0.0

    def told(self) -> dict[str, Any]:
        """What to say of it beside a result, as JSON values."""
        return {"precision": self.name, **({} if self.error is None else {"precision_error": self.error})}


def _means(encoder: Encoder, graphs: PackedGraphs, precision: Precision) -> Float[Tensor, "graphs dim"]:
    """Embeddings of graphs in double precision, computed as those of many graphs are."""
    with torch.no_grad(), precision.products(graphs.device):
        shared = encoder.environments(graphs)
        return readout((encoder(graphs) if shared is None else shared.nodes()).double(), graphs)


def has_bf16(device: torch.device) -> bool:
    """Whether the device multiplies in bfloat16 itself; unknown for a CPU on systems other than Linux."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    known = Path("/proc/cpuinfo")
    if device.type != "cpu" or not known.is_file():
        return False
    return not set(FLAGS).isdisjoint(known.read_text(encoding="utf-8").split())
