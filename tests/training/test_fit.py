"""Training: what it returns and writes, same seed same weights, resumed runs, bad options."""

import csv
import json
import signal
import subprocess
import sys
import time

import pytest
import torch
from torch import nn
from torch_geometric.nn import GraphSAGE

from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError, MultigraftError
from multigraft.graphs.checksums import identity
from multigraft.graphs.splits import Split
from multigraft.models.storage import load_encoder
from multigraft.strategies.registry import STRATEGIES
from multigraft.strategies.same import isame
from multigraft.tasks.graph_classification import GraphClassification
from multigraft.tasks.link_prediction import LinkPrediction
from multigraft.training import callbacks
from multigraft.training.fit import SMALL_BATCH, prepared, train, untrained
from multigraft.training.module import TrainingModule
from tests.helpers.coded import random_coded
from tests.helpers.graphs import random_graphs
from tests.helpers.training import small_graphs, train_small


def same_weights(first, second):
    ours, theirs = first.model.state_dict(), second.model.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(value, theirs[name]) for name, value in ours.items())


def history(out, name="history.csv"):
    return list(csv.DictReader((out / "training" / name).read_text().splitlines()))


def untimed(out, name="history.csv"):
    return [{key: value for key, value in row.items() if key != "seconds"} for row in history(out, name)]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_trains(strategy):
    tasks = ["nc"] if strategy == "single" else ["gc", "nc", "lp"]
    start = train_small(tasks=["gc"], strategy="single") if STRATEGIES[strategy]().continues else None
    shape = {"dim": None, "layers": None} if start else {}
    trained = train_small(strategy=strategy, tasks=tasks, start=start, **shape)
    assert trained.tasks == tuple(tasks)
    assert set(trained.metadata["validation"]) == set(tasks)
    assert trained.metadata["epochs"] == 2
    changed = [not torch.equal(a, b) for a, b in zip(trained.encoder.parameters(), trained.initial.parameters(),
                                                     strict=True)]  # fmt: skip
    assert any(changed)


def test_same_seed_same_weights_and_another_seed_others():
    first, again, other = (train_small(seed=seed) for seed in (4, 4, 5))
    assert same_weights(first, again)
    assert first.metadata["validation"] == again.metadata["validation"]
    assert not same_weights(first, other)


def test_training_leaves_torchs_own_generator_alone():
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    train_small(epochs=1)
    assert torch.equal(torch.rand(2), expected)


def test_training_runs_on_one_thread_and_gives_the_others_back(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)
    asked = []
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    train_small(epochs=1)
    assert asked == [1, 3]


@pytest.mark.parametrize(("batch", "threads"), [(SMALL_BATCH - 1, 1), (SMALL_BATCH, 3)])
def test_large_batches_take_the_cores_that_are_theirs(monkeypatch, batch, threads):
    monkeypatch.setattr("multigraft.training.fit.own_cores", lambda: 3)
    run = prepared(small_graphs(20), tasks=["nc"], batch_size=batch, epochs=1)
    assert run.options.threads == threads


def test_learning_happens():
    graphs = small_graphs(60, features=3)
    first = (graphs.x.argmax(1)).long()  # node classes that the attributes give away
    object.__setattr__(graphs, "nodes", {**graphs.nodes, "label": first})
    options = {"tasks": ["nc"], "strategy": "single", "scaling": "none", "dim": 16, "layers": 1}
    learned, barely = (train_small(graphs, epochs=n, learning_rate=0.02, **options) for n in (15, 1))
    assert learned.metadata["validation"]["nc"] > max(0.5, barely.metadata["validation"]["nc"])


