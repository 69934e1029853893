"""A released encoder embeds as before, is small, and says nothing of heads."""

import json

import pytest
import torch
from torch_geometric.nn import GIN

from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from multigraft.graphs.splits import Split
from multigraft.models.release import release
from multigraft.models.seen import check_unseen
from multigraft.models.storage import load_encoder
from multigraft.tasks.registry import TASKS
from multigraft.training.fit import train
from tests.helpers.finetuning import binary_graphs, pretrained
from tests.helpers.graphs import random_graphs


@pytest.fixture(scope="module")
def graphs():
    return binary_graphs()


@pytest.fixture(scope="module")
def trained(graphs):
    return train(
        graphs, tasks=["ml", "am"], strategy="joint", encoder="gin", epochs=1, dim=6, layers=2, jk="concat", seed=4
    )


def test_embeddings_and_those_of_the_untrained_twin_are_the_same(tmp_path, graphs, trained):
    release(trained, tmp_path / "released")
    again = load_encoder(tmp_path / "released")
    assert torch.equal(again.embed(graphs), trained.embed(graphs))
    assert torch.equal(again.untrained().embed(graphs), trained.untrained().embed(graphs))
    assert not torch.equal(again.embed(graphs), again.untrained().embed(graphs))
    for name in ("tasks", "strategy", "metadata", "readout", "fingerprint"):
        assert getattr(again, name) == getattr(trained, name)


def test_heads_and_split_stay_behind(tmp_path, trained):
    bare = release(trained, tmp_path / "released")
    again = load_encoder(tmp_path / "released")
    for one in (bare, again):
        assert (one.model.tasks, len(one.model.heads), one.split) == ((), 0, None)
    assert trained.split is not None
    assert set(trained.model.heads) == {"ml", "am"}
    assert not (tmp_path / "released" / "split.json").exists()
    trained.save(tmp_path / "whole")
    sizes = [(tmp_path / name / "model.safetensors").stat().st_size for name in ("released", "whole")]
    assert sizes[0] < sizes[1]


def test_what_it_was_trained_on_stays_known(tmp_path, graphs, trained):
    release(trained, tmp_path / "released")
    again = load_encoder(tmp_path / "released")
    turned = Split("random", 0, trained.split.test, trained.split.validation, trained.split.train)
    with pytest.raises(InputError, match="are among those that the encoder was trained on"):
        check_unseen(again, graphs, turned.for_graphs(graphs))
    check_unseen(again, graphs, trained.split)


def test_it_can_be_trained_on_with_fresh_heads(tmp_path, graphs, trained):
    release(trained, tmp_path / "released")
    further = train(graphs, tasks=["ml"], strategy="finetune", start=tmp_path / "released", epochs=1)
    assert set(further.model.heads) == {"ml"}
    assert further.fingerprint != trained.fingerprint


def test_released_again_it_is_the_same(tmp_path, trained):
    release(trained, tmp_path / "once")
    release(load_encoder(tmp_path / "once"), tmp_path / "twice")
    for file in ("model.safetensors", "initial.safetensors", "config.json"):
        assert (tmp_path / "once" / file).read_bytes() == (tmp_path / "twice" / file).read_bytes()


def test_an_untrained_encoder_that_is_saved_is_without_heads_as_well(tmp_path, graphs, trained):
    again = load_encoder(trained.untrained().save(tmp_path / "untrained"))
    assert torch.equal(again.embed(graphs), trained.untrained().embed(graphs))
    assert json.loads((tmp_path / "untrained" / "config.json").read_text())["headless"] is True


def test_encoders_with_heads_are_stored_as_before(tmp_path, trained):
    trained.save(tmp_path / "whole")
    config = json.loads((tmp_path / "whole" / "config.json").read_text())
    assert "headless" not in config
    assert set(config["task_options"]) == {"ml", "am"} <= set(TASKS)


def test_its_card_begins_with_what_is_told(tmp_path, trained):
    release(trained, tmp_path / "told", "# Mine\n\nTerms: none.")
    release(trained, tmp_path / "plain")
    told, plain = ((tmp_path / name / "README.md").read_text() for name in ("told", "plain"))
    assert told.startswith("---\nlibrary_name: multigraft")
    assert told.index("# Mine\n\nTerms: none.\n\n## joint encoder for") < told.index(trained.fingerprint)
    release(trained, tmp_path / "licensed", licence="cc-by-sa-3.0")
    assert "\nlicense: cc-by-sa-3.0\n" in (tmp_path / "licensed" / "README.md").read_text()
    assert f"graphs {trained.width()} " in plain
    assert plain == told.replace("# Mine\n\nTerms: none.\n\n## joint", "# joint")


def test_mistakes(tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(InputError, match="exists"):
        release(pretrained(), tmp_path / "there")
    graphs = random_graphs(30, seed=1)
    module = GIN(InputSchema.of(graphs).width, hidden_channels=4, num_layers=1)
    with pytest.raises(InputError, match="cannot be released"):
        release(train(graphs, tasks=["gc"], encoder=module, epochs=1), tmp_path / "out")
    assert not (tmp_path / "out").exists()
