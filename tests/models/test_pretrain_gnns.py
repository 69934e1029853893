"""The release's layout, against a plain forward pass that reads the release's names."""

import pytest
import torch

from multigraft.errors import InputError
from multigraft.models.pretrain_gnns import KINDS, build
from tests.helpers.coded import random_coded
from tests.helpers.released import released
from tests.reference.edge_encoders import embeddings

CASES = [*((kind, False) for kind in KINDS), ("gcn", True), ("graphsage", True), ("gat", True)]


def with_few_tags(graphs):
    graphs.nodes["codes"][:, 1].clamp_max_(2)  # the release knows three chirality tags
    return graphs


@pytest.mark.parametrize(("kind", "proteins"), CASES, ids=[f"{k}-{'bio' if p else 'chem'}" for k, p in CASES])
def test_the_forward_pass_is_the_release_s(kind, proteins):
    weights = {name: value.double() for name, value in released(kind, proteins).items()}
    graphs = random_coded(5, "protein" if proteins else "hu", seed=2)
    graphs = (graphs if proteins else with_few_tags(graphs)).double()
    encoder, featurization = build(weights, kind)
    assert featurization == ("protein" if proteins else "hu")
    ours = encoder.double().eval()(graphs)
    assert torch.allclose(ours, embeddings(weights, kind, graphs), atol=1e-9)


def test_names_may_stand_under_a_prefix():
    weights = released("gin")
    plain, _ = build(weights, "gin")
    prefixed, _ = build({f"gnn.{name}": value for name, value in weights.items()}, "gin")
    graphs = with_few_tags(random_coded(3))
    assert torch.equal(plain.eval()(graphs), prefixed.eval()(graphs))


def test_a_chirality_tag_that_the_release_does_not_know_counts_as_none():
    encoder, _ = build(released("gcn"), "gcn")
    graphs = random_coded(3)
    graphs.nodes["codes"][:, 1] = 3
    unknown = encoder.eval()(graphs)
    graphs.nodes["codes"][:, 1] = 0
    assert torch.equal(unknown, encoder(graphs))


def test_a_network_for_proteins_may_join_edges_to_messages():
    weights = released("gcn", proteins=True)
    for layer in range(3):
        for part in ("weight", "bias"):
            weights.pop(f"gnns.{layer}.linear.{part}")
        own = {"0.weight": (12, 12), "0.bias": (12,), "1.weight": (12,), "1.bias": (12,), "1.running_mean": (12,)}
        own |= {"1.running_var": (12,), "3.weight": (6, 12), "3.bias": (6,)}
        weights |= {f"gnns.{layer}.mlp.{name}": torch.rand(shape) for name, shape in own.items()}
        weights[f"gnns.{layer}.mlp.1.num_batches_tracked"] = torch.tensor(1)
    encoder, _ = build(weights, "gin")
    graphs = random_coded(3, "protein")
    assert encoder.config()["concat"]
    assert encoder.eval()(graphs).shape == (graphs.num_nodes, 6)


def test_other_weights_are_refused():
    with pytest.raises(InputError, match="unknown encoder 'gnn'"):
        build(released("gin"), "gnn")
    with pytest.raises(InputError, match="not those of a gcn"):
        build(released("gin"), "gcn")
    with pytest.raises(InputError, match="they begin with 'layer'"):
        build({"layer": torch.zeros(1)}, "gin")
    cut = released("gin")
    cut.pop("gnns.1.edge_embedding2.weight")
    with pytest.raises(InputError, match=r"not those of a gin of pretrain-gnns: 'gnns\.1\.edge_embedding2\.weight'"):
        build(cut, "gin")
