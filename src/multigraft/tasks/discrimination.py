"""What the tasks that tell pairs that belong together from pairs that do not have in common."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from multigraft.graphs.arrays import arrays
from multigraft.graphs.packed import PackedGraphs
from multigraft.tasks.base import Episode, Examples, Task
from multigraft.tasks.episodes import divided
from multigraft.tasks.losses import mean_where
from multigraft.tasks.scores import SCORES


class Discrimination(Task):
    """Queries are pairs ``[2, asked]``, answers 1 for those that belong together and 0 for the others.

    Loss: the mean binary cross entropy of the true pairs, plus that of the false ones times how many there are to a
    true one. Metric: ROC-AUC, which does not mind that the inner product of embeddings behind a ReLU is never negative.
    Episode: 60 % of the graphs as support, the rest as target.

    Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", section 3.1, and its release.
    """

    metric_name = "roc_auc"
    pretext = True
    batch_size = 256
    learning_rate = 1e-3
    negatives: int = 1

    def episode(self, graphs: PackedGraphs, generator: torch.Generator) -> Episode:
        support, target = divided(graphs, generator)
        return Episode(self.examples(support, generator), self.examples(target, generator))

    def loss(self, logits: Float[Tensor, " asked"], examples: Examples) -> Float[Tensor, ""]:
        true = examples.answers == 1
        terms = binary_cross_entropy_with_logits(logits, true.to(logits.dtype), reduction="none")
        return mean_where(terms, true) + self.negatives * mean_where(terms, ~true)

    def metric(self, logits: Float[Tensor, " asked"], examples: Examples) -> float:
        return SCORES["roc_auc"].function(logits[:, None], examples.answers[:, None].to(logits.dtype))


def matched(true: Tensor, false: Tensor, graphs: PackedGraphs, beside: PackedGraphs | None = None) -> Examples:
    """True pairs, then false ones, as questions."""
    on, count = arrays(true.device), true.shape[1]
    answers = on.whole(on.arange(count + false.shape[1]) < count)
    return Examples(graphs, torch.cat([true, false], dim=1), on.tensor(answers), beside)
