"""Molecules as graphs: how they are written, what is known of their atoms and bonds, and files of them."""