def test_output_directory_holds_what_the_design_names(tmp_path):
    out = tmp_path / "run"
    trained = train_small(out=out, epochs=3, validate_every=2)
    files = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert {"config.json", "model.safetensors", "initial.safetensors", "split.json", "README.md", "options.json",
            "training/history.csv", "training/last.ckpt"} <= files  # fmt: skip
    assert any("tensorboard" in name for name in files)
    assert not any(".tmp" in name or "/." in name for name in files)
    rows = history(out)
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]
    assert rows[0]["validation/sum"] == "" != rows[1]["validation/sum"]
    assert float(rows[0]["train/gc"]) > 0
    assert same_weights(load_encoder(out), trained)
    options = json.loads((out / "options.json").read_text())
    assert (options["epochs"], options["strategy"]["name"], options["encoder"]["dim"]) == (3, "esame", 8)


def test_stored_split_is_the_one_trained_on(tmp_path):
    graphs = small_graphs()
    trained = train_small(graphs, out=tmp_path / "run")
    again = Split.from_json(json.loads((tmp_path / "run/split.json").read_text()))
    for part in ("train", "validation", "test"):
        assert torch.equal(getattr(again, part), getattr(trained.split, part))
    assert again.identity == identity(graphs)


def test_own_split_own_strategy_and_own_modules_are_taken():
    graphs = small_graphs()
    parts = Split("mine", 0, torch.arange(20), torch.arange(20, 25), torch.arange(25, 30))
    net = GraphSAGE(InputSchema.of(graphs).width, 8, 2, 8)
    trained = train(graphs, encoder=net, strategy=isame(inner_steps=2), split=parts, epochs=1, batch_size=6,
                    progress=False)  # fmt: skip
    assert trained.split is not None
    assert torch.equal(trained.split.test, parts.test)
    assert trained.split.identity == identity(graphs)
    assert trained.strategy["inner_steps"] == 2
    assert torch.equal(net.convs[0].lin_l.weight, trained.initial.module.convs[0].lin_l.weight)
    assert not torch.equal(net.convs[0].lin_l.weight, trained.encoder.module.convs[0].lin_l.weight)
    own = GCN(InputSchema.of(graphs), dim=4)
    assert train(graphs, encoder=own, epochs=1, batch_size=6, progress=False).encoder.dim == 4


