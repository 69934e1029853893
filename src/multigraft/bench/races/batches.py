"""Batches of pretext tasks: 256 molecules gathered out of a data set, asked about, and put together.

The plain side draws on molecule after molecule in this process; the fast one on all molecules of the batch at once.
"""

import random
from collections.abc import Callable

from torch import Tensor

from multigraft.bench.plain.context import SubstructureAndContext, collate
from multigraft.bench.plain.masking import MaskAtoms
from multigraft.bench.plain.molecules import data_list, drawn
from multigraft.bench.plain.negatives import NegativeEdges
from multigraft.bench.race import Race
from multigraft.bench.races.data import batches, molecules
from multigraft.graphs.packed import PackedGraphs
from multigraft.randomness import generator
from multigraft.tasks.base import Examples
from multigraft.tasks.registry import resolve


def masking() -> Race:
    """Attribute masking: int(0.15 atoms + 1) atoms of each molecule."""
    graphs = molecules()
    data, picked = data_list(graphs), batches(graphs)
    mask = MaskAtoms(generator(0, "plain masking"))
    return _race("masking", graphs, "am", lambda: drawn(data, next(picked), mask))


def negatives() -> Race:
    """Edge prediction: as many non-edges as edges of each molecule."""
    graphs = molecules()
    data, picked = data_list(graphs), batches(graphs)
    negative = NegativeEdges(random.Random(0))
    return _race("negatives", graphs, "ep", lambda: drawn(data, next(picked), negative))


def context() -> Race:
    """Context prediction: the neighbourhood and the context of an atom of each molecule."""
    graphs = molecules()
    data, picked = data_list(graphs), batches(graphs)
    extract = SubstructureAndContext(generator(0, "plain context"))
    return _race("context", graphs, "cp", lambda: collate([extract(data[number]) for number in next(picked)]))


def _race(name: str, graphs: PackedGraphs, task: str, plain: Callable[[], object]) -> Race:
    """The plain side against the package's task, in batches of the same molecules."""
    [asked], picked, draws = resolve([task]), batches(graphs), generator(0, name)

    def fast() -> Examples:
        return asked.examples(graphs.select(next(picked)), draws)

    return Race(
        name=name,
        fast=fast,
        plain=plain,
        what=f"a batch of 256 of {len(graphs)} molecules of {graphs.origin.name}, {asked.title}",
        bytes=2.0 * size(fast()),  # read and written once
    )


def size(examples: Examples) -> int:
    """Bytes of the tensors that a batch of questions consists of."""
    made = [examples.queries, examples.answers]
    for graphs in (examples.graphs, examples.beside):
        made += [] if graphs is None else _own(graphs)
    return sum(tensor.nbytes for tensor in made)


def _own(graphs: PackedGraphs) -> list[Tensor]:
    """All tensors of a batch; what is attached is the data set's."""
    return [tensor for name, tensor in graphs.tensors().items() if not name.startswith("attached.")]
