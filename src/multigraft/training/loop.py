"""From a prepared run to a trained encoder: Lightning's loop with our callbacks."""

import logging
import math
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lightning as L
import torch

from multigraft.graphs.part import Part
from multigraft.models.known import known_after
from multigraft.models.seen import grown
from multigraft.models.trained import TrainedEncoder, pick_device
from multigraft.models.versions import versions
from multigraft.processes import keep_freed_memory
from multigraft.training.callbacks import BestWeights, EpochProgress, History, SaveState, Speed
from multigraft.training.curve import LossCurve
from multigraft.training.module import TrainingModule
from multigraft.training.preparation import Run


def run_loop(run: Run, folder: Path, state: Path | None, progress: bool) -> TrainedEncoder:
    """Run Lightning's loop in ``folder``, from ``state`` if there is one; the result has the best weights.

    Raises:
        MultigraftError: the loss is no longer a number.
        KeyboardInterrupt: Ctrl-C; the state that `SaveState` wrote last is in ``folder``.
    """
    options = run.options
    module = TrainingModule(
        run.model, run.tasks, run.strategy, Part(run.graphs, run.split.train), Part(run.graphs, run.split.validation),
        options, run.balancing,
    )  # fmt: skip
    best, history, speed = BestWeights(options.patience), History(folder / "history.csv"), Speed()
    kept: list[L.Callback] = [best, history, speed, LossCurve(folder / "steps.csv"), SaveState(folder / "last.ckpt")]
    callbacks = [*([EpochProgress()] if progress else []), *kept]
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    where = pick_device(options.device)
    trainer = L.Trainer(
        accelerator="gpu" if where.type == "cuda" else where.type,
        devices=[where.index or 0] if where.type == "cuda" else 1,
        precision="bf16-mixed" if options.precision == "bf16-mixed" else "32-true",
        max_epochs=options.epochs,
        check_val_every_n_epoch=min(options.validate_every, options.epochs),
        callbacks=callbacks,
        logger=_tensorboard(folder),
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        inference_mode=False,
        log_every_n_steps=1,
    )
    _fit(trainer, module, state, options.threads)
    return finished(run, best, history, speed)


def finished(run: Run, best: BestWeights, history: History, speed: Speed) -> TrainedEncoder:
    """The run's model with its best weights, and what is to be known of how it was trained."""
    graphs, split, options = run.graphs, run.split, run.options
    run.model.load_state_dict(best.weights)
    metadata = _told(run, best, history, speed)
    seen, known = ({}, None) if run.start is None else (run.start.seen, run.start.known)
    return TrainedEncoder(
        run.model.cpu().eval(), run.initial.eval(), graphs.origin, options.tasks, options.strategy, split, metadata,
        run.readout, grown(seen, graphs, split), known_after(known, graphs, split),
    )  # fmt: skip


def _told(run: Run, best: BestWeights, history: History, speed: Speed) -> dict[str, Any]:
    """What is kept of a training run beside its weights."""
    return {
        "seed": run.options.seed,
        "epochs": len(history.rows),
        "best_epoch": best.epoch,
        "score": best.score,
        "seconds": history.seconds,
        "graphs_per_second": speed.graphs_per_second,
        "learning_rate": run.options.learning_rate,
        "batch_size": run.options.batch_size,
        "validation": {task.name: _defined(best.scores[f"validation/{task.name}"]) for task in run.tasks},
        "versions": versions(),
    }


def _defined(score: float) -> float | None:
    """None for a score that the validation part does not define, as JSON has it."""
    return None if math.isnan(score) else score


def _fit(trainer: Any, module: Any, state: Path | None, threads: int) -> None:
    """Fit, with Ctrl-C as KeyboardInterrupt and torch's own generator left as it was."""
    handler = signal.getsignal(signal.SIGINT)
    keep_freed_memory()
    try:
        with torch.random.fork_rng(), using_threads(threads), warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"lightning\..*")
            trainer.fit(module, ckpt_path=state, weights_only=True)
    except SystemExit as stop:  # Lightning turns Ctrl-C into an exit of its own and stops listening for another
        signal.signal(signal.SIGINT, handler)
        raise KeyboardInterrupt from stop


@contextmanager
def using_threads(count: int) -> Iterator[None]:
    """So many threads for CPU work; sums may depend on it in their last digits."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _tensorboard(folder: Path) -> Any:
    """TensorBoard's logger where TensorBoard is installed."""
    try:
        import tensorboard  # noqa: F401
    except ImportError:
        return False
    from lightning.pytorch.loggers import TensorBoardLogger

    return TensorBoardLogger(folder, name="tensorboard", version="")
