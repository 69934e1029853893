"""SAME's races: both sides do the same work, on the same training part."""

import multiprocessing

import pytest
import torch

from multigraft.bench.races import same
from multigraft.errors import MultigraftError
from multigraft.processes import Here, Outcome
from tests.helpers.graphs import random_graphs

RACES = {
    "episode": same.episode, "esame-step": same.esame_step, "isame-step": same.isame_step,
    "esame-study": same.esame_study, "isame-study": same.isame_study,
}  # fmt: skip
STEPS = 2  # an epoch: 16 graphs each, of the 70 % of 50 that are for training


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few graphs, and workers that are this process."""
    monkeypatch.setattr(same, "labelled_graphs", lambda: random_graphs(50, seed=1, least_nodes=4, density=0.4))
    monkeypatch.setattr(same, "Pool", lambda work, processes: Here(work))
    monkeypatch.setattr(same, "default_processes", lambda: 2)
    same._kept_trainer.cache_clear()


@pytest.mark.parametrize("name", RACES)
def test_both_sides_run(name):
    race = RACES[name]()
    assert race.name == name
    assert "16 graphs of made, gc, nc, lp" in race.what
    assert race.plain_units == 1
    race.fast(), race.plain()
    if race.close is not None:
        race.close()


def test_an_epoch_of_ours_is_a_call(monkeypatch):
    made = []
    monkeypatch.setattr(
        same, "training", lambda strategy, build=same.training: made.append(build(strategy)) or made[-1]
    )
    race = same.esame_step()
    [ours] = made
    before = {name: value.detach().clone() for name, value in ours.model.named_parameters()}
    race.fast()
    assert race.fast_units == ours.steps == STEPS
    assert all(not torch.equal(value, before[name]) for name, value in ours.model.named_parameters())
    assert ours.loss_sums().keys() == {"gc", "nc", "lp"}
    assert ours.current_epoch == 0
    race.fast()
    assert ours.current_epoch == 1


def test_every_epoch_has_episodes_of_its_own():
    ours = same.training("isame")
    nc = ours.tasks[1]
    first, second = ([drawn[nc].support.graphs.x for drawn in ours.draw_epoch()] for _ in range(2))
    assert len(first) == len(second) == STEPS
    assert all(
        one.shape != other.shape or not torch.equal(one, other) for one, other in zip(first, second, strict=True)
    )


@pytest.mark.filterwarnings("ignore")  # Lightning uses what torch deprecates
def test_ours_is_trained_as_its_loop_trains_it(tmp_path):
    """Weights after two epochs are those that Lightning's loop leaves."""
    import lightning as L

    by_hand, looped = same.training("esame"), same.training("esame")
    train = same.trainer(by_hand)
    train(), train()
    looped.__class__ = same.TrainingModule
    trainer = L.Trainer(
        accelerator="cpu", max_epochs=2, limit_val_batches=0, logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, default_root_dir=tmp_path,
    )  # fmt: skip
    trainer.fit(looped)
    for (name, ours), theirs in zip(by_hand.model.named_parameters(), looped.model.parameters(), strict=True):
        assert torch.equal(ours, theirs), name


def test_both_sides_have_the_same_graphs_and_a_network_of_one_size(monkeypatch):
    ours = same.training("esame")
    sizes = [sum(value.numel() for value in model.parameters()) for model in (ours.model, same.plain_model(ours))]
    assert sizes[0] == sizes[1]
    held = []
    monkeypatch.setattr(same.episodes, "loader", lambda data, *_: held.extend(data) or iter(()))
    same.plain_episodes(ours)
    labels = ours.training_part.graphs.graph_labels[ours.training_part.numbers]
    assert [one.y.item() for one in held] == labels.tolist()


def test_a_study_gives_every_process_its_epochs(monkeypatch):
    done = []
    monkeypatch.setattr(same, "_kept_trainer", lambda strategy: lambda: done.append(strategy))
    race = same.isame_study()
    race.fast()
    assert done == ["isame"] * 2 * same.EPOCHS
    assert race.fast_units == 2 * same.EPOCHS * STEPS
    assert race.workers == 2
    assert race.flops > 0
    assert "2 processes against one" in race.what


@pytest.mark.parametrize(("outcomes", "said"), [
    ([Outcome("esame", "ValueError: no")], "a worker of the study failed: ValueError: no"),
    ([], "no worker of the study has trained 2 epochs within 600 seconds"),
], ids=["fails", "hangs"])  # fmt: skip
def test_a_study_whose_workers_do_not_do_it_says_so(monkeypatch, outcomes, said):
    monkeypatch.setattr(Here, "outcomes", lambda pool, seconds: iter(outcomes))
    with pytest.raises(MultigraftError, match=said):
        same.esame_study().fast()


def test_size_counts_every_tensor_once():
    ours = same.training("esame")
    questions = ours.draw_epoch()[0]
    whole = same.size(questions)
    nc = questions[ours.tasks[1]]
    apart = sum(same.size({task: episode}) for task, episode in questions.items())
    assert nc.support.queries.nbytes + nc.support.answers.nbytes < whole <= apart


@pytest.mark.slow
def test_a_study_in_processes(monkeypatch):
    monkeypatch.undo()
    race = same.esame_study()
    try:
        started = {process.pid for process in multiprocessing.active_children()}
        race.fast()
        assert {process.pid for process in multiprocessing.active_children()} == started, "no worker was lost"
        assert len(started) == 2
    finally:
        race.close()
    assert not started & {process.pid for process in multiprocessing.active_children()}
