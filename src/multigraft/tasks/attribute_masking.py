"""Attribute masking: what the atoms, bonds or interactions are that the encoder was not shown."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from multigraft.errors import InputError
from multigraft.graphs.names import EMBEDDED
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.vocabulary import vocabulary
from multigraft.tasks.base import Episode, Examples, Head, Task
from multigraft.tasks.episodes import halved
from multigraft.tasks.losses import mean_where
from multigraft.tasks.masking import masked_atoms, masked_interactions


@dataclass(frozen=True)
class AttributeMasking(Task):
    """Queries are node pairs ``[2, asked]``: an atom is paired with itself, a bond joins two.

    Molecules: ``rate`` of each molecule's atoms are masked, rounded down, and one more. Answers are elements, the first
    column of codes. With ``bonds``, the bonds that touch masked atoms are masked as well, and asked for; bond types are
    numbered on behind the elements. Loss: the mean cross entropy of atoms plus that of bonds.

    Proteins: as many of each graph's edges are masked, and answers are the types ``[asked, types]`` that each has.
    Loss: the mean binary cross entropy.

    Episode: the same graphs; support and target share what is masked half and half, all of it hidden in both.

    Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", section 3.1.2, and its release, which
    asks proteins for the first type of an edge alone.
    """

    bonds: bool = False
    rate: float = 0.15

    name = "am"
    title = "attribute masking"
    metric_name = "accuracy"
    pretext = True
    batch_size = 256
    learning_rate = 1e-3

    def __post_init__(self) -> None:
        if not 0 < self.rate < 1:
            raise InputError(f"the rate of masking must lie between 0 and 1, got {self.rate}")

    def obstacle(self, graphs: PackedGraphs) -> str | None:
        name, known = graphs.origin.name, vocabulary(graphs.origin.featurization)
        if not known.nodes:
            what = f"data set {name!r} has neither atoms nor types of interactions that could be masked"
            molecules = name in EMBEDDED or "smiles" in graphs.attached
            return f"{what}: choose a featurization: --featurization hu" if molecules else what
        if known.types and self.bonds:
            return f"data set {name!r} has no bonds: its interactions are masked without that option"
        if (known.types or self.bonds) and not graphs.num_edges:
            return f"data set {name!r} has no edges"
        return None

    def head(self, dim: int, origin: Origin) -> Head:
        known = vocabulary(origin.featurization)
        if known.types:
            return InteractionHead(dim, known.types)
        return AtomHead(dim, known.nodes[0], known.edges[0] if self.bonds else 0)

    def examples(self, graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        return _joined(self._asked(graphs, generator))

    def episode(self, graphs: PackedGraphs, generator: torch.Generator) -> Episode:
        support, target = [], []
        for kind in self._asked(graphs, generator):
            half = halved(graphs.node_graph[kind.queries[0]], generator)
            support.append(Examples(kind.graphs, kind.queries[:, half], kind.answers[half]))
            target.append(Examples(kind.graphs, kind.queries[:, ~half], kind.answers[~half]))
        return Episode(_joined(support), _joined(target))

    def _asked(self, graphs: PackedGraphs, generator: torch.Generator) -> list[Examples]:
        """The questions of each kind."""
        if vocabulary(graphs.origin.featurization).types:
            return [masked_interactions(graphs, self.rate, generator)]
        return masked_atoms(graphs, self.rate, self.bonds, generator)

    def loss(self, logits: Float[Tensor, "asked classes"], examples: Examples) -> Float[Tensor, ""]:
        answers = examples.answers
        if answers.ndim == 2:
            terms = binary_cross_entropy_with_logits(logits, answers.to(logits.dtype), reduction="sum")
            return terms / max(1, answers.numel())
        terms = cross_entropy(logits, answers, reduction="none")
        atom = answers < vocabulary(examples.graphs.origin.featurization).nodes[0]
        return mean_where(terms, atom) + mean_where(terms, ~atom)

    def metric(self, logits: Float[Tensor, "asked classes"], examples: Examples) -> float:
        """The share of atoms and bonds whose class is right; of types, the share told rightly to be there or not."""
        if not len(examples.answers):
            return float("nan")
        said = logits > 0 if examples.answers.ndim == 2 else logits.argmax(1)
        return float((said == examples.answers).double().mean())


def _joined(kinds: Sequence[Examples]) -> Examples:
    """The questions of all kinds, one after the other; they are about the same graphs."""
    if len(kinds) == 1:
        return kinds[0]
    queries, answers = ([getattr(kind, part) for kind in kinds] for part in ("queries", "answers"))
    return Examples(kinds[0].graphs, torch.cat(queries, dim=1), torch.cat(answers))


class AtomHead(Head):
    """A linear layer on an atom's embedding, another on the sum of those of a bond's two atoms.

    Logits are those of all classes, elements and then bond types, minus infinity for the kind that is not asked for.

    Source: Hu et al. 2020, section 3.1.2, and its release.
    """

    def __init__(self, dim: int, elements: int, bond_types: int) -> None:
        super().__init__()
        self.atom = nn.Linear(dim, elements)
        self.bond = nn.Linear(dim, bond_types) if bond_types else None

    def forward(self, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float[Tensor, "asked classes"]:
        first, second = examples.queries
        one = z.index_select(0, first)
        if self.bond is None:
            return self.atom(one)
        is_bond = (first != second)[:, None]
        elements = torch.where(is_bond, -torch.inf, self.atom(one))
        bond_types = torch.where(is_bond, self.bond(one + z.index_select(0, second)), -torch.inf)
        return torch.cat([elements, bond_types], dim=1)


class InteractionHead(Head):
    """A linear layer on the sum of the embeddings of the two proteins.

    Source: Hu et al. 2020, section 3.1.2, and its release.
    """

    def __init__(self, dim: int, types: int) -> None:
        super().__init__()
        self.types = nn.Linear(dim, types)

    def forward(self, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float[Tensor, "asked types"]:
        first, second = examples.queries
        return self.types(z.index_select(0, first) + z.index_select(0, second))
