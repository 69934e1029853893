"""A whole fine-tuning: the recipe, what it writes, that it can be killed, and that it never looks at test labels."""

import dataclasses
import inspect
import json
import shutil

import numpy as np
import pytest
import torch
from filelock import FileLock

from multigraft.encoders.base import ModuleEncoder
from multigraft.errors import InputError
from multigraft.evaluation import finetuning_seed
from multigraft.evaluation.finetuning import finetune
from multigraft.evaluation.finetuning_seed import seeds_for
from multigraft.graphs.splits import split_graphs
from multigraft.models.ensemble import open_ensemble
from multigraft.models.storage import load_encoder
from multigraft.models.trained import TrainedEncoder
from multigraft.training.callbacks import SaveState
from tests.helpers.coded import with_targets
from tests.helpers.finetuning import binary_graphs, read_csv, real_graphs, told, tune_small

# --- the recipe ------------------------------------------------------------------------------------------------------


def test_the_defaults_are_the_papers():
    defaults = {name: one.default for name, one in inspect.signature(finetune).parameters.items()}
    assert (defaults["epochs"], defaults["batch_size"], defaults["learning_rate"]) == (100, 32, 1e-3)
    assert (defaults["freeze"], defaults["layer_decay"], seeds_for(defaults["seeds"], None)) == ("none", 1.0, (0,))


def test_every_epoch_is_validated_and_the_encoder_drops_out(tuned):
    for seed in tuned.seeds:
        stored = json.loads((tuned.out / f"seed-{seed}" / "options.json").read_text())
        assert (stored["tasks"], stored["strategy"]["name"]) == (["ml"], "single")
        assert (stored["validate_every"], stored["validation_draws"], stored["seed"]) == (1, 1, seed)
        assert tuned.models[seed].encoder.config()["dropout"] == 0.5
        assert len(read_csv(tuned.out / f"seed-{seed}" / "training" / "history.csv")) == 3


def test_the_head_is_one_linear_layer_and_always_a_fresh_one(graphs):
    first = tune_small(None, graphs, seeds=(0,))
    again = tune_small(first.models[0], graphs, split=None, learning_rate=1e-12, epochs=1)
    before, after = (one.models[0].model.heads["ml"].state_dict() for one in (first, again))
    assert [tuple(value.shape) for value in after.values()] == [(3, 8), (3,)]
    assert not torch.allclose(before["graph.weight"], after["graph.weight"], atol=1e-3)


def test_the_epoch_is_that_of_the_best_validation_score(tuned):
    for one in tuned.scores:
        history = read_csv(tuned.out / f"seed-{one.seed}" / "training" / "history.csv")
        by_epoch = [float(row["validation/ml"]) for row in history]
        assert one.best_epoch == int(np.argmax(by_epoch))
        assert one.validation == pytest.approx(max(by_epoch))
        assert one.epochs == 3


def test_seeds_share_the_split_and_nothing_else(tuned):
    splits = {(tuned.out / f"seed-{seed}" / "split.json").read_text() for seed in tuned.seeds}
    assert len(splits) == 1
    first, second = (model.model.heads["ml"].graph.weight for model in tuned.models)
    assert not torch.equal(first, second)
    assert tuned.scores[0].fingerprint != tuned.scores[1].fingerprint


def test_from_scratch_seeds_begin_with_different_weights(graphs):
    found = tune_small(None, graphs, seeds=(0, 1), epochs=1)
    first, second = (model.initial.stages()[1][0].state_dict().values() for model in found.models)
    assert not all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


def test_the_split_seed_decides_random_splits(graphs):
    tests = [tune_small(None, graphs, epochs=1, split_seed=seed).models[0].split.test.tolist() for seed in (0, 0, 1)]
    assert tests[0] == tests[1] != tests[2]


def test_equal_calls_find_the_same(tuned, start, graphs):
    assert told(tune_small(start, graphs, seeds=(0, 1))) == told(tuned)


def test_a_seed_finds_the_same_alone(tuned, start, graphs):
    assert told(tune_small(start, graphs, seeds=(1,))) == told(tuned)[1:]


# --- scores ----------------------------------------------------------------------------------------------------------


def test_mean_and_deviation_over_seeds(tuned):
    assert tuned.mean == pytest.approx(np.mean(tuned.test))
    assert tuned.std == pytest.approx(np.std(tuned.test, ddof=1))