class Dropping(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear, self.drop = nn.Linear(width, 6), nn.Dropout(0.5)

    def forward(self, x, edges):
        return self.drop(self.linear(x))


def test_modules_that_draw_noise_of_their_own_are_reproducible():
    graphs = small_graphs()
    torch.manual_seed(0)
    net = Dropping(4)
    first, again = (train(graphs, encoder=net, epochs=2, batch_size=6, progress=False) for _ in range(2))
    assert same_weights(first, again)


def test_resumed_at_an_epoch_equals_undisturbed(tmp_path):
    whole = train_small(epochs=5, out=tmp_path / "whole")
    train_small(epochs=2, out=tmp_path / "parts")
    parts = train_small(epochs=5, out=tmp_path / "parts", resume=True)
    assert same_weights(whole, parts)
    histories = [history(tmp_path / name) for name in ("whole", "parts")]
    for ours, theirs in zip(*histories, strict=True):
        assert {k: v for k, v in ours.items() if k != "seconds"} == {k: v for k, v in theirs.items() if k != "seconds"}


def test_patience_stops_and_a_resumed_run_stays_stopped(tmp_path):
    options = {"epochs": 40, "patience": 2, "learning_rate": 1e-9}
    stopped = train_small(out=tmp_path / "a", **options)
    assert stopped.metadata["epochs"] == stopped.metadata["best_epoch"] + 3 < 40
    (tmp_path / "a/config.json").unlink()
    again = train_small(out=tmp_path / "a", resume=True, **options)
    assert again.metadata["epochs"] == stopped.metadata["epochs"]
    assert same_weights(stopped, again)


def test_a_run_shorter_than_its_validation_interval_is_validated_at_its_end():
    assert train_small(epochs=2, validate_every=5).metadata["best_epoch"] == 1


def test_best_weights_are_returned_not_the_last(tmp_path):
    trained = train_small(epochs=6, learning_rate=0.05, seed=1)
    shorter = train_small(epochs=trained.metadata["best_epoch"] + 1, learning_rate=0.05, seed=1)
    assert same_weights(trained, shorter)


SCRIPT = """
from tests.helpers.training import train_small
train_small(epochs=400, dim=16, out={out!r}, resume=True)
"""


SENT = [pytest.param(signal.SIGKILL, marks=pytest.mark.slow, id="SIGKILL"), pytest.param(signal.SIGINT, id="SIGINT")]


@pytest.mark.parametrize("sent", SENT)
def test_killed_in_mid_epoch_and_resumed_equals_undisturbed(tmp_path, sent):
    out = tmp_path / "killed"
    process = subprocess.Popen([sys.executable, "-c", SCRIPT.format(out=str(out))], stderr=subprocess.DEVNULL)
    written = out / "training/history.csv"
    deadline = time.monotonic() + 120
    while not (written.is_file() and len(written.read_text().splitlines()) > 3) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(sent)
    assert process.wait(60) != 0
    assert not (out / "config.json").exists()
    done = len(history(out))
    assert 3 <= done < 400
    resumed = train_small(epochs=done + 3, dim=16, out=out, resume=True)
    undisturbed = train_small(epochs=done + 3, dim=16)
    assert same_weights(resumed, undisturbed)


@pytest.mark.parametrize("balancing", ["equal", "gradnorm", "nash-mtl"])
def test_stopped_within_an_epoch_it_goes_on_there_but_where_balancing_forgets(tmp_path, monkeypatch, balancing):
    options = {"tasks": ["gc", "nc"], "epochs": 3, "batch_size": 4, "balancing": balancing}
    undisturbed = train_small(small_graphs(40), out=tmp_path / "whole", **options)
    monkeypatch.setattr(callbacks, "MINUTE", 0.0)
    step_of, done = TrainingModule.training_step, []

    def watched(module, given, step):
        done.append((module.current_epoch, step))
        if done.count((1, 3)) == 1 == len(done) - done.index((1, 3)):  # the first time
            raise KeyboardInterrupt
        return step_of(module, given, step)

    monkeypatch.setattr(TrainingModule, "training_step", watched)
    with pytest.raises(KeyboardInterrupt):
        train_small(small_graphs(40), out=tmp_path / "stopped", **options)
    stopped, steps = len(done), 7
    assert done[-1] == (1, 3)
    resumed = train_small(small_graphs(40), out=tmp_path / "stopped", resume=True, **options)
    assert done[stopped] == (1, 0 if balancing == "nash-mtl" else 3)
    assert done[-steps:] == [(2, step) for step in range(steps)]
    assert same_weights(resumed, undisturbed)
    assert untimed(tmp_path / "stopped") == untimed(tmp_path / "whole")


@pytest.mark.parametrize("epochs", [1, 3])
def test_stopped_in_validation_it_is_validated_again(tmp_path, monkeypatch, epochs):
    undisturbed = train_small(out=tmp_path / "whole", epochs=epochs)
    monkeypatch.setattr(callbacks, "MINUTE", 0.0)
    with monkeypatch.context() as patch:
        judge = TrainingModule.validation_step

        def stopping(module, index):
            if module.current_epoch == epochs - 1:
                raise KeyboardInterrupt
            return judge(module, index)

        patch.setattr(TrainingModule, "validation_step", stopping)
        with pytest.raises(KeyboardInterrupt):
            train_small(out=tmp_path / "stopped", epochs=epochs)
    assert (tmp_path / "stopped/training/last.ckpt").is_file()
    resumed = train_small(out=tmp_path / "stopped", resume=True, epochs=epochs)
    assert same_weights(resumed, undisturbed)
    assert untimed(tmp_path / "stopped") == untimed(tmp_path / "whole")


def test_the_curve_of_an_epoch_goes_on_where_it_was(tmp_path, monkeypatch):
    options = {"tasks": ["gc"], "epochs": 1, "batch_size": 1}
    monkeypatch.setattr("multigraft.training.curve.LONG", 40)
    train_small(small_graphs(60), out=tmp_path / "whole", **options)
    monkeypatch.setattr(callbacks, "MINUTE", 0.0)
    with monkeypatch.context() as patch:
        step_of = TrainingModule.training_step

        def stopping(module, given, step):
            if step == 21:
                raise KeyboardInterrupt
            return step_of(module, given, step)

        patch.setattr(TrainingModule, "training_step", stopping)
        with pytest.raises(KeyboardInterrupt):
            train_small(small_graphs(60), out=tmp_path / "stopped", **options)
    train_small(small_graphs(60), out=tmp_path / "stopped", resume=True, **options)
    ours, theirs = (untimed(tmp_path / name, "steps.csv") for name in ("stopped", "whole"))
    assert [row["step"] for row in ours] == [str(2 * number) for number in range(1, 22)]
    assert ours == theirs


def test_resume_refuses_other_options_other_directories_and_needs_a_place(tmp_path):
    train_small(out=tmp_path / "run")
    with pytest.raises(InputError, match=r"learning_rate: 0\.0005 there, 0\.1 now"):
        train_small(out=tmp_path / "run", resume=True, learning_rate=0.1)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/notes.txt").write_text("mine")
    with pytest.raises(InputError, match="no training run to resume"):
        train_small(out=tmp_path / "other", resume=True)
    with pytest.raises(InputError, match="name its directory"):
        train_small(resume=True)


def test_existing_output_is_refused_and_left_alone(tmp_path):
    (tmp_path / "here").mkdir()
    with pytest.raises(InputError, match="exists"):
        train_small(out=tmp_path / "here")
    assert list((tmp_path / "here").iterdir()) == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"batch_size": 4}, "batch size 4 must be 6 or more"),
        ({"learning_rate": -1.0}, "learning rate"),
        ({"patience": 0}, "patience"),
        ({"scaling": "log"}, "unknown scaling"),
        ({"precision": "8"}, "unknown precision"),
        ({"split": "scafold"}, "unknown split"),
        ({"split": "scaffold"}, "SMILES"),
        ({"encoder": "gnn"}, "unknown encoder 'gnn'"),
        ({"encoder": "gcn", "jk": "sum"}, "encoder 'gcn' has no option 'jk'"),
        ({"encoder": "gin", "jk": "most"}, "unknown jumping knowledge"),
        ({"encoder": "gcn", "norm": "layer"}, "encoder 'gcn' has no option 'norm'"),
        ({"encoder": "gin", "norm": "group"}, "unknown norm 'group'"),
        ({"encoder": "gin", "dropout": 1.0}, "dropout must be"),
        ({"freeze": "9"}, "cannot freeze 9 layers"),
        ({"freeze": "some"}, "freeze is none, all or a number"),
        ({"layer_decay": 1.5}, "layer decay"),
        ({"threads": 0}, "threads"),
        ({"tasks": ["gc", "xx"]}, "unknown task 'xx'"),
        ({"strategy": "maml"}, "unknown strategy"),
        ({"strategy": "joint", "inner_steps": 2}, "no option inner_steps"),
        ({"strategy": isame(), "inner_steps": 2}, "options of strategies chosen by name"),
        ({"dim": 0}, "dim must be at least 1"),
        ({"device": "abacus"}, "no device 'abacus'"),
        ({"encoder": "gcn", "encoder_options": {"walks": 3}}, "'gcn' has no option 'walks': choose from dim, "),
        (
            {"encoder": "graft", "encoder_options": {"carry": 1}},
            "option 'carry' of encoder 'graft' is like True, got 1",
        ),
        ({"encoder": "graft", "encoder_options": {"schema": 3}}, "encoder 'graft' has no option 'schema'"),
        (
            {"encoder": "graft", "dim": None, "encoder_options": {"dim": "abc"}},
            "option 'dim' of encoder 'graft' is like",
        ),
        ({"encoder_options": {"dim": 8}}, "dim is given twice: leave it out of the encoder's options"),
        ({"tasks": ["gc"], "task_options": {"lp": {"pair": "hadamard"}}}, "given for task 'lp', which is not trained"),
        ({"task_options": {"lp": {"pear": 1}}}, "task 'lp' has no option 'pear': choose from relu, order, pair"),
        ({"task_options": {"lp": {"relu": 3}}}, "option 'relu' of task 'lp' is like True, got 3"),
        ({"task_options": {"lp": {"pair": "sum"}}}, "pair must be one of concat, hadamard, got 'sum'"),
    ],
)
def test_bad_options_are_refused_before_anything_is_written(tmp_path, options, says):
    with pytest.raises(InputError, match=says):
        train_small(out=tmp_path / "run", **options)
    assert not (tmp_path / "run").exists()


