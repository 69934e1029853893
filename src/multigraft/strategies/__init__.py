"""How parameters are found: from a model, tasks and a batch to the losses that the optimiser minimises."""