def test_larger_units_give_larger_errors_and_the_same_model():
    graphs = real_graphs()
    metres = tune_small(None, graphs)
    millimetres = tune_small(None, with_targets(graphs, 1000 * graphs.targets, metric="rmse"))
    assert (metres.metric, metres.split) == ("rmse", "random")
    assert millimetres.mean == pytest.approx(1000 * metres.mean, rel=1e-2)
    assert [one.best_epoch for one in millimetres.scores] == [one.best_epoch for one in metres.scores]


def test_fine_tuning_learns():
    """The size of a molecule, of which its sum of embeddings knows: far better than the mean."""
    graphs = real_graphs(120)
    sizes = with_targets(graphs, graphs.targets[:, :1].nan_to_num(500.0), metric="rmse")
    found = tune_small(None, sizes, epochs=12, pool="sum", dropout=0.0, learning_rate=1e-2, baselines="usual")
    (constant,) = found.baselines
    assert constant.name == "constant"
    assert found.mean < 0.7 * constant.test


# --- where it starts -------------------------------------------------------------------------------------------------


def test_a_frozen_encoder_keeps_every_bit(start, graphs, tmp_path):
    found = tune_small(start, graphs, freeze="all", out=tmp_path / "out")
    kept = load_encoder(tmp_path / "out" / "seed-0").encoder.state_dict()
    for name, value in start.encoder.state_dict().items():
        assert torch.equal(kept[name], value), name
    assert found.scores[0].fingerprint == start.fingerprint


def test_a_partly_frozen_encoder_keeps_what_is_frozen(start, graphs):
    found = tune_small(start, graphs, freeze="1")
    before, after = start.encoder.stages(), found.models[0].encoder.stages()
    same = [
        all(
            torch.equal(old, new)
            for one, other in zip(stage, later, strict=True)
            for old, new in zip(one.state_dict().values(), other.state_dict().values(), strict=True)
        )
        for stage, later in zip(before, after, strict=True)
    ]
    assert same == [True, True, False]


def test_a_head_s_norm_is_kept_with_the_model_and_asked_for_when_resumed(start, graphs, tmp_path):
    tuned = tune_small(start, graphs, head_norm="batch", epochs=1, out=tmp_path / "out")
    [model] = tuned.models
    [task] = model.model.tasks
    assert (task.norm, tuned.facts["options"]["head_norm"]) == ("batch", "batch")
    assert "heads.ml.norm.running_mean" in model.model.state_dict()
    with pytest.raises(InputError, match="head_norm"):
        tune_small(start, graphs, epochs=1, out=tmp_path / "out", resume=True)


def test_layer_decay_slows_the_lower_layers(start, graphs):
    def moved(found):
        pairs = zip(start.encoder.stages()[1], found.models[0].encoder.stages()[1], strict=True)
        parameters = [pair for one, other in pairs for pair in zip(one.parameters(), other.parameters(), strict=True)]
        return sum(float((new - old).detach().abs().sum()) for old, new in parameters)

    options = {"dropout": 0.0, "epochs": 1}
    assert moved(tune_small(start, graphs, layer_decay=0.1, **options)) < 0.5 * moved(
        tune_small(start, graphs, **options)
    )


def test_the_start_is_left_as_it_was(start, graphs):
    before = {name: value.clone() for name, value in start.model.state_dict().items()}
    tune_small(start, graphs)
    assert all(torch.equal(value, before[name]) for name, value in start.model.state_dict().items())
    assert start.split is not None
    assert start.encoder.config()["dropout"] == 0.0


def test_a_start_from_its_directory(tuned, start, graphs, tmp_path):
    found = tune_small(start.save(tmp_path / "start"), graphs, seeds=(0,), dim=None, layers=None)
    assert told(found) == told(tuned)[:1]
    assert found.facts["start"] == tuned.facts["start"]


def test_the_untrained_twin_is_the_starts(tuned, start):
    twin, own = tuned.models[0].initial.state_dict(), start.initial.state_dict()
    assert all(torch.equal(twin[name], value) for name, value in own.items())


