"""Hyperparameters by validation score: a search space, trials that can be killed, a configuration as the result."""
