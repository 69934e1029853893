"""On disk and back: equal embeddings, no code, clear words about what is broken."""

import dataclasses
import json

import pytest
import torch
from safetensors.torch import load_file
from torch_geometric.nn import GIN

from multigraft.encoders.base import ModuleEncoder
from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.registry import ENCODERS
from multigraft.errors import InputError
from multigraft.graphs.checksums import identity, identity_without_answers
from multigraft.graphs.splits import Split
from multigraft.models.seen import grown
from multigraft.models.storage import load_encoder, write_into
from multigraft.models.trained import TrainedEncoder
from multigraft.tasks.graph_classification import GraphClassification
from multigraft.tasks.model import TaskModel
from tests.helpers.graphs import random_graphs
from tests.models.test_trained import trained_on
from tests.tasks.test_base import FirstAttribute


@pytest.fixture
def graphs():
    return random_graphs(10, seed=3, structure=1, degree=True)


@pytest.fixture
def trained(graphs):
    made = trained_on(graphs)
    made.split = Split("random", 3, torch.arange(6), torch.arange(6, 8), torch.arange(8, 10), identity(graphs))
    made.metadata = {"seed": 3, "epochs": 9, "validation": {"gc": 0.5}, "versions": {"torch": "x"}}
    return made


def test_round_trip_keeps_everything(tmp_path, graphs, trained):
    again = load_encoder(trained.save(tmp_path / "saved"))
    assert torch.equal(again.embed(graphs), trained.embed(graphs))
    assert torch.equal(again.untrained().embed(graphs), trained.untrained().embed(graphs))
    for name, value in trained.model.state_dict().items():
        assert torch.equal(again.model.state_dict()[name], value)
    for name in ("tasks", "strategy", "metadata", "readout", "fingerprint"):
        assert getattr(again, name) == getattr(trained, name)
    assert again.encoder.inputs.schema == trained.encoder.inputs.schema
    assert again.origin.node_classes == trained.origin.node_classes
    assert torch.equal(again.split.test, trained.split.test)


def test_statistics_of_the_inputs_are_part_of_the_weights(tmp_path, graphs):
    made = trained_on(graphs)
    made.encoder.inputs.__init__(InputSchema.of(graphs, "standard"))
    made.initial.inputs.__init__(InputSchema.of(graphs, "standard"))
    made.encoder.inputs.fit(graphs)
    made.initial.inputs.fit(graphs)
    again = load_encoder(made.save(tmp_path / "saved"))
    assert torch.allclose(again.encoder.inputs.mean, graphs.x.mean(0))
    assert torch.equal(again.embed(graphs), made.embed(graphs))


def test_files_are_plain_and_named_as_hubs_expect(tmp_path, trained):
    saved = trained.save(tmp_path / "saved")
    assert {path.name for path in saved.iterdir()} == {
        "config.json", "model.safetensors", "initial.safetensors", "split.json", "README.md",
    }  # fmt: skip
    assert "encoder.layers.0.weight" in load_file(saved / "model.safetensors")
    config = json.loads((saved / "config.json").read_text())
    assert (config["encoder"]["kind"], config["tasks"]) == ("gcn", ["gc", "nc", "lp"])


def test_loading_leaves_torchs_own_generator_alone(tmp_path, trained):
    saved = trained.save(tmp_path / "saved")
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    load_encoder(saved)
    assert torch.equal(torch.rand(1), expected)


def test_foreign_modules_are_passed_in_again(tmp_path, graphs):
    schema = InputSchema.of(graphs)
    encoder, initial = (ModuleEncoder(GIN(schema.width, 4, 2, 5), schema) for _ in range(2))
    made = TrainedEncoder(TaskModel(encoder, [], graphs.origin), initial, graphs.origin, (), {"name": "joint"})
    saved = made.save(tmp_path / "saved")
    with pytest.raises(InputError, match="this encoder is a GIN: pass one"):
        load_encoder(saved)
    again = load_encoder(saved, module=GIN(schema.width, 4, 2, 5))
    assert torch.equal(again.embed(graphs), made.embed(graphs))
    with pytest.raises(InputError, match="does not fit"):
        load_encoder(saved, module=GIN(schema.width, 8, 2, 5))


def test_an_existing_directory_is_never_written_over(tmp_path, trained):
    with pytest.raises(InputError, match="exists"):
        trained.save(tmp_path)


def spoil_truncated(saved):
    weights = saved / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-40])


def spoil_foreign(saved):
    (saved / "config.json").write_text('{"model_type": "bert"}')


def spoil_text(saved):
    (saved / "config.json").write_text("{half")


def test_of_several_seeds_one_is_to_be_named(tmp_path):
    (tmp_path / "seed-1").mkdir()
    (tmp_path / "seed-1" / "config.json").write_text("{}")
    with pytest.raises(InputError, match=r"what fine-tuning made of each seed, name one of them: .*seed-1"):
        load_encoder(tmp_path)


def spoil_missing(saved):
    (saved / "initial.safetensors").unlink()


