"""Some graphs of a data set that stay where they are until a batch of them is asked for."""

from dataclasses import dataclass

import torch
from jaxtyping import Int, Int64
from torch import Tensor

from multigraft.graphs.packed import PackedGraphs


@dataclass(frozen=True, eq=False)
class Part:
    """The graphs numbered ``numbers`` of a data set, which may be larger than memory when it is mapped from disk."""

    graphs: PackedGraphs
    numbers: Int64[Tensor, " part"]

    def __len__(self) -> int:
        return len(self.numbers)

    def select(self, indices: Int[Tensor, " picked"] | list[int]) -> PackedGraphs:
        """Graphs of the part, by their place in it."""
        return self.graphs.select(self.numbers[torch.as_tensor(indices, dtype=torch.int64)])

    def to(self, device: torch.device | str) -> "Part":
        """The part where batches are made: on a GPU if it leaves half of the free memory, else where it is."""
        where = torch.device(device)
        if where == self.graphs.device or (where.type == "cuda" and 2 * _bytes(self) > _free(where)):
            return self
        chosen = self.graphs.select(self.numbers).to(where)
        return Part(chosen, torch.arange(len(chosen)))


def _bytes(part: Part) -> float:
    """About what its tensors take."""
    whole = sum(tensor.nbytes for name, tensor in part.graphs.tensors().items() if not name.startswith("attached."))
    return whole * len(part) / max(len(part.graphs), 1)


def _free(device: torch.device) -> int:
    return torch.cuda.mem_get_info(device)[0]
