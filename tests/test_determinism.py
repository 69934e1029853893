"""Same seed, same result, whatever the number of processes and in whatever process.

Elsewhere: processes of a study and of a fine-tuning (tests/studies/test_runner.py, evaluation/test_finetuning_runs.py),
resumed training (training/test_fit.py), batches that are made ahead (graphs/test_ahead.py).
"""

import itertools

import pytest
import torch

from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.registry import ENCODERS
from multigraft.graphs import names
from multigraft.graphs.molecules.load import load_table
from multigraft.models.trained import embed_batches
from tests.helpers.cli import python
from tests.helpers.coded import random_coded
from tests.helpers.graphs import random_graphs
from tests.helpers.smiles import BROKEN, EVERYDAY, ODD

TRAINED = """
import sys
from multigraft.graphs.molecules.load import load_table
from multigraft.training.fit import train
graphs = load_table(sys.argv[1], processes=1)
trained = train(
    graphs, strategy="esame", tasks=["gr", "lp", "am"], split="random", epochs=1, dim=6, layers=2, batch_size=12,
    validation_draws=1, device="cpu", threads=1,
)
print(trained.fingerprint, sorted(trained.metadata["validation"].items()))
"""


@pytest.fixture
def table(tmp_path, monkeypatch):
    """A table of molecules that is read in several chunks, and a cache of its own."""
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("multigraft.graphs.molecules.reading.CHUNK", 10)
    path = tmp_path / "table.csv"
    rows = [*EVERYDAY, *ODD, *BROKEN] * 4
    path.write_text("smiles,y\n" + "".join(f"{smiles},{place % 7}.5\n" for place, smiles in enumerate(rows)))
    return path


def test_molecules_have_the_same_bytes_with_any_number_of_processes(table, monkeypatch):
    monkeypatch.setattr("multigraft.graphs.molecules.parallel.MANY", 10)
    copies = []
    for processes in (1, 2, 3):
        load_table(table, processes=processes)
        (copy,) = (names.cache_dir() / "packed").glob("*.safetensors")
        copies.append(copy.read_bytes())
        copy.unlink()
    assert copies[0] == copies[1] == copies[2]


@pytest.mark.slow
def test_training_is_the_same_bit_by_bit_in_every_process(table):
    """Nothing hangs on the order of sets of words, which Python shuffles anew in each process."""
    here = {"MULTIGRAFT_CACHE": str(names.cache_dir())}
    runs = [python("-c", TRAINED, table, PYTHONHASHSEED=seed, **here) for seed in ("1", "2")]
    assert [run.returncode for run in runs] == [0, 0], runs[0].stderr
    assert len(runs[0].stdout.splitlines()) == 1
    assert runs[0].stdout == runs[1].stdout


@pytest.mark.parametrize(("kind", "level"), list(itertools.product(ENCODERS, ("graph", "node"))))
def test_embeddings_are_the_same_in_batches_of_any_size(kind, level):
    graphs = random_graphs(40, seed=2) if kind == "gcn" else random_coded(40, seed=2)
    torch.manual_seed(0)
    encoder = ENCODERS[kind](InputSchema.of(graphs), dim=12, layers=3)
    whole = torch.cat(list(embed_batches(encoder, graphs, level, 256, "cpu")))
    for size in (1, 7, 39):
        found = torch.cat(list(embed_batches(encoder, graphs, level, size, "cpu")))
        torch.testing.assert_close(found, whole, rtol=1e-5, atol=1e-5 * float(whole.abs().max()))
