"""One seed: its scores are those of its predictions, in the targets' own units, and it can be killed anywhere."""

import shutil
import statistics

import pytest
from sklearn.metrics import mean_absolute_error, roc_auc_score

from multigraft.errors import InputError
from multigraft.evaluation import finetuning_seed
from multigraft.evaluation.finetuning_seed import seeds_for
from tests.helpers.finetuning import read_csv, real_graphs, told, tune_small


def test_the_scores_are_those_of_the_predictions_that_are_kept(tuned, graphs):
    for one in tuned.scores:
        rows = read_csv(tuned.out / f"seed-{one.seed}" / "predictions.csv")
        assert [int(row["graph"]) for row in rows] == tuned.models[0].split.test.tolist()
        areas = {}
        for name in graphs.origin.targets:
            pairs = [(float(row[f"measured_{name}"]), float(row[f"predicted_{name}"])) for row in rows
                     if row[f"measured_{name}"]]  # fmt: skip
            areas[name] = roc_auc_score(*zip(*pairs, strict=True))
            assert all(0 <= predicted <= 1 for _, predicted in pairs)
        assert {name: one.targets[name]["test"] for name in areas} == pytest.approx(areas)
        assert one.test == pytest.approx(statistics.fmean(areas.values()))


def test_missing_answers_are_empty_cells(tuned, graphs):
    rows = read_csv(tuned.out / "seed-0" / "predictions.csv")
    missing = graphs.targets[tuned.models[0].split.test].isnan()
    empty = [[row[f"measured_{name}"] == "" for name in graphs.origin.targets] for row in rows]
    assert missing.any()
    assert empty == missing.tolist()


def test_a_seed_that_was_killed_between_training_and_scoring(tuned, start, graphs, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(finetuning_seed, "open_ensemble", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            tune_small(start, graphs, seeds=(0, 1), out=tmp_path / "out")
    assert (tmp_path / "out" / "seed-0" / "config.json").is_file()
    assert told(tune_small(start, graphs, seeds=(0, 1), out=tmp_path / "out", resume=True)) == told(tuned)


def test_a_seed_that_was_killed_before_its_first_epoch(tuned, start, graphs, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(tuned.out, out)
    (out / "seed-1" / "scores.json").unlink()
    (out / "seed-1" / "options.json").unlink()
    assert told(tune_small(start, graphs, seeds=(0, 1), out=out, resume=True)) == told(tuned)


def test_scores_that_are_damaged(tuned, start, graphs, tmp_path):
    shutil.copytree(tuned.out, tmp_path / "out")
    (tmp_path / "out" / "seed-1" / "scores.json").write_text("{")
    with pytest.raises(InputError, match=r"scores\.json cannot be read, remove its folder"):
        tune_small(start, graphs, seeds=(0, 1), out=tmp_path / "out", resume=True)


def test_regression_is_scored_in_the_targets_own_units(tmp_path):
    graphs = real_graphs()
    found = tune_small(None, graphs, metric="mae", out=tmp_path / "out")
    rows = read_csv(tmp_path / "out" / "seed-0" / "predictions.csv")
    for name in graphs.origin.targets:
        pairs = [(float(row[f"measured_{name}"]), float(row[f"predicted_{name}"])) for row in rows
                 if row[f"measured_{name}"]]  # fmt: skip
        error = mean_absolute_error(*zip(*pairs, strict=True))
        assert found.scores[0].targets[name]["test"] == pytest.approx(error)
    assert 300 < statistics.fmean(float(row["predicted_t0"]) for row in rows) < 800


def test_average_precision(start, graphs):
    found = tune_small(start, graphs, metric="average_precision")
    assert found.metric == "average_precision"
    assert found.models[0].metadata["validation"]["ml"] == pytest.approx(found.validation[0])


def test_seeds_are_those_that_are_given_or_begun(tmp_path):
    assert seeds_for([3], tmp_path) == (3,)
    assert seeds_for(None, None) == seeds_for(None, tmp_path) == (0,)
    (tmp_path / "options.json").write_text('{"seeds": [4, 1]}')
    assert seeds_for(None, tmp_path) == (4, 1)
    (tmp_path / "options.json").write_text("[]")
    with pytest.raises(InputError, match="does not name the seeds of a fine-tuning"):
        seeds_for(None, tmp_path)
