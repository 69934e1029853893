"""Fine-tune an encoder on what was measured of graphs, with several seeds on one split, and score the test part."""

import dataclasses
import hashlib
import json
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from multigraft.encoders.base import ModuleEncoder
from multigraft.errors import InputError
from multigraft.evaluation import finetuning_checks as checks
from multigraft.evaluation.finetuned import Baseline, FineTuned, SeedScores, deviation
from multigraft.evaluation.finetuning_baselines import fresh_options, plain_baselines
from multigraft.evaluation.finetuning_runs import run_seeds
from multigraft.evaluation.finetuning_seed import Setup, seeds_for
from multigraft.evaluation.remarks import few_tested
from multigraft.files import write_json
from multigraft.graphs.checksums import identity
from multigraft.graphs.duplicates import duplicates
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import PARTS, Split
from multigraft.models.ensemble import RECORD
from multigraft.models.storage import load_encoder, opened
from multigraft.models.trained import TrainedEncoder
from multigraft.models.versions import versions
from multigraft.training.claim import claimed

SCRATCH = "from-scratch"
FREE_ON_RESUME = frozenset({"seeds", "device", "versions", "options"})  # the options are compared one by one


def finetune(
    encoder: TrainedEncoder | str | Path | None,
    graphs: Any,
    *,
    split: str | Split | None = None,
    split_seed: int = 0,
    seeds: Sequence[int] | None = None,
    epochs: int = 100,
    batch_size: int = 32,
    learning_rate: float = 1e-3,
    dropout: float | None = None,
    freeze: str = "none",
    layer_decay: float = 1.0,
    pool: str | None = None,
    head_norm: str = "none",
    metric: str | None = None,
    encoder_kind: str | None = None,
    dim: int | None = None,
    layers: int | None = None,
    jk: str | None = None,
    norm: str | None = None,
    heads: int | None = None,
    encoder_options: Mapping[str, Any] | None = None,
    device: str = "auto",
    processes: int | None = None,
    baselines: str = "none",
    out: str | Path | None = None,
    resume: bool = False,
    progress: bool = True,
) -> FineTuned:
    """Fine-tune an encoder on the targets of a data set, once a seed, and score it on the test part.

    The defaults are the recipe of Hu et al. 2020, section 5.2: a single linear layer on the pooled embedding; the
    weights of the epoch with the best validation score are scored on the test part. Seeds change initial weights and
    batches, not the split. Targets are binary or real: binary cross entropy, or squared error on targets that are
    standardised on the training part and reported in their own units. Missing ones count nowhere.

    Args:
        encoder: A trained encoder, or its directory; None: a fresh one, from scratch.
        graphs: A data set with targets: a name, a file of molecules, or packed graphs.
        split: A name in `multigraft.graphs.splits.SPLITS`, made from ``split_seed``, or index arrays of one's own.
            None: the encoder's own where it was trained on these very graphs, else what is usual for the data,
            ``scaffold`` for molecules.
        split_seed: Decides splits that are random.
        seeds: One model each; None: 0, and where a fine-tuning is resumed those that it was begun with.
        epochs: Passes over the training part, in batches of ``batch_size`` graphs; Adam with ``learning_rate``.
        dropout: Of the encoder's layers; None: 0.5 where the encoder has dropout.
        freeze: What does not learn: ``none``, ``all`` of the encoder, or a number: its input and so many layers.
        layer_decay: Factor from the learning rate of one layer to that of the layer below; the head has the full rate.
        pool: How nodes become a graph: ``mean``, ``sum``, ``max``, ``attention``, ``set2set``, ``mean+centre``. None:
            ``mean+centre`` for graphs with a centre, else as the encoder pools, else ``mean``.
        head_norm: What brings the columns of the pooled embedding to one scale before the linear layer: ``none``,
            ``batch``, ``layer``. Sums stand beside means in some readouts, and drown them at first without.
        metric: ``roc_auc`` or ``average_precision`` for binary targets, ``rmse`` or ``mae`` for real ones; None: the
            usual one of the data, else the first.
        encoder_kind: From scratch, as `multigraft.train` has it; so ``dim``, ``layers``, ``jk``, ``norm``, ``heads``,
            ``encoder_options``.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ...
        processes: Seeds that run side by side, each in a process of its own, which Python starts afresh: a script needs
            ``if __name__ == "__main__"``. None: one after another, in this process.
        baselines: What else is asked the same: ``none``; ``usual``, the encoder frozen, as it is and untrained, under a
            linear probe, counted ECFP4 for molecules and degrees for proteins, each with logistic or ridge regression
            and with a random forest, and the training mean; ``all``, also the other descriptions of molecules, and a
            fresh encoder of the same kind, fine-tuned alike.
        out: A new directory: a model, its scores and its test predictions in ``seed-N``, all scores in
            ``finetune.json``. None: nothing is written.
        resume: Go on with the fine-tuning in ``out``: seeds that are done are kept. There can be other seeds.
        progress: Show bars on standard error.

    Raises:
        InputError: bad options, data without targets, or data that the encoder does not read; nothing has been written
            then.
        MultigraftError: a seed failed, as its loss is no longer a number for instance; the others are kept.
    """
    seeds = seeds_for(seeds, out if resume else None)
    start = None if encoder is None else opened(encoder)
    packed = checks.read_graphs(graphs, start)
    task, chosen = checks.question_of(packed, metric)
    parts, notes = checks.split_for(packed, split, split_seed, start)
    options = {
        "epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate, "freeze": freeze,
        "layer_decay": layer_decay, "dropout": checks.dropout_for(packed, start, encoder_kind, dropout),
        "encoder": encoder_kind, "dim": dim, "layers": layers, "jk": jk, "norm": norm, "heads": heads, "device": device,
        **({} if encoder_options is None else {"encoder_options": dict(encoder_options)}),
    }  # fmt: skip
    pooled = pool or checks.pool_for(packed, start)
    with _folder(out, resume) as folder:
        setup = Setup(folder, task, chosen, pooled, parts.to_json(), options, head_norm)
        checks.check(setup, packed, start, seeds, processes)
        checks.check_baselines(baselines, start)
        notes += checks.salts(packed, start) + checks.undefined(packed, parts, chosen)
        notes += checks.kinds(packed) + duplicates(packed, parts, progress) + few_tested(len(parts.test))
        facts = _facts(setup, packed, parts, start)
        wanted = {**facts, **facts["options"], "seeds": list(seeds), "device": device}
        with claimed(folder, wanted, resume or out is None, "fine-tuning", FREE_ON_RESUME):
            run_seeds(setup, seeds, packed, start, processes, progress)
            others = _others(setup, seeds, packed, start, processes, baselines, progress)
            for place in (setup, _fresh(setup)):
                shutil.rmtree(place.shared, ignore_errors=True)  # what a killed run left there
        scores = tuple(SeedScores.read(setup.result(seed)) for seed in seeds)
        models = tuple(_model(setup, seed, start) for seed in seeds)
        name, kept = packed.origin.name, None if out is None else folder
        found = FineTuned(name, parts.kind, chosen, scores, facts, notes, others, kept, models)
        if kept is None:
            for model in models:
                model.home = None  # it is about to go
        else:
            write_json(kept / RECORD, {"verb": "finetune", **found.to_json()})
        return found


