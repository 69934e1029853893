"""The options of ``multigraft finetune``; where none is given the library's default holds, which the help repeats."""

from pathlib import Path
from typing import Annotated

import typer

from multigraft.cli.options import complete_data, complete_encoder, complete_split, one_of, option
from multigraft.encoders.names import ENCODER_NAMES
from multigraft.errors import InputError
from multigraft.graphs.names import SPLIT_NAMES


def complete_metric() -> list[str]:
    """Names of metrics."""
    return ["roc_auc", "average_precision", "rmse", "mae"]


def complete_norm() -> list[str]:
    """Names of norms."""
    return ["none", "batch", "layer"]


Directory = Annotated[
    str,
    typer.Argument(
        metavar="DIR",
        help="The directory of a trained encoder; with --from-scratch there is none, and the data comes first.",
        autocompletion=complete_data,
    ),
]
Data = Annotated[
    str | None,
    typer.Argument(
        metavar="DATA",
        help="A data set with targets: its name (see: multigraft data list) or a file with molecules.",
        autocompletion=complete_data,
    ),
]
FromScratch = Annotated[bool, typer.Option("--from-scratch", help="No pre-training: a fresh encoder in place of DIR.")]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR2",
        help="Where models, scores and predictions go; a new directory. [finetuned/DATA-DIR, with a number if need be]",
    ),
]
Split = Annotated[
    str | None,
    option(
        f"How graphs are divided: {', '.join(SPLIT_NAMES)}.",
        "scaffold for molecules",
        complete=complete_split,
        check=one_of("split", SPLIT_NAMES),
    ),
]
SplitSeed = Annotated[int | None, option("Decides splits that are random.", "0")]
Seeds = Annotated[
    str | None, option("A model each, separated by commas, e.g. 0,1,2; all on one split.", "0, or as begun")
]
Epochs = Annotated[int | None, option("Passes over the training graphs.", "100", least=1)]
BatchSize = Annotated[int | None, option("Graphs in a batch.", "32", least=1)]
LearningRate = Annotated[float | None, option("Step size of Adam.", "0.001")]
Dropout = Annotated[float | None, option("After every layer of the encoder.", "0.5, where it has dropout")]
Freeze = Annotated[
    str | None,
    option("What does not learn: none, all of the encoder, or a number of layers from the input.", "none"),
]
LayerDecay = Annotated[
    float | None, option("Factor from the learning rate of a layer to that of the one below.", "1.0")
]
Pool = Annotated[
    str | None,
    option(
        "How graphs are pooled: mean, sum, max, std, mean+max+sum, mean+std+max+sum, attention, set2set, mean+centre.",
        "as the encoder does, or mean",
    ),
]
HeadNorm = Annotated[
    str | None,
    option("Brings what is pooled to one scale before the head: none, batch or layer.", "none", complete=complete_norm),
]
Metric = Annotated[
    str | None,
    option("roc_auc, average_precision; rmse, mae.", "what is usual for the data", complete=complete_metric),
]
Encoder = Annotated[
    str | None,
    option(
        f"From scratch: {', '.join(ENCODER_NAMES)}.", "gin for molecules and proteins, else gcn",
        complete=complete_encoder, check=one_of("encoder", ENCODER_NAMES),
    ),
]  # fmt: skip
Dim = Annotated[
    int | None, option("From scratch: width of the encoder's layers.", "gcn 256; graft 128; others 300", least=1)
]
Layers = Annotated[int | None, option("From scratch: layers of the encoder.", "gcn 3; graft 3; others 5", least=1)]
JumpingKnowledge = Annotated[
    str | None,
    typer.Option(
        "--jk", help="From scratch: jumping knowledge, last, concat, max or sum (not gcn). [graft concat; others last]"
    ),
]
Norm = Annotated[
    str | None,
    typer.Option(
        "--norm", help="From scratch: norm between layers, batch, layer or none (not gcn). [graft layer; others batch]"
    ),
]
AttentionHeads = Annotated[int | None, typer.Option("--heads", help="From scratch: attention heads of gat. [2]")]
EncoderOptions = Annotated[
    str | None, option("From scratch: more options of the encoder, as walks=8 for graft.", "as the encoder has them")
]
Processes = Annotated[
    int | None, typer.Option(min=1, help="Seeds side by side, each in a process [one a core; one with a GPU].")
]
Baselines = Annotated[
    bool | None,
    typer.Option(
        "--baselines/--no-baselines",
        help="All baselines, a fresh encoder fine-tuned alike among them; or none. [the encoder frozen, also "
        "untrained; fingerprints; a constant]",
    ),
]
Resume = Annotated[bool, typer.Option("--resume", help="Continue in DIR2; seeds that are done are kept.")]


def split_seeds(written: str | None) -> tuple[int, ...] | None:
    """The numbers in a list like ``0,1,2``.

    Raises:
        InputError: an entry that is no whole number.
    """
    if written is None:
        return None
    try:
        return tuple(int(entry) for entry in written.split(",") if entry.strip())
    except ValueError as error:
        raise InputError(f"seeds are like 0,1,2, got {written!r}") from error
