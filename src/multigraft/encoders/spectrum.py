"""The spectral block: where a node stands in the slowest waves of its graph."""

import numpy as np
import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from multigraft.encoders.neighbourhoods import Entries, symmetric
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.segments import spans

DENSE = 600  # nodes up to which a whole matrix is diagonalised; of larger ones the wanted vectors alone are looked for
GOLDEN = (5**0.5 - 1) / 2
TIE = 1e-5  # far below any difference between eigenvalues that means something, far above rounding


def leading_eigenvectors(graphs: PackedGraphs, count: int) -> Float[Tensor, "nodes count"]:
    """Of S = D^-1/2 A D^-1/2, graph by graph, the eigenvectors u of the largest eigenvalues l > 0, as sqrt(l) u.

    The entrywise product of two nodes' rows, summed, is then the best approximation of S of that rank that has no
    negative eigenvalue: what a linear probe on products of embeddings needs to know whether they are joined. S is made
    of the edges that the batch shows. A graph with fewer vectors has zeros behind them.

    The largest entry of a vector is positive. Where several are equally large, or eigenvalues coincide, as in symmetric
    graphs and those of several components, vectors are a choice among as many. Something must make it: numbers up to
    `TIE` on the diagonal, which follow from the places of nodes in their graph, scattered so that places next to each
    other have nothing in common.

    Source: Belkin & Niyogi 2003, "Laplacian Eigenmaps"; of I - S they are the eigenvectors of the smallest eigenvalues.
    """
    found = graphs.x.new_zeros(graphs.num_nodes, count)
    entries, counts, firsts = symmetric(graphs), graphs.node_counts, graphs.node_offsets[:-1]
    for size in counts[counts > 0].unique().tolist() if count else []:
        alike = (counts == size).nonzero()[:, 0]
        nodes = spans(firsts[alike], counts[alike]).to(graphs.device)
        vectors = (_all if size <= max(DENSE, count) else _wanted)(entries.among(nodes), size, min(size, count))
        found[nodes, : vectors.shape[1]] = vectors.to(found)
    return found


def _all(entries: Entries, size: int, count: int) -> Float64[Tensor, "nodes count"]:
    """Of graphs of that size, one after the other, by way of all eigenvectors."""
    source, target = entries.edges
    matrices = torch.zeros(entries.nodes, size, dtype=torch.float64, device=source.device)
    matrices[target, source % size] = entries.weights.double()
    rows = torch.arange(entries.nodes, device=source.device)
    matrices[rows, rows % size] = _ties(rows % size)
    values, vectors = torch.linalg.eigh(matrices.unflatten(0, (-1, size)))
    return _scaled(values[:, -count:].flip(1), vectors[:, :, -count:].flip(2)).flatten(0, 1)


def _wanted(entries: Entries, size: int, count: int) -> Float64[Tensor, "nodes count"]:
    """The same by Lanczos' method, which looks for no more vectors than are wanted."""
    from scipy.sparse import csr_matrix, diags
    from scipy.sparse.linalg import eigsh

    shape, begin = (entries.nodes, entries.nodes), np.linspace(1, 2, size)  # the same for every graph and call
    matrix = csr_matrix((entries.weights.double().cpu().numpy(), entries.edges.flip(0).cpu().numpy()), shape)
    matrix = matrix + diags(_ties(torch.arange(entries.nodes) % size).numpy(), format="csr")
    found = []
    for first in range(0, entries.nodes, size):
        own = slice(first, first + size)
        values, vectors = map(torch.from_numpy, eigsh(matrix[own, own], count, which="LA", v0=begin))
        found.append(_scaled(values.flip(0)[None], vectors.flip(1)[None])[0])
    return torch.cat(found).to(entries.weights.device)


def _ties(place: Int64[Tensor, " nodes"]) -> Float64[Tensor, " nodes"]:
    """Less than `TIE` for every place in a graph, spread evenly, neighbouring places far apart."""
    return TIE * torch.frac((place + 1).double() * GOLDEN)


def _scaled(
    values: Float64[Tensor, "graphs count"], vectors: Float64[Tensor, "graphs size count"]
) -> Float64[Tensor, "graphs size count"]:
    """sqrt(l) u, turned so that the largest entry is positive; zeros where l is not."""
    largest = vectors.gather(1, vectors.abs().argmax(1, keepdim=True))
    return vectors * torch.where(largest < 0, -1.0, 1.0) * (values - TIE).clamp_min(0).sqrt()[:, None]
