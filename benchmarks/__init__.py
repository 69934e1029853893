"""Races of the hot paths against their plain versions."""
