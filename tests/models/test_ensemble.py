"""Several encoders that predict the same: opened together, asked together."""

import dataclasses
import json

import pytest
import torch

from multigraft.errors import InputError
from multigraft.graphs.molecules.load import pack_smiles
from multigraft.models.ensemble import RECORD, open_ensemble, together
from multigraft.models.trained import TrainedEncoder
from multigraft.tasks.base import Examples
from multigraft.tasks.graph_regression import GraphRegression
from multigraft.tasks.model import TaskModel
from multigraft.tasks.multi_label import MultiLabel
from tests.helpers.graphs import random_graphs
from tests.helpers.molecules import SMILES, TARGETS, molecule_encoder, predicting_encoder
from tests.models.test_trained import trained_on


@pytest.fixture(scope="module")
def graphs():
    return pack_smiles(SMILES)


def logits(trained: TrainedEncoder, graphs):
    """What the head says of one graph after the other."""
    trained.model.eval()
    task = trained.model.tasks[0]
    rows = []
    with torch.no_grad():
        for number in range(len(graphs)):
            one = graphs.select([number])
            asked = Examples(one, torch.tensor([0]), torch.zeros(1, len(TARGETS)))
            rows.append(trained.model({task: asked})[task][0])
    return torch.stack(rows)


def written(directory, seeds=(0, 1, 2), kind="ml"):
    """A directory as fine-tuning writes it."""
    for seed in seeds:
        predicting_encoder(kind, seed).save(directory / f"seed-{seed}")
    (directory / RECORD).write_text(json.dumps({"verb": "finetune", "seeds": list(seeds)}))
    return directory


# --- what is said ----------------------------------------------------------------------------------------------------


def test_binary_targets_are_probabilities(graphs):
    trained = predicting_encoder("ml")
    said = open_ensemble(trained).predict(graphs)
    assert (said.shape, said.dtype) == ((1, len(SMILES), 2), torch.float64)
    expected = 1 / (1 + torch.exp(-logits(trained, graphs).double()))
    torch.testing.assert_close(said[0], expected, rtol=1e-5, atol=1e-6)
    assert float(said.std(1).min()) > 1e-4


