"""The short names of the tasks, for those who must not wait for torch."""

PRETEXTS = ("am", "cp", "ep", "im", "dr", "fp", "cl", "mae", "ar")  # that are trained for and asked by no protocol
TASK_NAMES = ("gc", "nc", "lp", "ml", "gr", *PRETEXTS)
