"""The training loop that all strategies share."""