def test_tasks_the_data_cannot_serve_are_refused():
    graphs = random_graphs(30, graph_classes=1)
    with pytest.raises(InputError, match=r"task 'gc' is not possible: .* single graph class"):
        train_small(graphs, tasks=["gc", "nc"])
    with pytest.raises(InputError, match="too few"):
        train_small(small_graphs(3))


def test_without_tasks_named_those_that_the_data_serves_are_trained():
    assert train_small(random_graphs(30, graph_classes=1, density=0.5), epochs=1).tasks == ("nc", "lp")
    with pytest.raises(InputError, match="neither labels nor edges"):
        train_small(random_graphs(30, graph_classes=1, node_classes=1, density=0.0))


def test_a_loss_that_is_no_number_is_an_error(tmp_path):
    graphs = small_graphs()
    object.__setattr__(graphs, "nodes", {**graphs.nodes, "x": graphs.x * torch.inf})
    with pytest.raises(MultigraftError, match="smaller learning rate"):
        train_small(graphs, scaling="none", out=tmp_path / "run")
    assert not (tmp_path / "run/config.json").exists()


def test_mixed_precision_trains_close_to_full():
    full, mixed = (train_small(precision=p, epochs=1) for p in ("32", "bf16-mixed"))
    assert all(p.dtype == torch.float32 for p in mixed.model.parameters())
    assert not same_weights(full, mixed)
    for ours, theirs in zip(full.model.parameters(), mixed.model.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, atol=0.01, rtol=0.1)


