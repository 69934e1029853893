"""The command line: one file a verb, only wiring."""
