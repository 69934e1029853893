"""The names of encoders and readouts, for those who must not wait for torch."""

ENCODER_NAMES = ("gcn", "gin", "edge-gcn", "graphsage", "gat", "graft")
READOUT_NAMES = ("mean", "sum", "max", "std", "mean+max+sum", "mean+std+max+sum")
