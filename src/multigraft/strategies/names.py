"""The names of the strategies, for those who must not wait for torch."""

STRATEGY_NAMES = ("single", "joint", "finetune", "joint-maml", "isame", "esame", "reptile")
