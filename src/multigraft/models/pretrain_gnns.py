"""The layout of the weights that Hu et al. released, and how it maps to ours: chemistry and proteins.

Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", the authors' release (MIT licence).
"""

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from multigraft.encoders.base import Encoder
from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.registry import ENCODERS
from multigraft.errors import InputError
from multigraft.graphs.vocabulary import VOCABULARIES
from multigraft.models.names import KINDS

Weights = Mapping[str, Tensor]

# Inside a layer, what the release calls a part and what we do.
PARTS = {"linear": "linear", "weight_linear": "linear", "mlp": "mlp", "att": "attention", "bias": "bias"}
CHIRALITIES = 3  # the release leaves out RDKit's fourth


def build(weights: Weights, encoder: str) -> tuple[Encoder, str]:
    """An encoder with these weights, and the name of the featurisation that it reads.

    Raises:
        InputError: an encoder that the release does not have, or weights of another.
    """
    if encoder not in KINDS:
        raise InputError(f"unknown encoder {encoder!r}: choose from {', '.join(KINDS)}")
    own = {name.removeprefix("gnn."): value for name, value in weights.items()}
    proteins = "gnns.0.input_node_embeddings.weight" in own
    if not proteins and "x_embedding1.weight" not in own:
        raise InputError(f"these are no weights of pretrain-gnns: they begin with {next(iter(own), 'nothing')!r}")
    try:
        schema = protein_schema() if proteins else molecule_schema(own)
        built = ENCODERS[KINDS[encoder]](schema, **_options(own, encoder, proteins))
        built.load_state_dict(_translated(own, built, proteins))
    except (KeyError, RuntimeError, ValueError) as error:
        raise InputError(f"these weights are not those of a {encoder} of pretrain-gnns: {error}") from error
    return built, "protein" if proteins else "hu"


def molecule_schema(weights: Weights) -> InputSchema:
    """Molecules as in the release, whose tables may have fewer chirality tags."""
    known = VOCABULARIES["hu"]
    tags = len(weights["x_embedding2.weight"])
    return InputSchema(0, codes=(known.nodes[0], tags), edge_codes=known.edges)


def protein_schema() -> InputSchema:
    """Protein networks: the same for every protein, seven types of interaction."""
    known = VOCABULARIES["protein"]
    return InputSchema(0, codes=known.nodes, edge_types=known.types)


def _options(weights: Weights, encoder: str, proteins: bool) -> dict[str, Any]:
    layers = 1 + max(int(found[1]) for name in weights if (found := re.match(r"gnns\.(\d+)\.", name)))
    last = weights["gnns.0.input_node_embeddings.weight" if proteins else "x_embedding1.weight"].shape[1]
    found: dict[str, Any] = {"dim": last, "layers": layers}
    found["norm"] = "batch" if "batch_norms.0.weight" in weights else "none"
    if encoder == "gat":
        found["heads"] = weights["gnns.0.att"].shape[1]
    if encoder == "gin" and proteins:
        found["concat"] = True
    return found


def _translated(weights: Weights, built: Encoder, proteins: bool) -> dict[str, Tensor]:
    """The weights under our names; what the release does not have is as ``built`` has it."""
    found: dict[str, Tensor] = {}
    if proteins:
        table = weights["gnns.0.input_node_embeddings.weight"]
        found["nodes.tables.0.weight"] = torch.cat([table, table.new_zeros(1, table.shape[1])])  # no mask there
    else:
        found |= {f"nodes.tables.{place}.weight": weights[f"x_embedding{place + 1}.weight"] for place in range(2)}
    for name, value in weights.items():
        if name.startswith("batch_norms."):
            found[name.replace("batch_norms.", "norms.")] = value
        elif layered := re.fullmatch(r"gnns\.(\d+)\.(\w+)(.*)", name):
            layer, part, rest = layered.groups()
            if part in PARTS:
                found[f"layers.{layer}.{PARTS[part]}{rest}"] = value
    places = len(built.stages()) - 1
    found |= {f"layers.{layer}.edges.weight": _edges(weights, layer, proteins) for layer in range(places)}
    return found


def _edges(weights: Weights, layer: int, proteins: bool) -> Tensor:
    """A layer's tables of edge categories side by side, or its linear map of types with the bias as a last column."""
    if proteins:
        weight, bias = (weights[f"gnns.{layer}.edge_encoder.{part}"] for part in ("weight", "bias"))
        return torch.cat([weight, bias[:, None]], dim=1)
    return torch.cat([weights[f"gnns.{layer}.edge_embedding{place}.weight"].T for place in (1, 2)], dim=1)