# --- what resuming compares and restores -----------------------------------------------------------------------------


def test_resume_refuses_another_split_and_fewer_epochs(tmp_path):
    graphs, order = small_graphs(), torch.arange(30)
    first = Split("mine", 0, order[:20], order[20:25], order[25:])
    other = Split("mine", 0, order[10:], order[:5], order[5:10])
    train_small(graphs, split=first, out=tmp_path / "run")
    with pytest.raises(InputError, match="another split"):
        train_small(graphs, split=other, out=tmp_path / "run", resume=True)
    with pytest.raises(InputError, match="it has done 2 already"):
        train_small(graphs, split=first, out=tmp_path / "run", resume=True, epochs=1)


def test_resume_refuses_a_task_with_other_options(tmp_path):
    train_small(tasks=[GraphClassification(pool="sum")], out=tmp_path / "run")
    with pytest.raises(InputError, match="task_options"):
        train_small(tasks=["gc"], out=tmp_path / "run", resume=True)


def test_resume_of_a_module_goes_on_from_where_it_started(tmp_path):
    graphs = small_graphs()
    nets = [GraphSAGE(4, 8, 2, 8) for _ in range(2)]
    options = {"batch_size": 6, "validate_every": 1, "progress": False}
    whole = train(graphs, encoder=nets[0], epochs=3, **options)
    train(graphs, encoder=nets[0], epochs=1, out=tmp_path / "run", **options)
    resumed = train(graphs, encoder=nets[1], epochs=3, out=tmp_path / "run", resume=True, **options)
    assert same_weights(whole, resumed)
    assert whole.untrained().fingerprint == resumed.untrained().fingerprint