def spoil_config(saved):
    (saved / "config.json").unlink()


def spoil_format(saved):
    config = json.loads((saved / "config.json").read_text())
    (saved / "config.json").write_text(json.dumps({**config, "multigraft_format": 99}))


def spoil_kind(saved):
    config = json.loads((saved / "config.json").read_text())
    (saved / "config.json").write_text(json.dumps({**config, "encoder": {"kind": "transformer"}}))


def spoil_shape(saved):
    config = json.loads((saved / "config.json").read_text())
    (saved / "config.json").write_text(json.dumps({**config, "encoder": {"kind": "gcn", "dim": 7, "layers": 3}}))


def spoil_split(saved):
    (saved / "split.json").write_text("[1")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (spoil_truncated, r"model\.safetensors, it is truncated"),
        (spoil_foreign, "not a multigraft encoder"),
        (spoil_text, r"cannot read .*config\.json"),
        (spoil_missing, r"initial\.safetensors is missing"),
        (spoil_config, r"no config\.json"),
        (spoil_format, "format 99"),
        (spoil_kind, "does not describe"),
        (spoil_shape, "does not fit"),
        (spoil_split, r"split\.json"),
    ],
)
def test_broken_directories_are_named(tmp_path, trained, spoil, says):
    saved = trained.save(tmp_path / "saved")
    spoil(saved)
    with pytest.raises(InputError, match=says):
        load_encoder(saved)


def test_no_directory_and_unfinished_training_are_told_apart(tmp_path):
    with pytest.raises(InputError, match="no such directory"):
        load_encoder(tmp_path / "nowhere")
    (tmp_path / "run/training").mkdir(parents=True)
    with pytest.raises(InputError, match="--resume"):
        load_encoder(tmp_path / "run")


class Foreign(FirstAttribute):
    """A task that no registry knows."""


def test_heads_of_unknown_tasks_stay_on_disk_and_options_of_known_ones_come_back(tmp_path, graphs):
    made = trained_on(graphs)
    made.model = TaskModel(made.encoder, [Foreign(), GraphClassification(pool="sum")], graphs.origin)
    made.tasks = ("first", "gc")
    saved = made.save(tmp_path / "saved")
    again = load_encoder(saved)
    assert again.tasks == ("first", "gc")
    assert again.model.tasks == (GraphClassification(pool="sum"),)
    assert "heads.first.out.weight" in load_file(saved / "model.safetensors")
    assert torch.equal(again.embed(graphs), made.embed(graphs))


@pytest.mark.parametrize("change", [{"readout": "median"}, {"encoder": {"kind": "gcn", "dim": -3, "layers": 3}}])
def test_configurations_that_cannot_be_are_named(tmp_path, trained, change):
    saved = trained.save(tmp_path / "saved")
    config = json.loads((saved / "config.json").read_text())
    (saved / "config.json").write_text(json.dumps({**config, **change}))
    with pytest.raises(InputError, match="does not describe"):
        load_encoder(saved)


def test_what_was_seen_is_kept_and_may_be_missing(tmp_path, graphs, trained):
    trained.seen = grown({}, graphs, trained.split)
    saved = trained.save(tmp_path / "saved")
    again = load_encoder(saved)
    assert list(again.seen) == list(trained.seen)
    assert again.seen[identity_without_answers(graphs)].test.tolist() == trained.split.test.tolist()
    (saved / "seen.safetensors").unlink()
    assert load_encoder(saved).seen == {}


def test_salts_are_kept_and_may_be_missing(tmp_path, trained):
    trained.origin = dataclasses.replace(trained.origin, strip_salts=True)
    saved = trained.save(tmp_path / "saved")
    assert load_encoder(saved).origin.strip_salts
    config = json.loads((saved / "config.json").read_text())
    del config["data"]["strip_salts"]
    (saved / "config.json").write_text(json.dumps(config))
    assert load_encoder(saved).origin.strip_salts is False


@pytest.mark.parametrize("norm", ["batch", "none"])
def test_encoders_that_were_saved_before_norms_had_names_still_load(tmp_path, graphs, norm):
    torch.manual_seed(0)
    encoder = ENCODERS["gin"](InputSchema.of(graphs), dim=4, layers=2, norm=norm)
    made = TrainedEncoder(TaskModel(encoder, [], graphs.origin), encoder, graphs.origin, (), {"name": "untrained"})
    saved = made.save(tmp_path / "saved")
    config = json.loads((saved / "config.json").read_text())
    assert config["encoder"].pop("norm") == norm
    config["encoder"]["batch_norm"] = norm == "batch"
    (saved / "config.json").write_text(json.dumps(config))
    again = load_encoder(saved)
    assert again.encoder.norm == norm
    assert torch.equal(again.embed(graphs), made.embed(graphs))


def test_a_copy_is_no_home(tmp_path, trained):
    write_into(trained, tmp_path / "copy")
    assert trained.home is None
    saved = trained.save(tmp_path / "saved")
    write_into(trained, tmp_path / "other")
    assert trained.home == saved.absolute()