def _others(
    setup: Setup,
    seeds: Sequence[int],
    graphs: PackedGraphs,
    start: TrainedEncoder | None,
    processes: int | None,
    baselines: str,
    progress: bool,
) -> tuple[Baseline, ...]:
    """The baselines that are asked for; the fresh encoder is fine-tuned with the same options and seeds."""
    if baselines == "none":
        return ()
    split = Split.from_json(setup.split)
    device = setup.options["device"]
    asked = setup.question(), setup.metric, baselines == "all"
    found = plain_baselines(graphs, split, *asked, progress, start, device)
    if baselines == "all" and start is not None:
        fresh = dataclasses.replace(_fresh(setup), options=setup.options | fresh_options(start))
        run_seeds(fresh, seeds, graphs, None, processes, progress)
        scores = [SeedScores.read(fresh.result(seed)) for seed in seeds]
        test, validation = [one.test for one in scores], [one.validation for one in scores]
        means = statistics.fmean(test), statistics.fmean(validation)
        found.insert(0, Baseline("from scratch", *means, deviation(test), len(scores)))
    return tuple(found)


def _fresh(setup: Setup) -> Setup:
    """Where the fresh encoder of the baselines is fine-tuned."""
    return dataclasses.replace(setup, folder=setup.folder / SCRATCH)


@contextmanager
def _folder(out: str | Path | None, resume: bool) -> Iterator[Path]:
    """The directory to work in; one that is gone afterwards where nothing is to be written."""
    if out is not None:
        yield Path(out)
        return
    if resume:
        raise InputError("to resume a fine-tuning, name its directory as out")
    with tempfile.TemporaryDirectory() as scratch:
        yield Path(scratch)


def _facts(setup: Setup, graphs: PackedGraphs, split: Split, start: TrainedEncoder | None) -> dict[str, Any]:
    """What the scores depend on beside the seeds."""
    origin = graphs.origin
    digest = hashlib.sha256(json.dumps(split.to_json(), sort_keys=True).encode()).hexdigest()[:16]
    facts = {
        "task": setup.task,
        "data": {"name": origin.name, "checksum": origin.checksum, "identity": identity(graphs)},
        "split_seed": split.seed,
        "split_digest": digest,
        "split_sizes": [len(getattr(split, part)) for part in PARTS],
        "start": None if start is None else _started_from(start),
        "options": {name: value for name, value in setup.options.items() if name != "device"}
        | {"pool": setup.pool, "head_norm": setup.head_norm, "metric": setup.metric},
        "versions": versions(),
    }
    return json.loads(json.dumps(facts))


def _started_from(start: TrainedEncoder) -> dict[str, Any]:
    """What names the encoder that fine-tuning starts from."""
    return {
        "fingerprint": start.fingerprint, "kind": start.encoder.kind, "tasks": list(start.tasks),
        "strategy": start.strategy, "data": start.origin.name,
    }  # fmt: skip


def _model(setup: Setup, seed: int, start: TrainedEncoder | None) -> TrainedEncoder:
    """A seed's model, read back."""
    own = start.encoder.module if start is not None and isinstance(start.encoder, ModuleEncoder) else None
    return load_encoder(setup.place(seed), own)
