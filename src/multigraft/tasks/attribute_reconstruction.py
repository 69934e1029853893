"""Attribute reconstruction: the numbers of nodes that the encoder was not shown."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn

from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.vocabulary import vocabulary
from multigraft.tasks.base import Examples, Head
from multigraft.tasks.reconstruction import Reconstruction


@dataclass(frozen=True)
class AttributeReconstruction(Reconstruction):
    """A linear layer on a masked node's embedding says its attributes. Loss: the mean squared error, standardised.

    Source: attribute masking of Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", section 3.1.2, for
    attributes that are numbers.
    """

    name = "ar"
    title = "attribute reconstruction"
    metric_name = "r2"

    def obstacle(self, graphs: PackedGraphs) -> str | None:
        if vocabulary(graphs.origin.featurization).nodes:
            return f"the nodes of data set {graphs.origin.name!r} are of categories: task 'am' asks for these"
        return super().obstacle(graphs)

    def said_by(self, dim: int, width: int) -> Head:
        return AttributeHead(dim, width)

    def loss(self, logits: Float[Tensor, "asked width"], examples: Examples) -> Float[Tensor, ""]:
        errors = (logits - examples.answers.to(logits.dtype)).square()
        return errors.sum() / max(1, errors.numel())

    def metric(self, logits: Float[Tensor, "asked width"], examples: Examples) -> float:
        """The mean over attributes of 1 - MSE / variance among the nodes that are asked about."""
        answers = examples.answers.double()
        spread = (answers - answers.mean(0)).square().sum(0)
        wrong = (logits.double() - answers).square().sum(0)
        return float((1 - wrong / spread)[spread > 0].mean())


class AttributeHead(Head):
    """A linear layer."""

    def __init__(self, dim: int, attributes: int) -> None:
        super().__init__()
        self.attributes = nn.Linear(dim, attributes)

    def forward(self, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float[Tensor, "asked attributes"]:
        return self.attributes(z.index_select(0, examples.queries))
