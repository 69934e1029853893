"""Weights of others: read, kept in our format, and refused when they are more than weights."""

import pickle
from pathlib import Path

import pytest
import torch

from multigraft.errors import InputError
from multigraft.models.importing import import_encoder, read_weights
from multigraft.models.storage import load_encoder
from tests.helpers.coded import random_coded
from tests.helpers.released import released
from tests.reference.edge_encoders import embeddings

HELD = {"chem/gcn_contextpred": "gcn", "chem/gat_contextpred": "gat", "chem/graphsage_contextpred": "graphsage",
        "bio/gcn_masking": "gcn"}  # fmt: skip


class Bomb:
    """What would run a command if it were unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


@pytest.fixture
def file(tmp_path):
    torch.save(released("gin"), tmp_path / "weights.pth")
    return tmp_path / "weights.pth"


def test_an_imported_encoder_is_saved_and_loaded_like_our_own(file, tmp_path):
    trained = import_encoder(file, "gin")
    again = load_encoder(trained.save(tmp_path / "encoder"))
    graphs = random_coded(4)
    assert again.fingerprint == trained.fingerprint
    assert torch.equal(again.embed(graphs), trained.embed(graphs))
    assert again.origin.featurization == "hu"
    assert again.strategy == {"name": "imported", "format": "pretrain-gnns", "encoder": "gin"}
    assert again.tasks == ()
    assert "weights.pth" in (tmp_path / "encoder" / "config.json").read_text()


def test_the_untrained_twin_has_the_same_shape_and_follows_from_the_seed(file):
    first, again, other = import_encoder(file, "gin"), import_encoder(file, "gin"), import_encoder(file, "gin", seed=1)
    state = first.initial.state_dict()
    assert {n: v.shape for n, v in state.items()} == {n: v.shape for n, v in first.encoder.state_dict().items()}
    assert first.untrained().fingerprint == again.untrained().fingerprint != other.untrained().fingerprint
    assert first.untrained().fingerprint != first.fingerprint


def test_importing_leaves_torch_s_own_generator_alone(file):
    before = torch.random.get_rng_state()
    import_encoder(file, "gin")
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
def test_a_file_that_would_execute_code_is_refused_and_executes_nothing(tmp_path, legacy):
    weights = released("gin") | {"x_embedding2.weight": Bomb(tmp_path / "ran")}
    torch.save(weights, tmp_path / "bad.pth", _use_new_zipfile_serialization=not legacy)
    with pytest.raises(InputError, match="could execute code"):
        import_encoder(tmp_path / "bad.pth", "gin")
    with (tmp_path / "plain.pth").open("wb") as out:
        pickle.dump(weights, out)
    with pytest.raises(InputError):
        import_encoder(tmp_path / "plain.pth", "gin")
    assert not (tmp_path / "ran").exists()


def test_weights_that_the_file_s_name_says_are_another_s_are_refused(tmp_path):
    """Those of GCN and GraphSAGE have the same names and shapes, and every embedding would be wrong."""
    torch.save(released("gcn"), tmp_path / "gcn_contextpred.pth")
    with pytest.raises(InputError, match=r"gcn_contextpred\.pth: by its name it holds weights of 'gcn', not of 'graph"):
        import_encoder(tmp_path / "gcn_contextpred.pth", "graphsage")
    assert import_encoder(tmp_path / "gcn_contextpred.pth", "gcn").encoder.kind == "edge-gcn"


def test_files_that_hold_no_weights_are_refused(tmp_path, file):
    with pytest.raises(InputError, match="there is no such file"):
        import_encoder(tmp_path / "nowhere.pth", "gin")
    (tmp_path / "text.pth").write_text("these are no weights")
    with pytest.raises(InputError, match=r"text\.pth"):
        import_encoder(tmp_path / "text.pth", "gin")
    (tmp_path / "short.pth").write_text("junk")
    with pytest.raises(InputError, match=r"short\.pth: it is damaged"):
        import_encoder(tmp_path / "short.pth", "gin")
    (tmp_path / "cut.pth").write_bytes(file.read_bytes()[:2000])
    with pytest.raises(InputError, match=r"cut\.pth: it is damaged"):
        import_encoder(tmp_path / "cut.pth", "gin")
    torch.save([torch.zeros(2)], tmp_path / "list.pth")
    with pytest.raises(InputError, match="something else than weights by name"):
        import_encoder(tmp_path / "list.pth", "gin")
    torch.save({0: torch.zeros(2)}, tmp_path / "numbers.pth")
    with pytest.raises(InputError, match="something else than weights by name"):
        import_encoder(tmp_path / "numbers.pth", "gin")
    with pytest.raises(InputError, match="unknown format 'onnx'"):
        import_encoder(file, "gin", format="onnx")
    with pytest.raises(InputError, match=r"weights\.pth: these weights are not those of a gat"):
        import_encoder(file, "gat")


@pytest.mark.parametrize("name", HELD)
def test_the_released_weights_give_what_a_plain_forward_pass_gives(real_data, name):
    path = real_data / "checkpoints" / "pretrain-gnns" / f"{name}.pth"
    if not path.is_file():
        pytest.skip(f"{path.name} is not among the data")
    graphs = random_coded(6, "protein" if name.startswith("bio") else "hu", seed=5)
    if "codes" in graphs.edges:
        graphs.nodes["codes"][:, 1].clamp_max_(2)
    weights = {name: value.double() for name, value in read_weights(path).items()}
    ours = import_encoder(path, HELD[name]).encoder.double()(graphs.double()).detach()
    plain = embeddings(weights, HELD[name], graphs)
    assert float((ours - plain).abs().max() / plain.abs().max()) < 1e-9
    single = import_encoder(path, HELD[name]).embed(graphs, level="node", device="cpu")
    assert float((single - plain).abs().max() / plain.abs().max()) < 1e-5