def test_real_targets_are_in_their_own_units(graphs):
    trained = predicting_encoder("gr")
    said = open_ensemble(trained).predict(graphs)
    expected = logits(trained, graphs).double() * torch.tensor([2.0, 3.0]) + torch.tensor([10.0, 11.0])
    torch.testing.assert_close(said[0], expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_predictions_do_not_depend_on_the_batch_size(graphs, batch_size):
    ensemble = open_ensemble([predicting_encoder(seed=seed) for seed in (0, 1)])
    torch.testing.assert_close(ensemble.predict(graphs, batch_size), ensemble.predict(graphs, 3), rtol=1e-5, atol=1e-6)


def test_no_graphs(graphs):
    assert open_ensemble(predicting_encoder()).predict(graphs.select([])).shape == (1, 0, 2)


def test_members_are_asked_in_their_order_and_left_as_they_were(graphs):
    members = [predicting_encoder(seed=seed) for seed in (0, 1, 2)]
    members[1].model.train()
    said = open_ensemble(members).predict(graphs)
    assert [one.model.training for one in members] == [True, True, True]
    for place, one in enumerate(members):
        torch.testing.assert_close(said[place], open_ensemble(one).predict(graphs)[0])


def test_mean_and_deviation():
    said = torch.tensor([[[1.0, 5.0]], [[3.0, 5.0]], [[8.0, 5.0]]], dtype=torch.float64)
    mean, deviation = together(said)
    assert mean.tolist() == [[4.0, 5.0]]
    assert deviation.tolist() == [[pytest.approx(13**0.5), 0.0]]
    assert together(said[:1])[1] is None


@pytest.mark.parametrize(("options", "named"), [({"batch_size": 0}, "at least 1"), ({"device": "abacus"}, "no device")])
def test_options_that_cannot_be(graphs, options, named):
    with pytest.raises(InputError, match=named):
        open_ensemble(predicting_encoder()).predict(graphs, **options)


def test_graphs_of_another_featurisation(graphs):
    with pytest.raises(InputError, match="featurization of its training data"):
        open_ensemble(predicting_encoder(featurization="ogb")).predict(graphs)


# --- what is opened --------------------------------------------------------------------------------------------------


def test_what_fine_tuning_wrote(graphs, tmp_path):
    ensemble = open_ensemble(written(tmp_path / "tuned", seeds=(2, 0)))
    assert ensemble.targets == TARGETS
    expected = open_ensemble([predicting_encoder(seed=seed) for seed in (2, 0)])
    assert torch.equal(ensemble.predict(graphs), expected.predict(graphs))


@pytest.mark.parametrize("form", [str, lambda path: path])
def test_one_encoder_of_a_directory(graphs, tmp_path, form):
    place = predicting_encoder("gr", 4).save(tmp_path / "encoder")
    ensemble = open_ensemble(form(place))
    assert len(ensemble.members) == 1
    assert torch.equal(ensemble.predict(graphs), open_ensemble(predicting_encoder("gr", 4)).predict(graphs))


def test_of_two_heads_the_one_for_the_kind_of_the_targets(graphs):
    for kind, wanted in (("ml", MultiLabel), ("gr", GraphRegression)):
        trained = predicting_encoder(kind)
        model = TaskModel(trained.encoder, [GraphRegression(), MultiLabel()], trained.origin)
        both = dataclasses.replace(trained, model=model, tasks=("gr", "ml"))
        assert isinstance(open_ensemble(both).tasks[0], wanted)


@pytest.mark.parametrize(
    "trained", [molecule_encoder(), trained_on(random_graphs(5))], ids=["no head", "heads of other tasks"]
)
def test_an_encoder_without_a_head_for_it(trained, tmp_path):
    with pytest.raises(InputError, match=r"no head that predicts targets.*run multigraft finetune first"):
        open_ensemble(trained)
    place = trained.save(tmp_path / "encoder")
    with pytest.raises(InputError, match=rf"{place} has no head"):
        open_ensemble(place)


def test_nothing_there(tmp_path):
    with pytest.raises(InputError, match="there is no such directory"):
        open_ensemble(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"it has no config\.json"):
        open_ensemble(tmp_path)
    with pytest.raises(InputError, match="at least one"):
        open_ensemble([])


def test_a_fine_tuning_that_has_not_finished(tmp_path):
    (written(tmp_path / "tuned") / RECORD).unlink()
    with pytest.raises(InputError, match="not finished: continue it with --resume"):
        open_ensemble(tmp_path / "tuned")


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"seeds": ["a"]}', '{"seeds": 3}'])
def test_a_damaged_record(tmp_path, record):
    (tmp_path / RECORD).write_text(record)
    with pytest.raises(InputError, match=rf"{RECORD} is not what multigraft finetune writes"):
        open_ensemble(tmp_path)


def test_a_record_without_seeds_or_with_missing_ones(tmp_path):
    (written(tmp_path / "tuned") / RECORD).write_text('{"seeds": []}')
    with pytest.raises(InputError, match="names no seed"):
        open_ensemble(tmp_path / "tuned")
    (tmp_path / "tuned" / RECORD).write_text('{"seeds": [0, 7]}')
    with pytest.raises(InputError, match="seed-7"):
        open_ensemble(tmp_path / "tuned")


@pytest.mark.parametrize(
    "other",
    [{"targets": ("toxic", "other")}, {"kind": "gr"}, {"featurization": "ogb"}],
    ids=lambda other: next(iter(other)),
)
def test_members_that_do_not_belong_together(tmp_path, other):
    place = written(tmp_path / "tuned", seeds=(0,))
    predicting_encoder(**other).save(place / "seed-1")
    (place / RECORD).write_text('{"seeds": [0, 1]}')
    with pytest.raises(InputError, match=r"seed-1 does not predict what .*seed-0 does"):
        open_ensemble(place)


def test_several_seeds_say_nothing_of_no_graphs(graphs):
    members = [predicting_encoder("ml", seed) for seed in (0, 1)]
    mean, deviation = together(open_ensemble(members).predict(graphs.select([])))
    assert mean.shape == deviation.shape == (0, 2)


def test_members_read_molecules_alike():
    kept = predicting_encoder("ml")
    stripped = dataclasses.replace(kept, origin=dataclasses.replace(kept.origin, strip_salts=True))
    with pytest.raises(InputError, match="fine-tune them together"):
        open_ensemble([kept, stripped])
