"""On the same batch and from the same weights, plain steps are the package's: losses, and weights behind the step."""

import dataclasses

import pytest
import torch

from multigraft.bench.plain.context import SubstructureAndContext, collate
from multigraft.bench.plain.masking import MaskAtoms
from multigraft.bench.plain.molecules import data_list, drawn
from multigraft.bench.races.pretraining import plain_context, plain_masking, training
from multigraft.tasks.base import Examples
from tests.bench.plain.test_context import both
from tests.helpers.coded import molecules


def small(task):
    """The package's training of a narrow GIN in double precision."""
    return training(molecules(60), task, dim=8, layers=2).double()


def step(module, examples):
    """What the package does with these questions: the loss, and a step of its optimiser."""
    optimizer = module.configure_optimizers()
    model, [task] = module.model.train(), module.tasks
    loss = task.loss(model.heads[task.name](model.encoder(examples.graphs), examples), examples)
    loss.backward()
    optimizer.step()
    return loss.item()


def hidden(graphs, batch):
    """The package's questions about a batch that the plain version masked."""
    masked = torch.zeros(graphs.num_nodes, dtype=torch.bool)
    masked[batch.masked_index] = True
    seen = dataclasses.replace(graphs, nodes={**graphs.nodes, "masked": masked})
    return Examples(seen, batch.masked_index.expand(2, -1), batch.masked_label)


def assert_alike(ours, theirs):
    ours, theirs = ours.detach(), theirs.detach()
    assert float((ours - theirs).abs().max()) <= 1e-9 * float(theirs.abs().max())


def test_a_step_of_masking_is_the_packages():
    module, graphs = small("am"), molecules(60).double()
    plain = plain_masking(module)
    batch = drawn(data_list(graphs), range(60), MaskAtoms(torch.Generator().manual_seed(0)))
    before = module.model.encoder.layers[0].mlp[0].weight.clone()
    plain.step(batch)
    assert plain.summed_loss == pytest.approx(step(module, hidden(graphs, batch)), rel=1e-9)
    assert_alike(module.model.encoder.layers[0].mlp[0].weight, plain.encoder.layers[0].mlp[0].weight)
    assert_alike(module.model.heads["am"].atom.weight, plain.head.weight)
    assert not torch.equal(plain.encoder.layers[0].mlp[0].weight, before)


def test_a_step_of_context_prediction_is_the_packages():
    module = small("cp")
    plain = plain_context(module)
    asked, batches = both(molecules(60).double())
    plain.step(*batches)
    assert plain.summed_loss == pytest.approx(step(module, asked), rel=1e-9)
    assert_alike(module.model.encoder.layers[1].mlp[2].weight, plain.encoder.layers[1].mlp[2].weight)
    theirs = module.model.heads["cp"].encoder
    assert_alike(theirs.layers[2].mlp[2].weight, plain.context_encoder.layers[2].mlp[2].weight)


def test_accuracies_are_shares_of_right_answers():
    graphs = molecules(60).double()
    masking = plain_masking(small("am"))
    batch = drawn(data_list(graphs), range(60), MaskAtoms(torch.Generator().manual_seed(0)))
    right = masking.logits(batch).argmax(1) == batch.masked_label
    masking.step(batch)
    assert masking.summed_accuracy == pytest.approx(float(right.float().mean()))
    context = plain_context(small("cp"))
    extract = SubstructureAndContext(torch.Generator().manual_seed(0))
    batches = collate([extract(one) for one in data_list(graphs)])
    true, false = context.logits(*batches)
    context.step(*batches)
    assert context.summed_accuracy == pytest.approx(float((true > 0).float().mean() + (false < 0).float().mean()) / 2)


def test_steps_lower_the_loss():
    masking, data = plain_masking(small("am")), data_list(molecules(60))
    mask = MaskAtoms(torch.Generator().manual_seed(0))
    losses = []
    for _ in range(30):
        before = masking.summed_loss
        masking.step(drawn(data, range(60), mask))
        losses.append(masking.summed_loss - before)
    assert sum(losses[-5:]) < 0.9 * sum(losses[:5])
