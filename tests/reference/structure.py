"""Structural encodings as the papers write them: one graph, dense matrices, NumPy."""

import numpy as np


def adjacency(nodes, edges):
    """Ones where two nodes are joined, whatever the direction and however often; no loops."""
    matrix = np.zeros((nodes, nodes))
    for source, target in edges:
        if source != target:
            matrix[source, target] = matrix[target, source] = 1
    return matrix


def return_probabilities(nodes, edges, steps):
    """Diagonals of the powers of D^-1 A. Source: Dwivedi et al. 2022, section 3.3."""
    matrix = adjacency(nodes, edges)
    walk = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    power, columns = np.eye(nodes), []
    for _ in range(steps):
        power = power @ walk
        columns.append(np.diag(power))
    return np.stack(columns, axis=1) if steps else np.zeros((nodes, 0))


def leading_products(nodes, edges, count):
    """What products of two nodes' rows add up to: D^-1/2 A D^-1/2 by its largest eigenvalues, those above 0.

    Source: Belkin & Niyogi 2003.
    """
    matrix = adjacency(nodes, edges)
    scale = 1 / np.sqrt(np.maximum(matrix.sum(1), 1))
    values, vectors = np.linalg.eigh(matrix * scale[:, None] * scale[None])
    largest = np.argsort(values)[::-1][:count]
    return (vectors[:, largest] * np.maximum(values[largest], 0)) @ vectors[:, largest].T
