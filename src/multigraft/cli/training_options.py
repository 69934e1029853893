"""The options of ``multigraft train``; where none is given the library's default holds, which the help repeats."""

from pathlib import Path
from typing import Annotated

import typer

from multigraft.cli.options import (
    complete_balancing,
    complete_encoder,
    complete_recipe,
    complete_split,
    complete_strategy,
    one_of,
    option,
)
from multigraft.encoders.names import ENCODER_NAMES, READOUT_NAMES
from multigraft.graphs.names import SPLIT_NAMES
from multigraft.strategies.balancing.names import BALANCING_NAMES
from multigraft.strategies.names import STRATEGY_NAMES
from multigraft.training.recipes.names import NO_RECIPE, RECIPE_NAMES

Out = Annotated[Path, typer.Option(metavar="DIR", help="Where the trained encoder goes; a new directory.")]
Strategy = Annotated[
    str | None,
    option(
        f"How parameters are found: {', '.join(STRATEGY_NAMES)}.",
        "esame; for one task single",
        complete=complete_strategy,
        check=one_of("strategy", STRATEGY_NAMES),
    ),
]
Encoder = Annotated[
    str | None,
    option(
        f"The encoder: {', '.join(ENCODER_NAMES)}.",
        "gin for molecules and proteins, else gcn",
        complete=complete_encoder,
        check=one_of("encoder", ENCODER_NAMES),
    ),
]
Epochs = Annotated[int | None, option("Passes over the training graphs.", "100", least=1)]
BatchSize = Annotated[
    int | None, option("Graphs in a batch.", "16; pretext tasks 256; targets of molecules 32", least=1)
]
LearningRate = Annotated[
    float | None, option("Step size of Adam.", "0.0005; pretext tasks and targets of molecules 0.001")
]
Freeze = Annotated[
    str | None,
    option("What does not learn: none, all of the encoder, or a number of layers from the input.", "none"),
]
LayerDecay = Annotated[
    float | None, option("Factor from the learning rate of a layer to that of the one below.", "1.0")
]
InnerSteps = Annotated[int | None, option("Adaptation steps in an episode (strategies with episodes).", "1; reptile 2")]
InnerLr = Annotated[float | None, option("Step size of the adaptation (strategies with episodes).", "0.04")]
FirstOrder = Annotated[
    bool | None,
    option(
        "Take the inner gradient as a constant or not (isame, esame, joint-maml).", "second",
        "--first-order/--second-order",
    ),
]  # fmt: skip
StepLosses = Annotated[
    bool | None,
    option("Judge after every inner step, or after the last (isame, esame).", "last", "--step-losses/--last-loss"),
]
Start = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="A trained encoder to go on from, with its heads and split; finetune needs one."),
]
Exclude = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES",
        help="Data sets, separated by commas, whose molecules are taken out first: those that will be predicted.",
    ),
]
Recipe = Annotated[
    str | None,
    option(
        f"Take what is not said here from a recipe: {', '.join(RECIPE_NAMES)} or {NO_RECIPE}.",
        "the data's, where nothing of a method is named: tasks, strategy, encoder, start, ...",
        complete=complete_recipe,
        check=one_of("recipe", (*RECIPE_NAMES, NO_RECIPE)),
    ),
]
Balancing = Annotated[
    str | None,
    option(
        f"How losses are weighed: {', '.join(BALANCING_NAMES)}.",
        "equal",
        complete=complete_balancing,
        check=one_of("balancing", BALANCING_NAMES),
    ),
]
Weights = Annotated[str | None, typer.Option(help="For fixed balancing, e.g. gc=1,lp=0.5.")]
Scaling = Annotated[str | None, option("Node attributes: rows, standard or none.", "graft standard; others rows")]
SplitKind = Annotated[
    str | None,
    option(
        f"How graphs are divided: {', '.join(SPLIT_NAMES)}.",
        "what is usual for the data",
        complete=complete_split,
        check=one_of("split", SPLIT_NAMES),
    ),
]
Patience = Annotated[int | None, option("Stop after so many validations without a better one.", "never", least=1)]
ValidateEvery = Annotated[int | None, option("Epochs from one validation to the next.", "2", least=1)]
ValidationDraws = Annotated[int | None, option("Sets of random questions a validation asks.", "4", least=1)]
Dim = Annotated[int | None, option("Width of the encoder's layers.", "gcn 256; graft 128; others 300", least=1)]
Layers = Annotated[int | None, option("Layers of the encoder.", "gcn 3; graft 3; others 5", least=1)]
JumpingKnowledge = Annotated[
    str | None,
    typer.Option("--jk", help="Jumping knowledge: last, concat, max or sum (not gcn). [graft concat; others last]"),
]
Norm = Annotated[str | None, option("Between layers: batch, layer or none (not gcn).", "graft layer; others batch")]
Dropout = Annotated[float | None, option("After every layer (not gcn).", "0")]
AttentionHeads = Annotated[int | None, typer.Option("--heads", help="Attention heads of gat. [2]")]
EncoderOptions = Annotated[
    str | None, option("More options of the encoder, as walks=8,carry=false for graft.", "as the encoder has them")
]
TaskOptions = Annotated[
    str | None, option("Options of tasks, as lp.pair=hadamard,gc.hidden=false.", "as the tasks have them")
]
Readout = Annotated[
    str | None,
    option(
        f"How graphs are pooled: {', '.join(READOUT_NAMES)}; for targets also attention, set2set, mean+centre.",
        "as the task has it",
    ),
]
Threads = Annotated[int | None, option("Of the CPU.", "1; a thread a core for batches of 128 graphs and more", least=1)]
Precision = Annotated[str | None, option("32, or bf16-mixed, which may be faster on a GPU.", "32")]
Seed = Annotated[int | None, option("Everything random follows from it.", "0")]
Resume = Annotated[bool, typer.Option("--resume", help="Continue the interrupted run in DIR.")]
