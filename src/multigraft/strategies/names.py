"""The names of the strategies, for those who must not wait for torch."""

STRATEGY_NAMES = ("single", "joint", "isame", "esame")
