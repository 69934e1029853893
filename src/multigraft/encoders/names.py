"""The names of the encoders, for those who must not wait for torch."""

ENCODER_NAMES = ("gcn", "gin", "edge-gcn", "graphsage", "gat", "graft")
