"""The options of ``multigraft train``; where none is given the library's default holds, which the help repeats."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from multigraft.cli.options import complete_balancing, complete_strategy
from multigraft.strategies.balancing.names import BALANCING_NAMES
from multigraft.strategies.names import STRATEGY_NAMES


def _option(help: str, default: str, *names: str, complete: Callable[[], Any] | None = None) -> Any:
    return typer.Option(*names, help=f"{help} [{default}]", autocompletion=complete)


Out = Annotated[Path, typer.Option(metavar="DIR", help="Where the trained encoder goes; a new directory.")]
Strategy = Annotated[
    str | None, _option(f"How parameters are found: {', '.join(STRATEGY_NAMES)}.", "esame", complete=complete_strategy)
]
Epochs = Annotated[int | None, _option("Passes over the training graphs.", "100")]
BatchSize = Annotated[int | None, _option("Graphs in a batch.", "16")]
LearningRate = Annotated[float | None, _option("Step size of Adam.", "0.0005")]
InnerSteps = Annotated[
    int | None, _option("Adaptation steps in an episode (strategies with episodes).", "1; reptile 2")
]
InnerLr = Annotated[float | None, _option("Step size of the adaptation (strategies with episodes).", "0.04")]
FirstOrder = Annotated[
    bool | None,
    _option(
        "Take the inner gradient as a constant or not (isame, esame, joint-maml).", "second",
        "--first-order/--second-order",
    ),
]  # fmt: skip
StepLosses = Annotated[
    bool | None,
    _option("Judge after every inner step, or after the last (isame, esame).", "last", "--step-losses/--last-loss"),
]
Start = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="A trained encoder to go on from, with its heads and split; finetune needs one."),
]
Balancing = Annotated[
    str | None,
    _option(f"How losses are weighed: {', '.join(BALANCING_NAMES)}.", "equal", complete=complete_balancing),
]
Weights = Annotated[str | None, typer.Option(help="For fixed balancing, e.g. gc=1,lp=0.5.")]
Scaling = Annotated[str | None, _option("Node attributes: rows, standard or none.", "rows")]
SplitKind = Annotated[str | None, _option("How graphs are divided 70/10/20: stratified or random.", "stratified")]
Patience = Annotated[int | None, _option("Stop after so many validations without a better one.", "never")]
ValidateEvery = Annotated[int | None, _option("Epochs from one validation to the next.", "2")]
ValidationDraws = Annotated[int | None, _option("Sets of random questions a validation asks.", "4")]
Dim = Annotated[int | None, _option("Width of the embeddings.", "256")]
Layers = Annotated[int | None, _option("Layers of the encoder.", "3")]
Precision = Annotated[str | None, _option("32, or bf16-mixed, which may be faster on a GPU.", "32")]
Seed = Annotated[int | None, _option("Everything random follows from it.", "0")]
Resume = Annotated[bool, typer.Option("--resume", help="Continue the interrupted run in DIR.")]
