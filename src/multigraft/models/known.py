"""The graphs that an encoder, and those that it goes back to, were trained on, one by one: known again in other data.

`multigraft.models.seen` knows whole data sets, and which of their graphs were kept for a test; this knows each graph by
its `multigraft.graphs.likeness.likeness`, so that some rows of a table, or all in another order, are found as well.
"""

from pathlib import Path

import torch
from jaxtyping import Int64
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from multigraft.errors import InputError
from multigraft.files import replacing
from multigraft.graphs.likeness import likeness
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split

Known = Int64[Tensor, " known"]  # sorted, each once
NAME = "graphs"  # in the file


def known_after(before: Known | None, graphs: PackedGraphs, split: Split) -> Int64[Tensor, " grown"]:
    """What is known after a training on ``graphs``, divided by ``split``, as well: validation chose the epoch."""
    now = likeness(graphs)[torch.cat([split.train, split.validation])]
    return torch.unique(now if before is None else torch.cat([before, now]))


def met(known: Known, graphs: PackedGraphs) -> int:
    """How many of the graphs are known, or look to an encoder like one that is."""
    return int(torch.isin(likeness(graphs), known).sum())


def write_known(path: Path, known: Known) -> None:
    """Keep it, eight bytes a graph."""
    with replacing(path) as temporary:
        save_file({NAME: known}, temporary)


def read_known(path: Path) -> Known | None:
    """What `write_known` kept; None where there is no such file, as for weights that others trained.

    Raises:
        InputError: the file is damaged.
    """
    if not path.is_file():
        return None
    try:
        return load_file(path)[NAME]
    except (SafetensorError, OSError, KeyError) as error:
        raise InputError(f"{path} does not say which graphs are known, it is damaged: {error!r}") from error
