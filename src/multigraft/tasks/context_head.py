"""The head of context prediction: an encoder beside the main one, which reads contexts."""

import copy

from jaxtyping import Float
from torch import Tensor, nn

from multigraft.encoders.base import Encoder
from multigraft.graphs.packed import PackedGraphs
from multigraft.tasks.base import Examples, Head

MODES = ("cbow", "skipgram")


class ContextHead(Head):
    """The inner product of a centre's embedding and a context's: an anchor's by an encoder of its own, or their mean.

    Source: Hu et al. 2020, section 3.1.1.
    """

    def __init__(self, encoder: Encoder, dim: int, mode: str) -> None:
        super().__init__()
        self.mode = mode
        self.encoder = encoder
        self.turn = nn.Identity() if encoder.dim == dim else nn.Linear(encoder.dim, dim)  # all layers' embeddings

    def forward(self, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float[Tensor, " asked"]:
        contexts = examples.beside
        assert contexts is not None
        around = self.turn(self.encoder(contexts))
        if self.mode == "cbow":
            around = _anchor_means(around, contexts)
        centre, context = examples.queries
        return (z.index_select(0, centre) * around.index_select(0, context)).sum(1)


def _anchor_means(around: Tensor, contexts: PackedGraphs) -> Tensor:
    anchor = contexts.nodes["anchor"].to(around.dtype)
    counts = anchor.new_zeros(len(contexts)).index_add(0, contexts.node_graph, anchor)
    summed = around.new_zeros(len(contexts), around.shape[1])
    return summed.index_add(0, contexts.node_graph, around * anchor[:, None]) / counts.clamp_min(1)[:, None]


def sibling(encoder: Encoder, layers: int) -> Encoder:
    """A fresh encoder of the same architecture, of so many layers where it can be told how many.

    One that cannot, a module of the user's own, is copied and its weights are drawn anew, as far as it has parts that
    can do that.
    """
    config = encoder.config()
    if "layers" in config:
        made = type(encoder)(encoder.inputs.schema, **{**config, "layers": layers})
    else:
        made = copy.deepcopy(encoder)
        for part in made.modules():
            if callable(draw_anew := getattr(part, "reset_parameters", None)):
                draw_anew()
    made.fit_as(encoder)
    return made
