"""``multigraft finetune``: an encoder carried to what was measured of graphs, with several seeds."""

import shlex
import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multigraft.cli import finetune_options as f
from multigraft.cli import options as o
from multigraft.cli.data_options import DataOptions, takes_data_options
from multigraft.cli.finetune_output import published_rows, shown
from multigraft.cli.inputs import loaded, opened
from multigraft.cli.output import result, say
from multigraft.cli.written import split_options
from multigraft.errors import InputError
from multigraft.training.claim import check_free

if TYPE_CHECKING:
    from multigraft.evaluation.finetuned import FineTuned
    from multigraft.graphs.packed import PackedGraphs
    from multigraft.models.trained import TrainedEncoder

DEFAULT_PLACE = Path("finetuned")


@takes_data_options
def finetune(
    directory: f.Directory,
    reading: DataOptions,
    data: f.Data = None,
    from_scratch: f.FromScratch = False,
    out: f.Out = None,
    split: f.Split = None,
    split_seed: f.SplitSeed = None,
    seeds: f.Seeds = None,
    epochs: f.Epochs = None,
    batch_size: f.BatchSize = None,
    learning_rate: f.LearningRate = None,
    dropout: f.Dropout = None,
    freeze: f.Freeze = None,
    layer_decay: f.LayerDecay = None,
    pool: f.Pool = None,
    head_norm: f.HeadNorm = None,
    metric: f.Metric = None,
    encoder: f.Encoder = None,
    dim: f.Dim = None,
    layers: f.Layers = None,
    jk: f.JumpingKnowledge = None,
    norm: f.Norm = None,
    heads: f.AttentionHeads = None,
    encoder_options: f.EncoderOptions = None,
    processes: f.Processes = None,
    baselines: f.Baselines = None,
    device: o.Device = "auto",
    resume: f.Resume = False,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Fine-tune an encoder on a data set's targets, one model a seed, and score each on the test part."""
    options = {
        "split": split, "split_seed": split_seed, "seeds": f.split_seeds(seeds), "epochs": epochs,
        "batch_size": batch_size, "learning_rate": learning_rate, "dropout": dropout, "freeze": freeze,
        "layer_decay": layer_decay, "pool": pool, "head_norm": head_norm, "metric": metric, "encoder_kind": encoder,
        "dim": dim, "layers": layers, "jk": jk, "norm": norm, "heads": heads, "processes": processes, "device": device,
        "encoder_options": split_options(encoder_options),
    }  # fmt: skip
    given = {name: value for name, value in options.items() if value is not None}
    with result(as_json) as found:
        start, source = _named(directory, data, from_scratch)
        if resume and out is None:
            raise InputError("to resume a fine-tuning, name its directory with --out")
        if out is not None:
            check_free(out, resume)
        model, graphs = (None, loaded(source, reading)) if start is None else opened(start, source, reading)
        place = out or _free_place(graphs.origin.name, start)
        tuned = _finetuned(model, graphs, place, given | {"resume": resume}, baselines)
        printed = published_rows(tuned, graphs, source, reading)
        found.json = {"verb": "finetune", **tuned.to_json(), "published": [one.to_json() for one in printed]}
        found.shown = shown(tuned, printed)


def _named(directory: str, data: str | None, from_scratch: bool) -> tuple[Path | None, str]:
    """The encoder's directory, if there is to be one, and the data.

    Raises:
        InputError: one name too many or too few.
    """
    if from_scratch:
        if data is not None:
            raise InputError("with --from-scratch there is no encoder's directory: name the data alone")
        return None, directory
    if data is None:
        raise InputError(f"name the data behind the encoder's directory {directory}, or add --from-scratch")
    return Path(directory), data


def _free_place(name: str, start: Path | None) -> Path:
    """A directory that is not there yet, named for the data and the encoder."""
    words = f"{name}-{'scratch' if start is None else start.resolve().name}".replace("/", "_")
    places = (DEFAULT_PLACE / (words if number == 1 else f"{words}-{number}") for number in count(1))
    return next(place for place in places if not place.exists())


def _finetuned(
    model: "TrainedEncoder | None",
    graphs: "PackedGraphs",
    out: Path,
    given: dict[str, Any],
    baselines: bool | None,
) -> "FineTuned":
    from multigraft.evaluation.finetuning import finetune
    from multigraft.processes import default_processes

    given.setdefault("processes", default_processes())
    others = {None: "usual", True: "all", False: "none"}[baselines]
    try:
        return finetune(model, graphs, out=out, baselines=others, progress=sys.stderr.isatty(), **given)
    except KeyboardInterrupt:
        if out.is_dir():
            say(f"stopped; to continue: {_again(out)}")
        raise


def _again(out: Path) -> str:
    """The command line at hand, made to resume in ``out``."""
    words = [word for word in sys.argv[1:] if word != "--resume"]
    named = any(word == "--out" or word.startswith("--out=") for word in words)
    return shlex.join(["multigraft", *words, *([] if named else ["--out", str(out)]), "--resume"])