def test_an_encoder_of_ones_own(graphs):
    class Wide(torch.nn.Module):
        def __init__(self, inputs):
            super().__init__()
            self.line = torch.nn.Linear(inputs, 6)

        def forward(self, x, edge_index):
            return self.line(x)

    from multigraft.encoders.inputs import InputSchema
    from multigraft.tasks.model import TaskModel

    schema = InputSchema.of(graphs)
    encoders = [ModuleEncoder(Wide(schema.width), schema) for _ in range(2)]
    own = TrainedEncoder(TaskModel(encoders[0], [], graphs.origin), encoders[1], graphs.origin, (), {"name": "single"})
    found = tune_small(own, graphs, epochs=1)
    assert found.models[0].encoder.module.line.weight.shape == (6, schema.width)
    with pytest.raises(InputError, match="leave processes out"):
        tune_small(own, graphs, epochs=1, processes=2)


# --- what it must not see --------------------------------------------------------------------------------------------


def poisoned(graphs, part):
    """The same graphs with other answers and other atoms in one part of the split that the seed makes."""
    inside = torch.isin(torch.arange(len(graphs)), getattr(split_graphs(graphs, "random", 0), part))
    codes = graphs.nodes["codes"]
    return dataclasses.replace(
        graphs,
        nodes={**graphs.nodes, "codes": torch.where(inside[graphs.node_graph][:, None], 3 - codes.clamp_max(3), codes)},
        graphs={"targets": torch.where(inside[:, None], 1 - graphs.targets, graphs.targets)},
    )


def test_test_graphs_change_nothing_but_test_scores(tuned, start, graphs):
    other = tune_small(start, poisoned(graphs, "test"), seeds=(0, 1))
    for clean, spoilt in zip(tuned.scores, other.scores, strict=True):
        assert (clean.validation, clean.best_epoch, clean.fingerprint) == (
            spoilt.validation, spoilt.best_epoch, spoilt.fingerprint,
        )  # fmt: skip
        assert clean.test != spoilt.test
    heads = [[model.model.heads["ml"].graph.weight for model in one.models] for one in (tuned, other)]
    assert all(torch.equal(clean, spoilt) for clean, spoilt in zip(*heads, strict=True))


def test_validation_graphs_choose_the_epoch_and_do_not_teach(tuned, start, graphs, tmp_path):
    other = tune_small(start, poisoned(graphs, "validation"), out=tmp_path / "out")
    clean, spoilt = (
        read_csv(one.out / "seed-0" / "training" / "history.csv") for one in (tuned, other)
    )  # fmt: skip
    assert [row["train/ml"] for row in clean] == [row["train/ml"] for row in spoilt]
    assert [row["validation/ml"] for row in clean] != [row["validation/ml"] for row in spoilt]


def test_targets_are_standardised_on_the_training_part_alone():
    graphs = real_graphs()
    split = split_graphs(graphs, "random", 0)
    (task,) = tune_small(None, graphs, epochs=1).models[0].model.tasks
    known = graphs.targets[split.train].double()
    assert task.mean == pytest.approx(known.nanmean(0).tolist())
    assert task.deviation == pytest.approx(((known - known.nanmean(0)) ** 2).nanmean(0).sqrt().tolist())


# --- what it writes --------------------------------------------------------------------------------------------------


def test_what_is_left_in_the_directory(tuned):
    names = sorted(path.name for path in tuned.out.iterdir() if path.name != "lock")
    assert names == ["finetune.json", "options.json", "seed-0", "seed-1"]
    kept = {path.name for path in (tuned.out / "seed-0").iterdir()}
    assert {"config.json", "model.safetensors", "scores.json", "predictions.csv", "split.json"} <= kept
    assert not (tuned.out / "seed-0" / "training" / "last.ckpt").exists()


def test_the_record(tuned, graphs):
    record = json.loads((tuned.out / "finetune.json").read_text())
    first = ["verb", "dataset", "split", "metric", "seeds", "test", "mean", "std"]
    assert list(record)[: len(first)] == first
    assert (record["verb"], record["dataset"], record["split"], record["metric"], record["seeds"]) == (
        "finetune", "made-hu", "random", "roc_auc", [0, 1],
    )  # fmt: skip
    assert record == {"verb": "finetune", **tuned.to_json()}
    assert record["data"]["checksum"] == graphs.origin.checksum
    assert record["split_sizes"] == [42, 6, 12]
    assert len(record["split_digest"]) == 16
    assert record["options"]["dropout"] == 0.5
    assert record["start"]["tasks"] == ["ml"]
    assert {"python", "torch", "multigraft"} <= record["versions"].keys()


