"""Several batches as one, and one as several: how draws and encoder passes are shared by steps, tasks and models."""

import dataclasses
from collections.abc import Sequence

import torch

from multigraft.errors import InputError
from multigraft.graphs.packed import Columns, PackedGraphs
from multigraft.graphs.segments import offsets, segment_ids

MASK = "masked"


def stacked(batches: Sequence[PackedGraphs]) -> PackedGraphs:
    """The graphs of all batches, one batch after the other; columns that they have in common must be of one width.

    A batch that masks nothing may stand beside one that does. Of what is known of graphs, all batches' columns stay.

    Raises:
        InputError: another column of nodes or edges that not all of them have.
    """
    first = batches[0]
    if len(batches) == 1:
        return first
    shifts, edges = 0, []
    for batch in batches:
        edges.append(batch.edge_index + shifts)
        shifts += batch.num_nodes
    return dataclasses.replace(
        first,
        edge_index=torch.cat(edges, dim=1),
        node_offsets=offsets(torch.cat([batch.node_counts for batch in batches])),
        edge_offsets=offsets(torch.cat([batch.edge_counts for batch in batches])),
        nodes=_joined([batch.nodes for batch in batches], [batch.num_nodes for batch in batches]),
        edges=_joined([batch.edges for batch in batches], [batch.num_edges for batch in batches]),
        graphs=_common([batch.graphs for batch in batches]),
    )


def levelled(batches: Sequence[PackedGraphs]) -> PackedGraphs:
    """As `stacked`, with as many nodes for each batch as the largest has: isolated nodes, a graph of them, end each.

    Their columns are 0. What is known of graphs or is attached stays behind: this is for message passing alone.
    """
    places = max(batch.num_nodes for batch in batches)
    lacking = [places - batch.num_nodes for batch in batches]
    edges = torch.tensor([batch.num_edges for batch in batches])
    nodes_before, edges_before = torch.arange(len(batches) + 1) * places, offsets(edges)
    graphs = torch.tensor([len(batch) + 1 for batch in batches] + [1])  # a batch's last offset begins what fills it up
    end = torch.zeros(1, dtype=torch.int64)
    node_offsets = torch.cat([*(batch.node_offsets for batch in batches), end])
    edge_offsets = torch.cat([*(batch.edge_offsets for batch in batches), end])
    shift = torch.repeat_interleave(nodes_before[:-1], edges)
    return dataclasses.replace(
        batches[0],
        edge_index=torch.cat([batch.edge_index for batch in batches], dim=1) + shift.to(batches[0].device),
        node_offsets=node_offsets + torch.repeat_interleave(nodes_before, graphs),
        edge_offsets=edge_offsets + torch.repeat_interleave(edges_before, graphs),
        nodes=_filled([batch.nodes for batch in batches], [batch.num_nodes for batch in batches], lacking),
        edges=_joined([batch.edges for batch in batches], edges.tolist()),
        graphs={},
        attached={},
    )


def parted(graphs: PackedGraphs, counts: Sequence[int]) -> list[PackedGraphs]:
    """The first ``counts[0]`` graphs, the next ``counts[1]``, and so on: views, but for the edges' node numbers."""
    counts = list(counts)
    if len(counts) == 1:
        return [graphs]
    cuts = offsets(torch.tensor(counts))
    first_nodes, first_edges = graphs.node_offsets[cuts], graphs.edge_offsets[cuts]
    rows, entries = first_nodes.diff().tolist(), first_edges.diff().tolist()
    shift = torch.repeat_interleave(first_nodes[:-1], first_edges.diff()).to(graphs.device)
    nodes, edges, of_graphs = _parts(graphs.nodes, rows), _parts(graphs.edges, entries), _parts(graphs.graphs, counts)
    part = segment_ids(cuts.diff() + 1)
    row = torch.arange(len(part)) - part  # the last offset of a part is the first of the next
    ends = [count + 1 for count in counts]
    node_offsets = (graphs.node_offsets[row] - first_nodes[part]).split(ends)
    edge_offsets = (graphs.edge_offsets[row] - first_edges[part]).split(ends)
    return [
        dataclasses.replace(
            graphs, edge_index=index, node_offsets=node_offsets[place], edge_offsets=edge_offsets[place],
            nodes=nodes[place], edges=edges[place], graphs=of_graphs[place],
        )
        for place, index in enumerate((graphs.edge_index - shift).split(entries, dim=1))
    ]  # fmt: skip


def _joined(tables: Sequence[Columns], counts: Sequence[int]) -> Columns:
    whole = _with_masks(tables, counts)
    return {name: torch.cat([table[name] for table in whole]) for name in whole[0]}


def _common(tables: Sequence[Columns]) -> Columns:
    names = [name for name in tables[0] if all(name in table for table in tables)]
    return {name: torch.cat([table[name] for table in tables]) for name in names}


def _with_masks(tables: Sequence[Columns], counts: Sequence[int]) -> list[Columns]:
    """The tables, with a mask that hides nothing where others hide something: no mask of a batch may be lost."""
    names = dict.fromkeys(name for table in tables for name in table)
    found = []
    for table, count in zip(tables, counts, strict=True):
        if lacking := names.keys() - table.keys() - {MASK}:
            raise InputError(
                f"batches that are stacked must have the same columns: one of them has no {min(lacking)!r}"
            )
        if MASK in names and MASK not in table:
            device = next((other[MASK].device for other in tables if MASK in other), None)
            table = {**table, MASK: torch.zeros(count, dtype=torch.bool, device=device)}
        found.append(table)
    return found


def _filled(tables: Sequence[Columns], counts: Sequence[int], lacking: Sequence[int]) -> Columns:
    """Tables one after the other, each followed by so many rows of zeros."""
    found, whole = {}, _with_masks(tables, counts)
    for name, first in whole[0].items():
        blank = first.new_zeros(max(lacking), *first.shape[1:])
        rows = zip(whole, lacking, strict=True)
        found[name] = torch.cat([part for table, some in rows for part in (table[name], blank[:some])])
    return found


def _parts(table: Columns, sizes: list[int]) -> list[Columns]:
    """A table for each part of the rows."""
    columns = {name: column.split(sizes) for name, column in table.items()}
    return [{name: parts[part] for name, parts in columns.items()} for part in range(len(sizes))]
