"""What the site says of papers, methods and data sets: texts that come with the package."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True)
class PaperText:
    """A paper: ``abstract`` in our words, ``studies`` that repeat its tables, ``methods`` that it proposes or uses."""

    title: str
    authors: str = ""
    venue: str = ""
    date: str = ""
    url: str = ""
    code: str = ""
    abstract: str = ""
    studies: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()


@dataclass(frozen=True)
class MethodText:
    """A method: what it does in five sentences, its equation, the module that has it, and who says so."""

    title: str
    module: str
    equation: str
    source: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class DatasetText:
    """A data set, with facts by name."""

    title: str
    about: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@cache
def paper_texts() -> dict[str, PaperText]:
    """By key."""
    return {key: PaperText(**_listed(one)) for key, one in _read("papers.toml").items()}


@cache
def method_texts() -> dict[str, MethodText]:
    """By the name of the strategy or task."""
    return {key: MethodText(**_listed(one)) for key, one in _read("methods.toml").items()}


@cache
def dataset_texts() -> dict[str, DatasetText]:
    """By name."""
    return {key: DatasetText(**one) for key, one in _read("datasets.toml").items()}


def _read(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def _listed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
