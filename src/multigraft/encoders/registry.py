"""The encoders that can be asked for by name."""

from collections.abc import Callable

from torch import nn

from multigraft.encoders.base import Encoder
from multigraft.encoders.edge import GAT, GIN, EdgeGCN, GraphSAGE
from multigraft.encoders.gcn import GCN
from multigraft.encoders.graft import Graft

ENCODERS: dict[str, type[Encoder]] = {encoder.kind: encoder for encoder in (GCN, GIN, EdgeGCN, GraphSAGE, GAT, Graft)}

# Modules of someone else's, for studies: from the width of the input to a module that `ModuleEncoder` takes.
MODULES: dict[str, Callable[[int], nn.Module]] = {}
