"""What is asked, resolved: split, pooling, dropout; and all that is refused before anything is written."""

import dataclasses
import math

import pytest
import torch

from multigraft.errors import InputError
from multigraft.evaluation.finetuning_checks import kinds, read_graphs
from multigraft.evaluation.remarks import few_tested
from multigraft.graphs.splits import Split, split_graphs
from multigraft.models.storage import load_encoder
from tests.helpers.coded import random_coded, with_targets
from tests.helpers.finetuning import binary_graphs, pretrained, real_graphs, told, tune_small
from tests.helpers.training import small_graphs


def test_an_encoder_without_dropout_keeps_it_so(graphs):
    plain = tune_small(None, graphs, encoder_kind="gcn", epochs=1)
    assert plain.facts["options"]["dropout"] is None
    with pytest.raises(InputError, match="encoder 'gcn' has no option 'dropout'"):
        tune_small(None, graphs, encoder_kind="gcn", dropout=0.1)


def test_graphs_that_the_encoder_was_trained_on_keep_its_split(graphs):
    own = pretrained(graphs, split=split_graphs(graphs, "random", 5))
    found = tune_small(own, graphs, split=None, epochs=1)
    assert found.models[0].split.test.tolist() == own.split.test.tolist()
    assert found.notes[0] == "the encoder was trained on these graphs: its own split is kept, random, seed 5"
    with pytest.raises(InputError, match=r"of the 12 test graphs of this random split .* was trained on"):
        tune_small(own, graphs, split="random", split_seed=6)
    assert tune_small(own, graphs, split="random", split_seed=5, epochs=1).notes == few_tested(12)


def test_numbers_of_several_units_and_classes_among_them_are_said():
    graphs = real_graphs()
    units = "the score is the mean over {} targets, each in its own unit: compare them one by one"
    assert kinds(graphs) == (units.format(2),)
    classes = binary_graphs().targets[:, :1]
    mixed = with_targets(graphs, torch.cat([graphs.targets, classes, torch.full_like(classes, math.nan)], dim=1))
    assert kinds(mixed) == (
        units.format(4), "yes-or-no targets are learned as numbers here: t2; fine-tune the two kinds apart",
    )  # fmt: skip
    assert kinds(with_targets(graphs, graphs.targets[:, :1])) == ()
    assert kinds(with_targets(graphs, classes.repeat(1, 2))) == (units.format(2),)
    assert kinds(binary_graphs()) == ()


def test_a_split_of_ones_own(graphs):
    split = split_graphs(graphs, "random", 3)
    named = tune_small(None, graphs, split_seed=3, epochs=1)
    mine = tune_small(None, graphs, split=dataclasses.replace(split, kind="mine"), epochs=1)
    assert mine.split == "mine"
    assert told(mine) == told(named)


def test_pooling(start, graphs):
    assert tune_small(start, graphs, epochs=1).facts["options"]["pool"] == "mean"
    wide = tune_small(start, graphs, epochs=1, pool="set2set")
    assert wide.models[0].model.heads["ml"].graph.weight.shape == (3, 16)
    summed = dataclasses.replace(start, readout="sum")
    assert tune_small(summed, graphs, epochs=1).models[0].readout == "sum"
    ego = dataclasses.replace(graphs, graphs={**graphs.graphs, "centre": torch.zeros(60, dtype=torch.int64)})
    assert tune_small(start, ego, epochs=1).facts["options"]["pool"] == "mean+centre"


def one_sided(part):
    """Molecules none of whose targets has both classes in that part."""
    graphs = binary_graphs()
    inside = torch.isin(torch.arange(60), getattr(split_graphs(graphs, "random", 0), part))
    return dataclasses.replace(graphs, graphs={"targets": torch.where(inside[:, None], 1.0, graphs.targets)})


