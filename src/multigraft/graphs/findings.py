"""What a careful reader would want to know about some graphs before training on them."""

import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from multigraft.graphs.packed import PackedGraphs


def findings(graphs: PackedGraphs) -> list[str]:
    """One sentence for each thing that is unusual, with its number and the first graph where it is; often none."""
    return [*_edge_findings(graphs), *_node_findings(graphs), *_column_findings(graphs)]


def one_way(edge_index: Int64[Tensor, "2 edges"], nodes: int) -> Bool[Tensor, " edges"]:
    """The edges whose reverse is missing; a self loop is its own."""
    (start, end), width = edge_index, max(nodes, 1)
    return ~torch.isin(end * width + start, start * width + end)


def _edge_findings(graphs: PackedGraphs) -> list[str]:
    start, end = graphs.edge_index
    there = start * max(graphs.num_nodes, 1) + end
    ordered = torch.sort(there, stable=True)
    repeated = torch.zeros_like(there, dtype=torch.bool)
    repeated[ordered.indices[1:]] = ordered.values.diff() == 0
    cases = {
        "edges without their reverse": one_way(graphs.edge_index, graphs.num_nodes),
        "self loops": start == end,
        "edges that are there already": repeated,
    }
    return [_counted(what, which, graphs.edge_graph) for what, which in cases.items() if bool(which.any())]


def _node_findings(graphs: PackedGraphs) -> list[str]:
    touched = torch.zeros(graphs.num_nodes, dtype=torch.bool, device=graphs.device)
    touched[graphs.edge_index.flatten()] = True
    numbers = torch.arange(len(graphs))
    cases = (
        ("nodes without edges", ~touched, graphs.node_graph),
        ("graphs without edges", graphs.edge_counts == 0, numbers),
        ("graphs without nodes", graphs.node_counts == 0, numbers),
    )
    return [_counted(what, which, graph) for what, which, graph in cases if bool(which.any())]


def _column_findings(graphs: PackedGraphs) -> list[str]:
    if not (graphs.num_nodes and graphs.x.shape[1]):
        return []
    constant = (graphs.x.amax(0) == graphs.x.amin(0)).nonzero()[:, 0].tolist()
    return [f"attribute columns with one value only: {', '.join(map(str, constant))}"] if constant else []


def _counted(what: str, which: Bool[Tensor, " rows"], graph: Tensor) -> str:
    owners = graph[which]
    several = len(owners.unique())
    return f"{what}: {len(owners)}, in {several} graph{'s' * (several > 1)} (first: graph {int(owners[0])})"
