"""Encoders by name."""

import torch

from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.names import ENCODER_NAMES
from multigraft.encoders.registry import ENCODERS
from tests.helpers.graphs import random_graphs


def test_every_encoder_is_built_from_a_schema_and_its_own_config():
    graphs = random_graphs(3)
    schema = InputSchema.of(graphs)
    for kind, make in ENCODERS.items():
        encoder = make(schema)
        again = make(schema, **encoder.config())
        assert encoder.kind == kind
        assert encoder(graphs).shape == (graphs.num_nodes, encoder.dim)
        again.load_state_dict(encoder.state_dict())
        assert torch.equal(again(graphs), encoder(graphs))


def test_the_light_names_are_the_registry():
    assert tuple(ENCODERS) == ENCODER_NAMES
