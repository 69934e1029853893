"""The version, for those who must not wait for anything."""

__version__ = "0.1.0"