def test_resume_before_the_first_state_starts_again(tmp_path):
    whole = train_small(out=tmp_path / "run")
    for name in ("config.json", "training/last.ckpt", "training/history.csv"):
        (tmp_path / "run" / name).unlink()
    assert same_weights(whole, train_small(out=tmp_path / "run", resume=True))


def test_a_spoilt_run_and_a_file_in_the_way_are_named(tmp_path):
    train_small(out=tmp_path / "run")
    (tmp_path / "run/options.json").write_text("{half")
    with pytest.raises(InputError, match=r"options\.json cannot be read"):
        train_small(out=tmp_path / "run", resume=True)
    (tmp_path / "file").write_text("mine")
    for resume in (True, False):
        with pytest.raises(InputError, match="choose another"):
            train_small(out=tmp_path / "file", resume=resume)


# --- splits, encoders and scores that need care ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ((range(20), range(15, 25), range(25, 30)), "disjoint"),
        ((range(20), range(20, 25), range(25, 31)), r"0\.\.29"),
        ((range(20), range(20, 25), range(0)), "needs graphs"),
    ],
)
def test_splits_that_cannot_be_are_refused(tmp_path, parts, says):
    split = Split("mine", 0, *(torch.tensor(list(part), dtype=torch.int64) for part in parts))
    with pytest.raises(InputError, match=says):
        train_small(split=split, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_split_of_other_graphs_is_refused():
    graphs = small_graphs()
    split = train_small(graphs, epochs=1).split
    with pytest.raises(InputError, match="other graphs"):
        train_small(graphs.select(list(range(29, -1, -1))), split=split)


def test_an_encoder_of_other_data_is_refused_before_anything_is_written(tmp_path):
    other = GCN(InputSchema.of(small_graphs(features=9)), dim=4)
    options = {"batch_size": 6, "progress": False, "out": tmp_path / "run"}
    with pytest.raises(InputError, match="reads 9 attributes"):
        train(small_graphs(), encoder=other, **options)
    with pytest.raises(InputError, match="leave scaling out"):
        train(small_graphs(), encoder=GCN(InputSchema.of(small_graphs()), dim=4), scaling="rows", **options)
    assert not (tmp_path / "run").exists()


def test_degree_places_come_from_the_training_part():
    graphs = small_graphs(degree=True)
    trained = train_small(graphs, epochs=1)
    assert trained.encoder.inputs.schema == InputSchema.of(graphs.select(trained.split.train))


def test_a_score_that_validation_does_not_define_is_kept_as_none(tmp_path):
    trained = train_small(small_graphs(12), out=tmp_path / "run")  # one graph to validate on: no target for gc
    assert trained.metadata["validation"]["gc"] is None
    assert load_encoder(tmp_path / "run").metadata["validation"]["gc"] is None


def test_untrained_is_what_training_starts_from():
    graphs = small_graphs()
    bare = untrained(graphs, dim=8, layers=2, seed=4)
    for options in ({"tasks": ["gc"], "strategy": "single"}, {"tasks": ["nc", "lp"], "strategy": "isame"}):
        assert train_small(graphs, seed=4, **options).untrained().fingerprint == bare.fingerprint
    assert bare.fingerprint == bare.untrained().fingerprint != untrained(graphs, dim=8, layers=2, seed=5).fingerprint
    assert bare.split.to_json() == train_small(graphs, seed=4).split.to_json()
    assert bare.metadata["epochs"] == 0
    assert bare.tasks == ()


def test_a_task_passed_as_a_value_is_trained_with_its_options():
    trained = train_small(tasks=[LinkPrediction(order="file")], strategy="single")
    assert trained.model.tasks[0].config() == {"relu": True, "order": "file"}


@pytest.mark.parametrize("strategy", ["single", "joint", "joint-maml", "isame", "esame", "reptile"])
def test_the_same_seed_gives_the_same_weights_with_every_strategy(strategy):
    graphs, tasks = small_graphs(24), ["gc"] if strategy == "single" else ["gc", "lp"]
    one, two, other = (
        train_small(graphs, epochs=1, tasks=tasks, strategy=strategy, seed=seed).fingerprint for seed in (1, 1, 2)
    )
    assert one == two != other


def test_one_task_is_trained_plainly_and_several_by_episodes():
    graphs = small_graphs(30)
    strategies = [
        train(graphs, tasks=tasks, epochs=1, dim=4, layers=1, device="cpu", progress=False).strategy["name"]
        for tasks in (["gc"], ["gc", "nc"])
    ]
    assert strategies == ["single", "esame"]


@pytest.mark.parametrize(
    ("tasks", "size", "rate"), [("am", 256, 1e-3), ("cp", 256, 1e-3), ("ml", 32, 1e-3), ("am,ml", 256, 1e-3)]
)
def test_pretext_tasks_and_targets_have_their_papers_batches_and_rates(tmp_path, tasks, size, rate):
    graphs = random_coded(40, targets=2, least_nodes=9, density=0.1, seed=3)
    train(
        graphs, tasks=tasks.split(","), strategy="joint", epochs=1, dim=4, layers=1, split="random", device="cpu",
        progress=False, out=tmp_path / "encoder",
    )  # fmt: skip
    stored = json.loads((tmp_path / "encoder" / "options.json").read_text())
    assert (stored["batch_size"], stored["learning_rate"]) == (size, rate)


@pytest.mark.parametrize("strategy", ["joint", "isame", "esame", "joint-maml", "reptile"])
def test_our_own_encoder_learns_by_every_strategy_and_is_stored(tmp_path, strategy):
    ours = {"encoder": "graft", "encoder_options": {"walks": 3}, "readout": "mean+max+sum", "strategy": strategy}
    heads = {"lp": {"pair": "hadamard"}, "gc": {"hidden": False}}
    trained = train_small(small_graphs(24), epochs=2, task_options=heads, out=tmp_path / "run", **ours)
    assert trained.fingerprint != trained.untrained().fingerprint
    again = load_encoder(tmp_path / "run")
    assert torch.equal(again.embed(small_graphs(24)), trained.embed(small_graphs(24)))
    assert [task.config() for task in again.model.tasks] == [task.config() for task in trained.model.tasks]
    bare = untrained(small_graphs(24), encoder="graft", dim=8, layers=2, encoder_options={"walks": 3}, readout="sum")
    assert bare.fingerprint == trained.untrained().fingerprint
    assert bare.readout == "sum"


def test_who_goes_on_from_an_encoder_has_heads_and_readout_like_it():
    options = {"readout": "mean+max+sum", "task_options": {"gc": {"hidden": False}, "lp": {"pair": "hadamard"}}}
    begun = train_small(strategy="joint", **options)
    heads = {name: value.clone() for name, value in begun.model.heads.state_dict().items()}
    run = prepared(small_graphs(), start=begun, strategy="finetune", tasks=["gc", "lp"])
    assert [task.config() for task in run.tasks] == [
        {"pool": "mean+max+sum", "hidden": False}, {"relu": True, "order": "random", "pair": "hadamard"},
    ]  # fmt: skip
    assert run.readout == "mean+max+sum"
    assert all(torch.equal(value, heads[name]) for name, value in run.model.heads.state_dict().items())


def test_a_task_passed_as_a_value_stays_what_it_is_whatever_the_start_had():
    begun = train_small(strategy="joint", tasks=["lp"], task_options={"lp": {"pair": "hadamard"}})
    with pytest.raises(InputError, match="start's head for task 'lp' is built otherwise than"):
        prepared(small_graphs(), start=begun, strategy="finetune", tasks=[LinkPrediction()])


def test_resume_refuses_another_readout(tmp_path):
    train_small(tasks=["nc", "lp"], readout="sum", out=tmp_path / "run")
    with pytest.raises(InputError, match="readout: 'sum' there, 'max' now"):
        train_small(tasks=["nc", "lp"], readout="max", out=tmp_path / "run", resume=True, epochs=4)
