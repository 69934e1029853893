"""GraphMAE: a masked autoencoder whose decoder is a graph network too."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity

from multigraft.encoders.neighbourhoods import summed
from multigraft.errors import InputError
from multigraft.tasks.base import Examples, Head
from multigraft.tasks.reconstruction import Reconstruction


@dataclass(frozen=True)
class GraphMAE(Reconstruction):
    """What masked nodes were, told from their neighbours' embeddings. Loss: the mean of (1 - cosine) ** ``gamma``.

    Metric: the mean cosine.

    Source: Hou et al. 2022, "GraphMAE: Self-Supervised Masked Graph Autoencoders", eq. 2 and section 3.2. One mask for
    all nodes, none is left as it was or swapped, as in its release for molecules, whose rate and decoder these are.
    """

    gamma: float = 2.0

    name = "mae"
    title = "masked autoencoder"
    metric_name = "cosine"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.gamma < 1:
            raise InputError(f"gamma must be at least 1, got {self.gamma}")

    def said_by(self, dim: int, width: int) -> Head:
        return DecoderHead(dim, width)

    def loss(self, logits: Float[Tensor, "asked width"], examples: Examples) -> Float[Tensor, ""]:
        alike = cosine_similarity(logits, examples.answers.to(logits.dtype), dim=1)
        return (1 - alike).clamp_min(0).pow(self.gamma).sum() / max(1, len(alike))

    def metric(self, logits: Float[Tensor, "asked width"], examples: Examples) -> float:
        return float(cosine_similarity(logits.double(), examples.answers.double(), dim=1).mean())


class DecoderHead(Head):
    """A linear map of all embeddings, masked nodes blanked again, then a layer of a GIN.

    Source: Hou et al. 2022, section 3.2; the layer is that of Xu et al. 2019, two linear layers on the sum of a node
    and its neighbours.
    """

    def __init__(self, dim: int, width: int) -> None:
        super().__init__()
        self.turn = nn.Linear(dim, dim, bias=False)
        self.activation = nn.PReLU()
        self.decode = nn.Sequential(nn.Linear(dim, 2 * dim), nn.ReLU(), nn.Linear(2 * dim, width))

    def forward(self, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float[Tensor, "asked width"]:
        graphs = examples.graphs
        shown = ~graphs.nodes["masked"][:, None]
        heard = graphs.once(summed).adjacency() @ (self.turn(self.activation(z)) * shown)
        return self.decode(heard.index_select(0, examples.queries))
