"""What the sections tell the template, in each situation they may meet."""

import dataclasses
import math

import pytest
import torch

from multigraft.reports.comparisons import comparisons
from multigraft.reports.history import History
from multigraft.reports.sections import NOTHING_TO_MAP, curves, maps, scores
from tests.helpers.graphs import random_graphs
from tests.helpers.reports import named, rows, table, trained_encoder, usual_history, usual_table


def test_cells_line_up_with_columns():
    shown = scores(comparisons(usual_table()))
    assert [column["name"] for column in shown["columns"]] == ["trained", "untrained", "attributes", "majority"]
    assert all(len(row["cells"]) == 4 for row in shown["rows"])
    assert shown["rows"][0]["cells"][0] == {"value": "0.610", "interval": "0.600 to 0.620", "best": True}
    assert shown["rows"][0]["measure"] == "accuracy, mean"
    assert shown["rows"][0]["count"] == "n = 40"


def test_missing_and_undefined_scores_are_said():
    concat = scores(comparisons(usual_table()))["rows"][3]["cells"]
    assert concat[1] == {"value": "", "interval": "not defined", "best": False}
    assert concat[2] == {"value": "", "interval": "not measured", "best": False}
    bare = scores(comparisons(table(rows("gc", {"trained": (0.5, math.nan, math.nan)}))))
    assert bare["rows"][0]["cells"] == [{"value": "0.500", "interval": "", "best": True}]


def test_an_empty_table_has_no_chart():
    assert scores([]) == {"columns": [], "rows": [], "results_svg": ""}


def test_different_numbers_of_answers_are_both_said():
    mixed = rows("gc", {"trained": 0.5})
    mixed += [dataclasses.replace(mixed[0], encoder="untrained", n_test=1234)]
    assert scores(comparisons(table(mixed)))["rows"][0]["count"] == "n = 40 or 1,234"


def test_curves_for_every_task():
    shown = curves(usual_history())
    assert [curve["title"] for curve in shown["curves"]] == [
        "gc: graph classification",
        "nc: node classification",
        "lp: link prediction",
    ]
    assert "marks epoch 1, the one that was kept" in shown["curves_text"]


@pytest.mark.parametrize("task", ["gc", "own"])
def test_curves_of_one_task(task: str):
    [curve] = curves(usual_history((task,)))["curves"]
    assert curve["title"].startswith(task)
    assert ("validation score" in curve["svg"]) == (task == "own")


def test_without_history_or_validation_that_is_said():
    assert curves(None) == {"curves": [], "curves_text": "No training history is stored with this encoder."}
    unvalidated = History((0,), {"gc": (0.5,)}, {}, (math.nan,))
    assert "no best epoch" in curves(unvalidated)["curves_text"]


def test_maps_of_both_encoders():
    graphs = random_graphs(24)
    shown = maps(trained_encoder(graphs), graphs)
    assert [one["title"] for one in shown["maps"]] == ["Trained", "Untrained"]
    assert shown["maps"][0]["svg"] != shown["maps"][1]["svg"]
    assert shown["maps"][0]["caption"] == "t-SNE of the trained encoder's graph embeddings."
    assert [key["name"] for key in shown["class_keys"]] == ["g0", "g1"]
    assert [key["name"] for key in shown["part_keys"]] == ["training graphs", "validation graphs", "test graphs"]
    assert "one of 24 graphs" in shown["map_text"]


def test_data_without_graph_labels_is_not_coloured_and_that_is_said():
    graphs = random_graphs(9)
    unlabelled = dataclasses.replace(graphs, graphs={})
    shown = maps(trained_encoder(graphs, ("nc", "lp")), unlabelled)
    assert shown["class_keys"] == []
    assert "no class labels, so the map is not coloured" in shown["map_text"]
    assert "PCA" in shown["maps"][0]["caption"]


@pytest.mark.parametrize("changes", [{"checksum": "other"}, {}])
def test_a_split_of_other_graphs_is_not_drawn(changes: dict[str, str]):
    trained = trained_encoder(random_graphs(12))
    fewer = named(random_graphs(11), **changes)
    shown = maps(trained, fewer)
    assert [key["name"] for key in shown["part_keys"]] == ["graphs outside the split"]
    assert "split is not of these graphs" in shown["map_text"]


def test_embeddings_that_are_all_alike_leave_a_note():
    graphs = random_graphs(12)
    trained = trained_encoder(graphs)
    with torch.no_grad():
        for parameter in trained.encoder.parameters():
            parameter.zero_()
    first, second = maps(trained, graphs)["maps"]
    assert (first["svg"], first["caption"]) == ("", NOTHING_TO_MAP)
    assert second["svg"]


def test_a_sampled_map_says_so():
    graphs = random_graphs(20)
    shown = maps(trained_encoder(graphs), graphs, most=8)
    assert "one of 20 graphs" in shown["map_text"]
    assert "8 of them are shown, drawn at random" in shown["map_text"]
