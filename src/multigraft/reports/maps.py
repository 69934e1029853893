"""Graph embeddings laid out in the plane, so that one can look at them."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import PARTS, Split
from multigraft.randomness import generator

MOST_GRAPHS = 3000
FEWEST_FOR_TSNE = 10
MOST_CLASSES = 7
OTHER = "other classes"
UNKNOWN_PART = len(PARTS)


@dataclass(frozen=True, eq=False)
class MapSample:
    """The graphs on a map, and how each is drawn.

    ``colours`` is the place of a graph's class in ``classes``; ``parts`` the place of its part in ``PARTS``, or
    ``UNKNOWN_PART`` for a graph outside the split. ``classes`` is empty where graphs have no labels (every colour is
    then 0); rare classes beyond the seventh share the last place.
    """

    graphs: PackedGraphs
    colours: Int64[np.ndarray, " graphs"]
    parts: Int64[np.ndarray, " graphs"]
    classes: tuple[str, ...]
    total: int

    def __len__(self) -> int:
        return len(self.colours)


@dataclass(frozen=True, eq=False)
class EmbeddingMap:
    """Positions in the plane; distances have no unit. ``method`` is ``t-SNE`` or ``PCA``."""

    points: Float[np.ndarray, "graphs 2"]
    method: str


def sample(graphs: PackedGraphs, split: Split | None, seed: int, most: int = MOST_GRAPHS) -> MapSample:
    """All graphs, or ``most`` drawn without replacement, in the order of the data set."""
    parts = np.full(len(graphs), UNKNOWN_PART)
    if split is not None:
        for place, part in enumerate(PARTS):
            parts[getattr(split, part).numpy()] = place
    chosen = torch.randperm(len(graphs), generator=generator(seed, "map"))[:most].sort().values
    picked = graphs.select(chosen) if len(chosen) < len(graphs) else graphs
    colours, classes = _classes(picked)
    return MapSample(picked, colours, parts[chosen.numpy()], classes, len(graphs))


def _classes(graphs: PackedGraphs) -> tuple[Int64[np.ndarray, " graphs"], tuple[str, ...]]:
    """A colour for every graph and the names of the colours."""
    if "label" not in graphs.graphs:
        return np.zeros(len(graphs), dtype=np.int64), ()
    labels = graphs.graph_labels.cpu().numpy()
    named = graphs.origin.graph_classes
    present, counts = np.unique(labels, return_counts=True)
    if len(present) > MOST_CLASSES:
        present = np.sort(present[np.argsort(-counts, kind="stable")[: MOST_CLASSES - 1]])
    colours = np.searchsorted(present, labels).clip(max=len(present) - 1)
    colours = np.where(present[colours] == labels, colours, MOST_CLASSES - 1)
    names = [named[label] if 0 <= label < len(named) else f"class {label}" for label in present.tolist()]
    return colours, (*names, OTHER) if len(present) < len(np.unique(labels)) else tuple(names)


def project(embeddings: Float[Tensor, "graphs dim"]) -> EmbeddingMap | None:
    """Standardised embeddings in two dimensions: by t-SNE, by PCA for fewer than ten graphs.

    Returns None where there is nothing to see: embeddings that are all alike, or not finite.

    Source: van der Maaten & Hinton 2008, started from the first two principal components.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from sklearn.preprocessing import StandardScaler

    rows = embeddings.double().cpu().numpy()
    if len(rows) < 2 or not np.isfinite(rows).all() or np.allclose(rows, rows[:1]):
        return None
    rows = StandardScaler().fit_transform(rows)
    count, dim = rows.shape
    rows = PCA(min(50, count, dim), random_state=0).fit_transform(rows)
    if count < FEWEST_FOR_TSNE or rows.shape[1] < 2:
        return EmbeddingMap(np.pad(rows[:, :2], ((0, 0), (0, 2 - rows[:, :2].shape[1]))), "PCA")
    perplexity = min(30.0, (count - 1) / 3)
    laid_out = TSNE(init="pca", random_state=0, perplexity=perplexity).fit_transform(rows.astype(np.float32))
    return EmbeddingMap(laid_out.astype(np.float64), "t-SNE")
