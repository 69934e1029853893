"""The options that say how data is read: written once, and given to every verb that reads data."""

import csv
import dataclasses
import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from multigraft.cli import options as o


@dataclass(frozen=True)
class DataOptions:
    """How data is to be read; a field is an option of every verb under `takes_data_options`."""

    node_label_column: o.NodeLabelColumn = 0
    featurization: o.Featurization = None
    smiles_column: o.SmilesColumn = None
    targets: o.Targets = None
    id_column: o.IdColumn = None
    strip_salts: o.StripSalts = None
    threshold: o.Threshold = None
    hops: o.Hops = None
    largest: o.Largest = None

    def chosen_targets(self) -> tuple[str, ...]:
        """The columns that are named as targets; none where all are meant."""
        return split_columns(self.targets) or ()

    def arguments(self) -> dict[str, Any]:
        """The same as keywords of `multigraft.graphs.catalog.load`."""
        chosen = {"targets": split_columns(self.targets), "strip_salts": bool(self.strip_salts)}
        return {**dataclasses.asdict(self), **chosen}

    def resolved(self) -> dict[str, Any]:
        """The same by the names of the options, to be written beside a result."""
        return dataclasses.asdict(self)


def split_columns(written: str | None) -> tuple[str, ...] | None:
    """The columns in a comma-separated list, in which a name with a comma stands in double quotes; see `csv_line`."""
    if written is None:
        return None
    cells = next(csv.reader([written], skipinitialspace=True), [])
    return tuple(cell.strip() for cell in cells if cell.strip())


def takes_data_options(verb: Callable[..., None]) -> Callable[..., None]:
    """Replace the parameter ``reading: DataOptions`` of a verb by an option for each of its fields."""
    fields = dataclasses.fields(DataOptions)
    options = [
        inspect.Parameter(one.name, inspect.Parameter.KEYWORD_ONLY, default=one.default, annotation=one.type)
        for one in fields
    ]
    parameters: list[inspect.Parameter] = []
    for parameter in inspect.signature(verb, eval_str=True).parameters.values():
        added = options if parameter.name == "reading" else [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)]
        parameters += added

    @functools.wraps(verb)
    def called(**values: Any) -> None:
        reading = DataOptions(**{one.name: values.pop(one.name) for one in fields})
        verb(**values, reading=reading)

    called.__signature__ = inspect.Signature(parameters)  # ty: ignore[missing-attribute]
    return called
