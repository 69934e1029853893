"""The encoders that can be asked for by name."""

from multigraft.encoders.base import Encoder
from multigraft.encoders.gcn import GCN

ENCODERS: dict[str, type[Encoder]] = {GCN.kind: GCN}
