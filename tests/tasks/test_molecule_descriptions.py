"""Descriptions of molecules as pretext: computed once, from SMILES, and travelling with the graphs."""

import dataclasses

import pytest
import torch

import multigraft as mg
from multigraft.errors import InputError
from multigraft.graphs.checksums import identity
from multigraft.graphs.texts import smiles_of
from multigraft.randomness import generator
from multigraft.tasks.descriptor_regression import DescriptorRegression
from multigraft.tasks.fingerprint_prediction import FingerprintPrediction
from tests.helpers.coded import molecules, random_coded

TASKS = [DescriptorRegression(), FingerprintPrediction()]
TRAIN = torch.arange(30)


@pytest.fixture(scope="module")
def graphs():
    return molecules(40)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_answers_belong_to_the_molecule_wherever_it_stands(task, graphs):
    equipped = task.equipped(graphs, TRAIN)
    some = torch.tensor([33, 4, 4, 17])
    asked = task.examples(equipped.select(some), generator(0))
    assert torch.equal(asked.answers, equipped.graphs[task.column][some])
    assert asked.queries.tolist() == [0, 1, 2, 3]
    assert asked.answers.dtype == torch.uint8
    again = task.equipped(graphs.select(some), torch.arange(4))
    assert smiles_of(again) == [smiles_of(graphs)[number] for number in some.tolist()]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_nothing_but_a_column_is_added_and_the_data_stay_the_same(task, graphs):
    equipped = task.equipped(graphs, TRAIN)
    assert equipped.graphs.keys() - graphs.graphs.keys() == {task.column}
    assert task.column not in graphs.graphs
    assert identity(equipped) == identity(graphs)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_an_episode_parts_the_graphs(task, graphs):
    episode = task.episode(task.equipped(graphs, TRAIN), generator(0))
    assert (len(episode.support), len(episode.target)) == (24, 16)
    rows = torch.cat([part.graphs.graphs["row"] for part in (episode.support, episode.target)])
    assert sorted(rows.tolist()) == list(range(40))


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_fitted_task_knows_its_width_and_builds_the_same_head_again(task, graphs):
    fitted = task.fitted(graphs, TRAIN)
    assert fitted.width == task.usual_width() > 200
    again = type(task)(**fitted.config())
    assert again == fitted
    assert again.head(8, graphs.origin).graph.weight.shape == (fitted.width, 8)
    wide = dataclasses.replace(fitted, pool="mean+max+sum").head(8, graphs.origin)
    assert wide.graph.weight.shape == (fitted.width, 24)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_graphs_that_are_no_molecules_are_refused(task):
    with pytest.raises(InputError, match="did not come from SMILES"):
        mg.train(random_coded(8), tasks=[task], epochs=1)


@pytest.mark.parametrize("strategy", ["single", "isame", "esame"])
def test_they_are_trained_saved_and_gone_on_from(strategy, graphs, tmp_path):
    tasks = ["dr", "fp"] if strategy != "single" else ["dr"]
    options = {"encoder": "gin", "dim": 6, "layers": 2, "norm": "layer", "batch_size": 20, "split": "random"}
    first = mg.train(graphs, tasks=tasks, strategy=strategy, epochs=2, out=tmp_path / "one", **options)
    assert set(first.metadata["validation"]) >= set(tasks)
    loaded = mg.load_encoder(tmp_path / "one")
    assert torch.equal(loaded.embed(graphs), first.embed(graphs))
    more = mg.train(graphs, tasks=["dr"], strategy="single", start=tmp_path / "one", epochs=1, batch_size=20)
    assert "dr" in more.model.heads


@pytest.mark.parametrize(
    "task", [DescriptorRegression(width=10), FingerprintPrediction(width=1)], ids=lambda task: task.name
)
def test_another_width_than_rdkits_is_refused(task, graphs):
    with pytest.raises(InputError, match="leave width out"):
        task.fitted(graphs, TRAIN)
