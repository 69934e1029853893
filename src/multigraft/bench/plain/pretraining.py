"""Pre-training with PyG as the paper's release does it: the tasks' models, losses and accuracies, and Adam."""

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from torch_geometric.nn import global_mean_pool

from multigraft.bench.plain.episodes import Graph
from multigraft.bench.plain.gin import GIN


class Masking:
    """Learns to tell the elements of masked atoms: a linear layer on their embeddings, mean cross entropy, Adam.

    Source: ``pretrain_masking.py`` in the release of Hu et al. 2020, which also has the accuracy of every step.
    """

    def __init__(self, encoder: GIN, head: nn.Module, learning_rate: float = 1e-3) -> None:
        self.encoder, self.head = encoder, head
        self.optimizer = torch.optim.Adam([*encoder.parameters(), *head.parameters()], lr=learning_rate)
        self.summed_loss = self.summed_accuracy = 0.0

    def step(self, batch: Graph) -> None:
        """One step on a batch from `MaskAtoms`; loss and accuracy are added to what is summed."""
        logits = self.logits(batch)
        loss = cross_entropy(logits, batch.masked_label)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.summed_accuracy += (logits.argmax(1) == batch.masked_label).float().mean().item()
        self.summed_loss += loss.item()

    def logits(self, batch: Graph) -> Tensor:
        """Of the elements ``[masked, elements]``."""
        return self.head(self.encoder(batch.x, batch.edge_index, batch.edge_attr)[batch.masked_index])


class Context:
    """Learns which context is whose: inner products of centres and of contexts' mean anchors, cross entropy, Adam.

    False contexts are those of the next molecule. The mode ``cbow`` with one negative.

    Source: ``pretrain_contextpred.py`` in the release of Hu et al. 2020, which also has the accuracy of every step.
    """

    def __init__(self, encoder: GIN, context_encoder: GIN, learning_rate: float = 1e-3) -> None:
        self.encoder, self.context_encoder = encoder, context_encoder
        parameters = [*encoder.parameters(), *context_encoder.parameters()]
        self.optimizer = torch.optim.Adam(parameters, lr=learning_rate)
        self.summed_loss = self.summed_accuracy = 0.0

    def step(self, neighbourhoods: Graph, contexts: Graph) -> None:
        """One step on the batches of `collate`; loss and accuracy are added to what is summed."""
        true, false = self.logits(neighbourhoods, contexts)
        loss = self.loss(true, false)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.summed_accuracy += 0.5 * ((true > 0).float().mean() + (false < 0).float().mean()).item()
        self.summed_loss += loss.item()

    def logits(self, neighbourhoods: Graph, contexts: Graph) -> tuple[Tensor, Tensor]:
        """Of every centre with its own context, and with the next one's."""
        nodes = self.encoder(neighbourhoods.x, neighbourhoods.edge_index, neighbourhoods.edge_attr)
        centres = nodes[neighbourhoods.centre_index]
        around = self.context_encoder(contexts.x, contexts.edge_index, contexts.edge_attr)
        anchors = around[contexts.anchor_index]
        means = global_mean_pool(anchors, contexts.anchor_index_batch, contexts.num_graphs)
        return (centres * means).sum(1), (centres * means.roll(-1, 0)).sum(1)

    def loss(self, true: Tensor, false: Tensor) -> Tensor:
        """The mean over true pairs plus the mean over false ones."""
        return binary_cross_entropy_with_logits(true, torch.ones_like(true)) + binary_cross_entropy_with_logits(
            false, torch.zeros_like(false)
        )
