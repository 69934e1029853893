"""The short names of the tasks, for those who must not wait for torch."""

TASK_NAMES = ("gc", "nc", "lp", "ml", "gr", "am", "cp", "ep", "im", "dr", "fp", "cl", "mae", "ar")
