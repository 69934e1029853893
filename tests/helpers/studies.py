"""Small studies, and ledgers with made-up records."""

from multigraft.studies.grid import Run, Training
from multigraft.studies.ledger import Record
from multigraft.studies.study import Row, Setting, Study
from tests.helpers.cli import write_folder
from tests.helpers.training import small_graphs

BASELINE_ROWS = (
    Row("untrained", "untrained", ((),), asks="every"),
    Row("attributes", "attributes", ((),), "", "every"),
    Row("majority", "majority", ((),), "", "every"),
)


def small_study(name="small", datasets=("MUTAG",), splits=2, rows=None, epochs=1, **more):
    """A study of esame and single on a data set, with options that train fast."""
    rows = rows or (Row("classical", "single", (("gc",),), "own"), Row("esame", "esame", (("gc",), ("gc", "lp"))))
    fast = Setting({"epochs": epochs, "dim": 4, "layers": 1, "batch_size": 8, "validation_draws": 1})
    options = {"splits": splits, "protocols": ("strict",), "settings": (fast,), **more}
    return Study(name, "A small study", datasets, (*rows, *BASELINE_ROWS), **options)


def a_run(seed=0, strategy="esame", tasks=("gc",), **changes):
    """A run of one encoder."""
    training = Training("MUTAG", "stratified", seed, strategy, tasks, "{}")
    fields = {"dataset": "MUTAG", "split": "stratified", "seed": seed, "protocol": "strict", "version": 1,
              "probe": "svm", "asked": tasks, "training": training}  # fmt: skip
    return Run(**fields | changes)


def score_row(task="gc", value=0.5, encoder="trained", metric="accuracy", features="mean", probe="svm"):
    """A score as a record has it."""
    return {"task": task, "encoder": encoder, "probe": probe, "metric": metric, "features": features, "value": value,
            "low": value - 0.1, "high": value + 0.1, "n_test": 10}  # fmt: skip


def a_record(run, scores=None, identity="data", seconds=1.0, fingerprint="f0", **changes):
    """What such a run might have found."""
    training = None
    if run.training is not None:
        training = {
            "fingerprint": fingerprint,
            "epochs": 1,
            "best_epoch": 0,
            "seconds": seconds,
            "validation": {"gc": 0.5},
        }
    fields = {
        "run": run.config(),
        "scores": scores or [score_row(task) for task in run.asked],
        "data": {"name": run.dataset, "checksum": "c", "identity": identity},
        "split": {"kind": run.split, "seed": run.seed, "digest": f"split{run.seed}"},
        "training": training,
        "seconds": seconds,
        "versions": {"multigraft": "0"},
        "time": "2026-01-01T00:00:00+00:00",
    }
    return Record(**fields | changes)


TINY = """title = "A tiny study"
datasets = ["tiny"]
splits = 2

[[settings]]
epochs = 2
dim = 4
layers = 1
batch_size = 6
validation_draws = 1

[[rows]]
model = "classical"
strategy = "single"
tasks = ["gc"]
probe = "own"

[[rows]]
strategy = "esame"
tasks = ["gc", "gc,lp"]
"""


def tiny_study(folder, text=TINY, name="small", seed=11):
    """A study file beside a folder of graphs that train in a blink; returns the file."""
    write_folder(folder / "tiny", small_graphs(seed=seed))
    file = folder / f"{name}.toml"
    file.write_text(text)
    return file


def contents(ledger):
    """What a ledger holds, but for times and machines."""
    return {path.name: record.content() for path, record in ledger.records()}
