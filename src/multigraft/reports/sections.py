"""What each section of the report shows, as plain values for the template."""

import math
from collections.abc import Sequence
from typing import Any

import torch

from multigraft.evaluation.table import ProbeRow
from multigraft.graphs.checksums import identity
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split
from multigraft.models.trained import TrainedEncoder
from multigraft.reports.charts import ENCODER_MARKS, PART_MARKS, curves_chart, map_chart, results_chart
from multigraft.reports.comparisons import Comparison, encoders_of, metric_title
from multigraft.reports.history import History
from multigraft.reports.maps import MOST_GRAPHS, MapSample, project, sample
from multigraft.reports.palette import css_colour
from multigraft.tasks.registry import TASKS

PART_TITLES = ("training graphs", "validation graphs", "test graphs", "graphs outside the split")
NOTHING_TO_MAP = "All graphs have the same embedding, or some are not numbers: there is nothing to map."


# --- scores ----------------------------------------------------------------------------------------------------------


def scores(found: Sequence[Comparison]) -> dict[str, Any]:
    """The probe table's columns and rows, and its chart."""
    encoders = encoders_of(found)
    columns = [
        {
            "name": encoder,
            "shape": ENCODER_MARKS.get(encoder, "P"),
            "colour": css_colour(place),
            "hollow": encoder == "untrained",
        }
        for place, encoder in enumerate(encoders)
    ]
    rows = [
        {
            "title": comparison.task,
            "measure": f"{metric_title(comparison.metric)}, {comparison.reading}",
            "count": _count(comparison),
            "headline": comparison.headline,
            "cells": [_cell(comparison, encoder) for encoder in encoders],
        }
        for comparison in found
    ]
    return {"columns": columns, "rows": rows, "results_svg": results_chart(found) if found else ""}


def _cell(comparison: Comparison, encoder: str) -> dict[str, Any]:
    row: ProbeRow | None = comparison.rows.get(encoder)
    if row is None or math.isnan(row.value):
        return {"value": "", "interval": "not measured" if row is None else "not defined", "best": False}
    interval = "" if math.isnan(row.low + row.high) else f"{row.low:.3f} to {row.high:.3f}"
    return {"value": f"{row.value:.3f}", "interval": interval, "best": encoder in comparison.best}


def _count(comparison: Comparison) -> str:
    """How many answers were scored; once if all encoders had as many."""
    counts = sorted({row.n_test for row in comparison.rows.values()})
    return f"n = {' or '.join(f'{count:,}' for count in counts)}"


# --- learning curves -------------------------------------------------------------------------------------------------


def curves(history: History | None) -> dict[str, Any]:
    """A chart for every task that has a curve, and what is to be said of them."""
    if history is None:
        return {"curves": [], "curves_text": "No training history is stored with this encoder."}
    drawn = []
    for place, task in enumerate(history.tasks):
        known = TASKS.get(task)
        title = f"{task}: {known.title}" if known else task
        metric = metric_title(known.metric_name) if known else "score"
        drawn.append({"title": title, "svg": curves_chart(history, task, metric, f"curve{place}")})
    if history.best is None:
        return {"curves": drawn, "curves_text": "This run was not validated, so there is no best epoch."}
    best = history.epochs[history.best]
    text = (
        f"The dashed line marks epoch {best}, the one that was kept: it has the highest sum of validation scores. "
        f"Epochs count from {history.epochs[0]}. Validation scores come from the training heads on validation graphs; "
        "they choose the epoch and are not to be compared with the scores above."
    )
    return {"curves": drawn, "curves_text": text}


# --- maps ------------------------------------------------------------------------------------------------------------


def maps(trained: TrainedEncoder, graphs: PackedGraphs, most: int = MOST_GRAPHS) -> dict[str, Any]:
    """The trained and the untrained encoder's map of the same graphs, ``most`` at most, with their legends."""
    split = _split_of(trained, graphs)
    shown = sample(graphs, split, seed=0, most=most)
    drawn = []
    for place, (encoder, title) in enumerate(((trained, "Trained"), (trained.untrained(), "Untrained"))):
        layout = project(encoder.embed(shown.graphs))
        if layout is None:
            drawn.append({"title": title, "svg": "", "caption": NOTHING_TO_MAP})
        else:
            svg = map_chart(layout, shown, f"{title} encoder: map of the graph embeddings", f"map{place}")
            caption = f"{layout.method} of the {title.lower()} encoder's graph embeddings."
            drawn.append({"title": title, "svg": svg, "caption": caption})
    keys = [{"name": name, "colour": css_colour(place)} for place, name in enumerate(shown.classes)]
    parts = [
        {"name": title, "shape": PART_MARKS[part]}
        for part, title in enumerate(PART_TITLES)
        if (shown.parts == part).any()
    ]
    return {"maps": drawn, "map_text": _map_text(shown, split is not None), "class_keys": keys, "part_keys": parts}


def _split_of(trained: TrainedEncoder, graphs: PackedGraphs) -> Split | None:
    """The encoder's split, where it speaks of these graphs."""
    split = trained.split
    if split is None or split.identity != identity(graphs):
        return None
    numbers = torch.cat([split.train, split.validation, split.test])
    return split if int(numbers.max()) < len(graphs) else None


def _map_text(shown: MapSample, split: bool) -> str:
    text = [f"Each mark is one of {shown.total:,} graphs, placed so that graphs with like embeddings lie close."]
    if len(shown) < shown.total:
        text.append(f"For legibility {len(shown):,} of them are shown, drawn at random with a fixed seed.")
    if shown.classes:
        text.append("Its colour is the graph's class.")
    else:
        text.append("These graphs have no class labels, so the map is not coloured.")
    if split:
        text.append("Its shape is the part of the split.")
    else:
        text.append("The encoder's split is not of these graphs, so all marks have one shape.")
    return " ".join(text)
