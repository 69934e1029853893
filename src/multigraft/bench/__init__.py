"""Races of the fast versions against plain ones, on real data: what is measured, and on what machine."""
