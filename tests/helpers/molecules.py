"""Molecules for tests, whole and broken, and small encoders of molecules, some of which predict."""

import dataclasses

import torch

from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.graphs.atoms import pack_molecules
from multigraft.graphs.molecules.load import pack_smiles
from multigraft.graphs.packed import Origin
from multigraft.models.trained import TrainedEncoder
from multigraft.tasks.graph_regression import GraphRegression
from multigraft.tasks.graph_targets import GraphTargets
from multigraft.tasks.model import TaskModel
from multigraft.tasks.multi_label import MultiLabel

SMILES = ["CCO", "c1ccccc1", "C", "CC(=O)O", "C[N+](C)(C)C", "O=C(O)c1ccccc1.[Na]", "N#Cc1ccncc1"]
BROKEN = {  # and a word of the reason
    "C(": "no valid SMILES",
    "not a molecule": "no valid SMILES",
    "C(C)(C)(C)(C)C": "valence",
    "c1cccc1": "kekulize",
    "": "no atoms",
}
TARGETS = ("toxic", "active, if any")


def molecule_encoder(seed: int = 0, dim: int = 6) -> TrainedEncoder:
    """A GCN with random weights that reads what the embedded sets of molecules offer."""
    from rdkit import Chem

    graphs = pack_molecules([Chem.MolFromSmiles(one) for one in SMILES])
    origin = Origin("nci5k", "made", degree=True)
    torch.manual_seed(seed)
    first, second = (GCN(InputSchema.of(dataclasses.replace(graphs, origin=origin)), dim=dim) for _ in range(2))
    return TrainedEncoder(TaskModel(first, [], origin), second, origin, (), {"name": "single"})


def predicting_encoder(
    kind: str = "ml", seed: int = 0, targets: tuple[str, ...] = TARGETS, featurization: str = "hu"
) -> TrainedEncoder:
    """A GCN with random weights and a head that predicts ``targets``, none of them near 0 or 1 for all molecules."""
    graphs = pack_smiles(SMILES, featurization)
    number = len(targets)
    task: GraphTargets = MultiLabel()
    if kind == "gr":
        task = GraphRegression(
            mean=tuple(10.0 + one for one in range(number)), deviation=tuple(2.0 + one for one in range(number))
        )
    origin = dataclasses.replace(
        graphs.origin, name="made", targets=targets, target_kind="real" if kind == "gr" else "binary"
    )
    torch.manual_seed(seed)
    first, second = (GCN(InputSchema.of(graphs, "none"), dim=6) for _ in range(2))
    return TrainedEncoder(TaskModel(first, [task], origin), second, origin, (kind,), {"name": "single"})
