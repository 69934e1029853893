"""Plain versions of the hot algorithms: one graph at a time, written to read like the paper."""
