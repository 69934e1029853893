"""Any module from features and edges to embeddings is an encoder."""

import pytest
import torch
from torch import nn
from torch_geometric.nn import GAT, GIN

from multigraft.encoders.base import ModuleEncoder
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from tests.helpers.graphs import random_graphs


@pytest.fixture
def graphs():
    return random_graphs(4, seed=1)


@pytest.mark.parametrize("net", [GIN, GAT])
def test_pyg_models_fit_by_the_adapter(graphs, net):
    module = net(4, 8, 2, 5)
    encoder = ModuleEncoder(module, InputSchema.of(graphs))
    assert encoder.dim == 5
    expected = module(encoder.inputs(graphs), graphs.edge_index)
    assert torch.equal(encoder.eval()(graphs), expected)
    assert encoder.config() == {"module": net.__name__, "dim": 5}


def test_asking_for_the_width_leaves_the_module_as_it_was(graphs):
    module = nn.Sequential()
    norm = nn.BatchNorm1d(4)
    module.append(norm)

    class Normed(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = norm

        def forward(self, x, edges):
            return self.norm(x)

    normed = Normed().train()
    ModuleEncoder(normed, InputSchema.of(graphs))
    assert normed.training
    assert int(norm.num_batches_tracked) == 0


class Pooled(nn.Module):
    def forward(self, x, edges):
        return x.mean(0)


class Alone(nn.Module):
    def forward(self, x):
        return x


@pytest.mark.parametrize(("module", "says"), [(GIN(7, 8, 2, 5), "4 input features"), (Pooled(), "node embeddings"),
                                              (Alone(), "cannot take")])  # fmt: skip
def test_modules_that_do_not_fit_are_refused(graphs, module, says):
    with pytest.raises(InputError, match=says):
        ModuleEncoder(module, InputSchema.of(graphs))
