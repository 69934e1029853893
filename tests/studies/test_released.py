"""Released encoders in studies: frozen, fused with a description, fine-tuned, beside their untrained twin."""

import pytest

from multigraft.errors import InputError
from multigraft.models.storage import load_encoder
from multigraft.reports.study_table import study_table
from multigraft.studies.cells import cells
from multigraft.studies.grid import runs
from multigraft.studies.ledger import Ledger
from multigraft.studies.reading import read_study
from multigraft.studies.runner import run_units
from multigraft.studies.schedule import unfinished, units
from tests.helpers.orchard import orchard

NAME = "molecules-small"
STUDY = f"""
title = "A released encoder"
datasets = ["mine.csv"]
splits = 2
split = "random"
protocols = ["strict"]

[[rows]]
model = "frozen"
strategy = "frozen"
tasks = ["ml"]
probe = "logistic"
start = {{ released = "{NAME}" }}

[[rows]]
model = "fused"
strategy = "frozen"
tasks = ["ml"]
probe = "logistic"
fuse = "ecfp-count"
start = {{ released = "{NAME}" }}

[[rows]]
model = "tuned"
strategy = "finetune"
tasks = ["ml"]
probe = "own"
epochs = 1
start = {{ released = "{NAME}" }}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    smiles = list(dict.fromkeys(orchard(300)))
    lines = (f"{one},{int('c' in one)}" for one in smiles)
    (folder / "mine.csv").write_text("\n".join(["smiles,ring", *lines]) + "\n")
    (folder / "mine.toml").write_text(STUDY)
    return folder


@pytest.fixture(scope="module")
def done(folder):
    study, ledger = read_study(str(folder / "mine.toml")), Ledger(folder / "ledger")
    outcome = run_units(units([study]), ledger, processes=1, device="cpu")
    assert not outcome.failed
    return study, ledger


def test_every_method_has_its_scores(done):
    study, ledger = done
    assert unfinished(units([study]), ledger) == []
    found = {(cell.model, cell.probe): cell for cell in cells(study, "strict", ledger) if cell.headline}
    assert all(cell.complete for cell in found.values())
    assert {"frozen", "fused", "tuned", "untrained", "ecfp-count", "descriptors"} <= {model for model, _ in found}
    assert found["frozen", "logistic"].mean > 50


def test_records_tell_fused_and_plain_rows_apart(done):
    study, ledger = done
    named = {}
    for run in runs(study, "strict"):
        record = ledger.read(run)
        named.setdefault(run.fuse, set()).update(row["encoder"] for row in record.scores if run.training is not None)
    assert named["ecfp-count"] == {"trained", "trained + ecfp-count"}
    assert named[""] == {"trained"}


def test_the_encoder_is_the_released_one_and_its_twin_untrained(done):
    study, ledger = done
    released = load_encoder(NAME)
    told = {
        (run.training.strategy, run.probe): ledger.read(run).training["fingerprint"]
        for run in runs(study, "strict") if run.training is not None
    }  # fmt: skip
    assert told["imported", "logistic"] == released.fingerprint
    assert told["untrained", "logistic"] == released.untrained().fingerprint
    assert told["finetune", "own"] not in (released.fingerprint, released.untrained().fingerprint)


def test_all_methods_share_data_and_splits_however_molecules_are_read(done):
    study, ledger = done
    records = [ledger.read(run) for run in runs(study, "strict")]
    assert len({record.data["identity"] for record in records}) == 1
    assert len({record.split["digest"] for record in records}) == 2


def test_a_table_says_that_molecules_of_ones_own_may_have_been_trained_on(done):
    study, ledger = done
    assert any("may have been trained on molecules of mine.csv" in note for note in study_table(study, ledger).notes)
    known = study_table(read_study("recommended-scaffolds"), ledger)
    assert not any("may have been trained" in note for note in known.notes)


def test_runs_without_a_fused_description_are_named_as_before(done):
    study, _ = done
    assert {"fuse" in run.config() for run in runs(study, "strict")} == {True, False}
    assert all(("fuse" in run.config()) == bool(run.fuse) for run in runs(study, "strict"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('released = "molecules-small"', 'released = "molecules-huge"'), "released must be one of molecules-small"),
        (('released = "molecules-small"', 'released = "molecules-small", epochs = 3'), "a released encoder is"),
        (('fuse = "ecfp-count"', 'fuse = "ecfp"'), "fuse must be one of ecfp-count"),
        (('probe = "own"', 'probe = "own"\nfuse = "ecfp-count"'), "what is fused are embeddings"),
        (("epochs = 1", 'epochs = 1\nfeaturization = "of"'), "featurization must be one of hu, ogb"),
    ],
)
def test_mistakes_are_named(folder, change, message):
    (folder / "wrong.toml").write_text(STUDY.replace(*change))
    with pytest.raises(InputError, match=message):
        read_study(str(folder / "wrong.toml"))
