"""What the tasks that ask for computed descriptions of molecules have in common."""

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from jaxtyping import Int64, UInt8
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.tasks.base import Episode, Examples, Head, Task
from multigraft.tasks.episodes import divided
from multigraft.tasks.graph_targets import TargetsHead, check_head


@dataclass(frozen=True)
class MoleculeDescription(Task):
    """Queries are graph numbers, answers rows of bytes ``[asked, bytes]``, which `equipped` computes once.

    ``pool`` is the head's readout, ``norm`` what comes behind it, see `TargetsHead`, ``width`` how many numbers it
    says; 0: as many as this RDKit computes. Episode: 60 % of the graphs as support, the rest as target.
    """

    pool: str = "mean"
    norm: str = "none"
    width: int = 0

    column: ClassVar[str]  # of the graphs, where answers are kept
    pretext = True
    batch_size = 256
    learning_rate = 1e-3
    of_head = ("pool", "norm")
    unsaid = (("norm", "none"),)

    def __post_init__(self) -> None:
        check_head(self.pool, self.norm, self.name)

    def obstacle(self, graphs: PackedGraphs) -> str | None:
        if "smiles" not in graphs.attached:
            return f"data set {graphs.origin.name!r} did not come from SMILES, and molecules are described by these"
        return None

    def equipped(self, graphs: PackedGraphs, train: Int64[Tensor, " train"], progress: bool = False) -> PackedGraphs:
        return replace(graphs, graphs={**graphs.graphs, self.column: self.described(graphs, train, progress)})

    def fitted(self, graphs: PackedGraphs, train: Int64[Tensor, " train"]) -> Task:
        """With its width, so that a saved head is the same whichever RDKit there is.

        Raises:
            InputError: another width than this RDKit's.
        """
        if self.width not in (0, self.usual_width()):
            known = f"task {self.name!r} has {self.usual_width()} numbers with this RDKit"
            raise InputError(f"{known}, not {self.width}: leave width out")
        return replace(self, width=self.usual_width())

    def head(self, dim: int, origin: Origin) -> Head:
        return TargetsHead(dim, self.width or self.usual_width(), self.pool, self.norm)

    def examples(self, graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        return Examples(graphs, torch.arange(len(graphs), device=graphs.device), graphs.graphs[self.column])

    def episode(self, graphs: PackedGraphs, generator: torch.Generator) -> Episode:
        support, target = divided(graphs, generator)
        return Episode(self.examples(support, generator), self.examples(target, generator))

    @abstractmethod
    def described(
        self, graphs: PackedGraphs, train: Int64[Tensor, " train"], progress: bool
    ) -> UInt8[Tensor, "graphs bytes"]:
        """The answers about every graph; what they are measured by comes from the training part, ``train``."""

    @abstractmethod
    def usual_width(self) -> int:
        """How many numbers describe a molecule."""