@pytest.mark.parametrize(
    ("given", "options", "words"),
    [
        (None, {"seeds": ()}, "name at least one seed"),
        (None, {"seeds": (1, 1)}, "seeds must differ, got 1, 1"),
        (None, {"processes": 0}, "processes must be at least 1"),
        (None, {"epochs": 0}, "epochs must be at least 1"),
        (None, {"batch_size": 0}, "batch size"),
        (None, {"learning_rate": -1.0}, "learning rate must be positive"),
        (None, {"layer_decay": 0.0}, "layer decay"),
        (None, {"head_norm": "rows"}, "unknown norm 'rows'"),
        (None, {"freeze": "some"}, "freeze is none, all or a number of layers"),
        (None, {"freeze": "2"}, None),
        (None, {"freeze": "3"}, "cannot freeze 3 layers: the encoder has 2"),
        (None, {"dropout": 1.0}, "dropout must be"),
        (None, {"pool": "median"}, "unknown readout 'median'"),
        (None, {"split": "sorted"}, "unknown split 'sorted'"),
        (None, {"metric": "rmse"}, "are binary, metric 'rmse' is not for them: choose from roc_auc, average_precision"),
        (None, {"device": "abacus"}, "no device 'abacus'"),
        (None, {"resume": True}, "name its directory"),
        (None, {"encoder_kind": "lstm"}, "unknown encoder 'lstm'"),
        (real_graphs, {"metric": "roc_auc"}, "are real, metric 'roc_auc' is not for them: choose from rmse, mae"),
        (small_graphs, {}, "has no targets to fine-tune on"),
        (lambda: binary_graphs(2), {}, "too few"),
        (lambda: one_sided("validation"), {}, "has a roc_auc on the validation part of this random split"),
    ],
    ids=lambda value: None if value is None or callable(value) else str(value),
)
def test_bad_input_is_refused_before_anything_is_written(tmp_path, given, options, words):
    arguments = {"out": tmp_path / "out"} | options
    if words is None:
        assert tune_small(None, None, epochs=1, **arguments).out == tmp_path / "out"
        return
    if options.get("resume"):
        arguments["out"] = None
    with pytest.raises(InputError, match=words):
        tune_small(None, given() if given else None, **arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_test_part_without_scores_is_said(start):
    found = tune_small(start, one_sided("test"), epochs=1)
    assert math.isnan(found.mean)
    assert found.to_json()["mean"] is None
    [told, _] = found.notes
    assert told == "3 of 3 targets have no roc_auc on the test part: not in its mean"


def test_molecules_of_another_featurisation(start):
    with pytest.raises(InputError, match=r"reads molecules of featurization 'hu', data set 'made-ogb' has 'ogb'"):
        tune_small(start, random_coded(30, "ogb", targets=2))
    with pytest.raises(InputError, match="without featurization"):
        tune_small(start, small_graphs())


def test_a_start_cannot_be_described(start, graphs):
    with pytest.raises(InputError, match="leave out dim, which would describe another"):
        tune_small(start, graphs, dim=16)


def test_a_split_is_a_split(graphs):
    parts = split_graphs(graphs, "random", 0)
    with pytest.raises(InputError, match="two parts"):
        tune_small(None, graphs, split=Split("mine", 0, parts.train, parts.train, parts.test))


def other_targets(graphs):
    """The same molecules with another column."""
    return with_targets(graphs, 1 - graphs.targets, "binary")


def test_another_column_of_the_same_molecules_keeps_the_split(graphs):
    own = pretrained(graphs, split=split_graphs(graphs, "random", 5))
    found = tune_small(own, other_targets(graphs), split=None, epochs=1)
    assert found.models[0].split.test.tolist() == own.split.test.tolist()
    assert "its own split is kept, random, seed 5" in found.notes[0]
    with pytest.raises(InputError, match=r"of the 12 test graphs of this random split .* was trained on"):
        tune_small(own, other_targets(graphs), split="random", split_seed=6)


def test_rows_of_another_file_that_were_trained_on_are_said(graphs):
    own = pretrained(graphs, split=split_graphs(graphs, "random", 5))
    some = graphs.select(torch.cat([own.split.train[:30].flip(0), own.split.test]))
    found = tune_small(own, some, split="random", split_seed=1, epochs=1)
    seen = int((found.models[0].split.test < 30).sum())
    assert seen > 0
    assert f"{seen} of the {len(found.models[0].split.test)} test graphs are among those" in found.notes[0]


def test_a_chain_of_trainings_remembers_its_first(start, graphs, tmp_path):
    own = pretrained(graphs, split=split_graphs(graphs, "random", 5))
    between = tune_small(own, binary_graphs(30, seed=4), epochs=1).models[0]
    later = load_encoder(between.save(tmp_path / "between"))
    with pytest.raises(InputError, match=r"of the 12 test graphs of this random split .* was trained on"):
        tune_small(later, other_targets(graphs), split="random", split_seed=6)
    assert tune_small(later, graphs, split=None, epochs=1).models[0].split.test.tolist() == own.split.test.tolist()


def test_salts_that_differ_are_said(start, graphs):
    stripped = dataclasses.replace(graphs, origin=dataclasses.replace(graphs.origin, strip_salts=True))
    note = "salts are stripped here, and were kept where the encoder was trained"
    assert tune_small(start, stripped, epochs=1).notes[0] == note
    assert note not in tune_small(None, stripped, epochs=1).notes


def test_files_are_read_with_the_salts_that_the_encoder_knows(start, monkeypatch):
    asked, none = [], binary_graphs(1)
    for place in ("evaluation.finetuning_checks", "graphs.catalog"):
        monkeypatch.setattr(f"multigraft.{place}.load", lambda name, **options: asked.append(options) or none)
    for strip in (False, True):
        known = dataclasses.replace(start, origin=dataclasses.replace(start.origin, strip_salts=strip))
        read_graphs("mine.csv", known)
    read_graphs("mine.csv", None)
    assert asked == [
        {"featurization": "hu", "strip_salts": False}, {"featurization": "hu", "strip_salts": True}, {}
    ]  # fmt: skip