def test_the_models_read_back_and_predict_together(tuned, graphs):
    assert [load_encoder(tuned.out / f"seed-{seed}").fingerprint for seed in (0, 1)] == [
        one.fingerprint for one in tuned.scores
    ]
    together = open_ensemble(tuned.out)
    said = together.predict(graphs.select(tuned.models[0].split.test), device="cpu")
    rows = read_csv(tuned.out / "seed-1" / "predictions.csv")
    assert said.shape == (2, 12, 3)
    assert said[1, :, 0].tolist() == pytest.approx([float(row["predicted_t0"]) for row in rows], abs=1e-8)


def test_without_a_directory_nothing_is_written(start, graphs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = tune_small(start, graphs, epochs=1)
    assert list(tmp_path.iterdir()) == []
    assert found.out is None
    assert found.models[0].home is None


# --- stopping and going on -------------------------------------------------------------------------------------------


def interrupt_after(monkeypatch, epochs):
    """Ctrl-C when so many epochs, of all seeds together, have been saved."""
    saved, save = [], SaveState.on_train_epoch_end

    def stop(self, trainer, module):
        save(self, trainer, module)
        saved.append(trainer.current_epoch)
        if len(saved) == epochs:
            raise KeyboardInterrupt

    monkeypatch.setattr(SaveState, "on_train_epoch_end", stop)


@pytest.mark.parametrize("epochs", [1, 2, 4, 5])
def test_interrupted_and_resumed_it_finds_what_the_undisturbed_one_finds(
    tuned, start, graphs, tmp_path, monkeypatch, epochs
):
    with monkeypatch.context() as patch:
        interrupt_after(patch, epochs)
        with pytest.raises(KeyboardInterrupt):
            tune_small(start, graphs, seeds=(0, 1), out=tmp_path / "out")
    assert not (tmp_path / "out" / "finetune.json").exists()
    found = tune_small(start, graphs, seeds=(0, 1), out=tmp_path / "out", resume=True)
    assert told(found) == told(tuned)
    for seed in (0, 1):
        weights = [(place / f"seed-{seed}" / "model.safetensors").read_bytes() for place in (tuned.out, found.out)]
        assert weights[0] == weights[1]


def test_seeds_that_are_done_are_kept_and_others_added(tuned, start, graphs, tmp_path, monkeypatch):
    out, true_train, trained = tmp_path / "out", finetuning_seed.train, []
    shutil.copytree(tuned.out, out)

    def spy(*arguments, **options):
        trained.append(options["seed"])
        return true_train(*arguments, **options)

    monkeypatch.setattr(finetuning_seed, "train", spy)
    assert told(tune_small(start, graphs, seeds=(0, 1), out=out, resume=True)) == told(tuned)
    assert trained == []
    assert told(tune_small(start, graphs, out=out, resume=True)) == told(tuned), "the seeds are those that were begun"
    more = tune_small(start, graphs, seeds=(0, 2), out=out, resume=True)
    assert (trained, more.seeds) == ([2], [0, 2])


# --- bad input -------------------------------------------------------------------------------------------------------


def test_directories_that_are_taken(tuned, start, graphs, tmp_path):
    with pytest.raises(InputError, match="exists: add --resume to go on with it"):
        tune_small(start, graphs, out=tuned.out)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="holds no fine-tuning to resume"):
        tune_small(start, graphs, out=tmp_path, resume=True)
    with FileLock(tuned.out / "lock"), pytest.raises(InputError, match="another process works on the fine-tuning in"):
        tune_small(start, graphs, seeds=(0, 1), out=tuned.out, resume=True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"epochs": 4}, "epochs: 3 there, 4 now"),
        ({"split_seed": 1}, "split_digest"),
        ({"metric": "average_precision"}, "metric: 'roc_auc' there"),
        ({"graphs": binary_graphs(seed=2)}, "data"),
        ({"encoder": None}, "start"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_other_options_are_not_resumed(tuned, start, graphs, options, words):
    before = (tuned.out / "finetune.json").read_bytes()
    with pytest.raises(InputError, match=f"other options .*{words}"):
        tune_small(**{"encoder": start, "graphs": graphs, "seeds": (0, 1), "out": tuned.out, "resume": True} | options)
    assert (tuned.out / "finetune.json").read_bytes() == before
