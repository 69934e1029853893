"""The names of the protocols, for those who must not wait for torch."""

PROTOCOL_NAMES = ("strict", "paper")
