"""A whole data set in a few contiguous tensors, so that a batch is made by tensor indexing alone."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Int64
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs.arrays import arrays
from multigraft.graphs.segments import segment_ids
from multigraft.graphs.selection import selected

if TYPE_CHECKING:
    from torch_geometric.data import Batch, Data

Columns = Mapping[str, Tensor]
T = TypeVar("T")


@dataclass(frozen=True)
class Origin:
    """What is known of a data set beside its tensors.

    ``degree``: whether node degrees, counted on the edges that message passing sees, belong to the input.
    ``notes``: choices made while loading that a user should hear of.
    ``featurization``: what the columns ``codes`` mean, a name in `multigraft.graphs.vocabulary`; empty without them.
    ``targets``: names of the columns of ``graphs["targets"]``, which are all ``binary`` or ``real``, as
    ``target_kind`` says; ``metric``: how they are usually scored.
    ``strip_salts``: whether molecules are the largest fragments of what was written.
    ``excluded``: data sets whose molecules were taken out, each with the head of its checksum.
    """

    name: str = "unnamed"
    checksum: str = ""
    node_classes: tuple[str, ...] = ()
    graph_classes: tuple[str, ...] = ()
    degree: bool = False
    notes: tuple[str, ...] = ()
    featurization: str = ""
    targets: tuple[str, ...] = ()
    target_kind: str = ""
    metric: str = ""
    strip_salts: bool = False
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class PackedGraphs:
    """Many graphs as one: nodes and edges of all graphs one after the other, edges in global node numbers.

    The three tables map a column's name to a tensor whose first axis is the nodes, edges or graphs. Known columns:
    ``nodes``: ``x`` attributes ``[nodes, features]``, ``structure`` features that were computed from the edges
    ``[nodes, features]``, ``label`` ``[nodes]``, ``codes`` categories ``[nodes, kinds]``, ``structure_codes``
    categories that were computed from the edges, plus one, as 0 says that they are hidden; ``edges``: ``codes``
    categories ``[edges, kinds]``, ``types`` multi-hot ``[edges, types]``; ``graphs``: ``label`` ``[graphs]``,
    ``targets`` ``[graphs, targets]`` with NaN where nothing was measured. A task may add ``masked`` to nodes and edges:
    what the encoder must not see of them. Other columns travel along.

    ``attached`` belongs to the data set as a whole, SMILES for instance, and stays what it is in every selection; see
    `multigraft.graphs.texts`.

    The offsets, and what is attached, stay on the host whatever the device of the rest: sizes are then known without
    asking the device.
    """

    edge_index: Int64[Tensor, "2 edges"]
    node_offsets: Int64[Tensor, " graphs_plus_one"]
    edge_offsets: Int64[Tensor, " graphs_plus_one"]
    nodes: Columns
    edges: Columns = field(default_factory=dict)
    graphs: Columns = field(default_factory=dict)
    origin: Origin = Origin()
    attached: Columns = field(default_factory=dict)

    # --- sizes -------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.node_offsets) - 1

    @cached_property
    def num_nodes(self) -> int:
        return int(self.node_offsets[-1])

    @property
    def num_edges(self) -> int:
        return self.edge_index.shape[1]

    @property
    def device(self) -> torch.device:
        return self.edge_index.device

    @cached_property
    def node_counts(self) -> Int64[Tensor, " graphs"]:
        """Nodes of each graph, on the host."""
        return self.node_offsets.diff()

    @cached_property
    def edge_counts(self) -> Int64[Tensor, " graphs"]:
        """Directed edges of each graph, on the host."""
        return self.edge_offsets.diff()

    # --- columns -----------------------------------------------------------------------------------------------

    @property
    def x(self) -> Float[Tensor, "nodes features"]:
        """Node attributes; zero columns wide where the data has none."""
        return self.nodes["x"]

    @cached_property
    def structure(self) -> Float[Tensor, "nodes features"]:
        """Node features that were computed from the edges, e.g. ring membership; often zero columns wide."""
        return self.nodes["structure"] if "structure" in self.nodes else self.x[:, :0]

    @property
    def node_labels(self) -> Int64[Tensor, " nodes"]:
        return self._labels(self.nodes, "node")

    @property
    def graph_labels(self) -> Int64[Tensor, " graphs"]:
        return self._labels(self.graphs, "graph")

    @property
    def targets(self) -> Float[Tensor, "graphs targets"]:
        """What was measured of each graph; NaN where it was not."""
        if "targets" not in self.graphs:
            raise InputError(f"data set {self.origin.name!r} has no targets")
        return self.graphs["targets"]

    def _labels(self, table: Columns, level: str) -> Tensor:
        if "label" not in table:
            raise InputError(f"data set {self.origin.name!r} has no {level} labels")
        return table["label"]

    @cached_property
    def node_graph(self) -> Int64[Tensor, " nodes"]:
        """The graph of every node, on the data's device."""
        return segment_ids(self.node_counts.to(self.device), total=self.num_nodes)

    @cached_property
    def edge_graph(self) -> Int64[Tensor, " edges"]:
        """The graph of every edge, on the data's device."""
        return segment_ids(self.edge_counts.to(self.device), total=self.num_edges)

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor under a flat name: ``edge_index``, ``node_offsets``, ``nodes.x``, ``graphs.label``, ..."""
        tables = {"nodes": self.nodes, "edges": self.edges, "graphs": self.graphs, "attached": self.attached}
        columns = {f"{table}.{name}": column for table, rows in tables.items() for name, column in rows.items()}
        bones = {"edge_index": self.edge_index, "node_offsets": self.node_offsets, "edge_offsets": self.edge_offsets}
        return bones | columns

    def once(self, make: Callable[["PackedGraphs"], T]) -> T:
        """``make(self)``, computed the first time and remembered as long as these graphs are."""
        made = self.__dict__.setdefault("_made", {})
        if make not in made:
            made[make] = make(self)
        return made[make]

    # --- other sets of graphs ----------------------------------------------------------------------------------

    def select(self, indices: Int[Tensor, " picked"] | list[int]) -> "PackedGraphs":
        """The named graphs, in that order, repeats allowed: a batch.

        Raises:
            InputError: an index lies outside ``0 .. len(self) - 1``.
        """
        numbers = indices.cpu().numpy() if isinstance(indices, Tensor) else indices
        return selected(self, np.asarray(numbers, np.int64))

    def keep_edges(self, keep: Bool[Tensor, " edges"]) -> "PackedGraphs":
        """The same nodes with some edges hidden.

        What was computed from the edges is blanked, because it would tell of the hidden ones; degrees are counted
        anew from the edges that are left, wherever they are used.
        """
        on = arrays(self.device)
        kept = on.places(on.of(keep))
        nodes = dict(self.nodes)
        for column in ("structure", "structure_codes"):
            if column in nodes:
                nodes[column] = torch.zeros_like(nodes[column])
        return dataclasses.replace(
            self,
            edge_index=on.tensor(on.take(on.of(self.edge_index), kept, axis=1)),
            edge_offsets=torch.from_numpy(on.below(kept, self.edge_offsets)),
            nodes=nodes,
            edges={name: on.rows(column, kept) for name, column in self.edges.items()},
        )

    def to(self, device: torch.device | str, non_blocking: bool = False) -> "PackedGraphs":
        """The same graphs with their columns on another device."""

        def moved(table: Columns) -> Columns:
            return {name: column.to(device, non_blocking=non_blocking) for name, column in table.items()}

        return dataclasses.replace(
            self,
            edge_index=self.edge_index.to(device, non_blocking=non_blocking),
            nodes=moved(self.nodes),
            edges=moved(self.edges),
            graphs=moved(self.graphs),
        )

    def double(self) -> "PackedGraphs":
        """The same graphs with float64 features, for checks in double precision."""
        nodes = {name: column.double() if column.is_floating_point() else column for name, column in self.nodes.items()}
        return dataclasses.replace(self, nodes=nodes)

    # --- on disk -----------------------------------------------------------------------------------------------

    def save(self, path: str | Path) -> None:
        """Write one safetensors file, whole or not at all; see `multigraft.graphs.store`."""
        from multigraft.graphs.store import save

        save(self, path)

    @classmethod
    def load(cls, path: str | Path) -> "PackedGraphs":
        """The graphs in a file that `save` wrote, memory-mapped: what is not touched is not read.

        Raises:
            InputError: the file is missing, truncated, or not one of packed graphs.
        """
        from multigraft.graphs.store import load

        return load(path)

    # --- PyG at the border -------------------------------------------------------------------------------------

    def __getitem__(self, index: int) -> "Data":
        """One graph as a PyG ``Data``."""
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        return cast("Data", self.select([index % len(self)]).to_batch().get_example(0))

    def __iter__(self) -> Iterator["Data"]:
        return (self[index] for index in range(len(self)))

    def to_batch(self) -> "Batch":
        """All graphs as one PyG ``Batch``: ``x``, ``edge_index``, ``y`` (graph labels), ``node_label`` and the rest."""
        from multigraft.graphs.pyg import to_batch

        return to_batch(self)
