"""A trained encoder as a thing: saved, loaded, described, embedding graphs."""
