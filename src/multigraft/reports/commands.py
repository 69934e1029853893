"""Commands that a reader of the report can try next."""

import shlex

from multigraft.encoders.registry import ENCODERS
from multigraft.graphs.names import FEATURIZATIONS, SHIPPED_NAMES
from multigraft.graphs.packed import PackedGraphs
from multigraft.models.trained import TrainedEncoder
from multigraft.training.preparation import SHAPE
from multigraft.training.recipes.registry import RECIPES

PLACEHOLDER = "DATA"
Suggestion = tuple[str, str]


def suggestions(trained: TrainedEncoder, graphs: PackedGraphs, protocol: str, encoder_dir: str) -> list[Suggestion]:
    """(what it is for, command line) pairs, with names quoted for a shell.

    Data that are not in the catalog were read from a file or folder that is not known here: ``DATA`` stands for it.
    Training anew is suggested on the data that the encoder was trained on; on others, fine-tuning where they have
    targets.
    """
    name = graphs.origin.name
    data = name if name in SHIPPED_NAMES else PLACEHOLDER
    if trained.origin.name == name:
        first = _again(trained, data, protocol, encoder_dir)
    else:
        first = _tuned(data, encoder_dir) if graphs.origin.targets else []
    embedded = _lines(("embed", encoder_dir, data, "--level", "graph", "--out", "embeddings.parquet"))
    every = [
        *first,
        ("Take the embeddings into your own analysis: one row a graph, as Parquet.", embedded),
        _of_your_own("my.csv" if trained.origin.featurization else "path/to/NAME"),
    ]
    stands = "" if data != PLACEHOLDER else f" {PLACEHOLDER} stands for the file or folder that the data was read from."
    return [(every[0][0] + stands, every[0][1]), *every[1:]]


def _again(trained: TrainedEncoder, data: str, protocol: str, encoder_dir: str) -> list[Suggestion]:
    """The same encoder from another seed, and by another strategy."""
    tasks, strategy = ",".join(trained.tasks), trained.strategy["name"]
    epochs, seed = int(trained.metadata.get("epochs", 50)), int(trained.metadata.get("seed", 0)) + 1
    other_strategy = "isame" if strategy == "esame" else "esame"
    again, other = f"{encoder_dir}-seed{seed}", f"{encoder_dir}-{other_strategy}"
    alike = _alike(trained)
    return [
        (
            "How far do the scores move by chance? Train from another seed and compare; other options you gave are in "
            "options.json beside the encoder.",
            _lines(
                (*_train(data, tasks, strategy, epochs, seed, again), *alike),
                ("report", again, data, "--protocol", protocol, "--out", f"report-seed{seed}.html"),
            ),
        ),
        (
            "Does another strategy, or longer training, do better?",
            _lines((*_train(data, tasks, other_strategy, 2 * epochs, seed - 1, other), *alike)),
        ),
    ]


def _alike(trained: TrainedEncoder) -> tuple[str, ...]:
    """What makes an encoder of the same kind and size: the recipe that it was made by, or its own options."""
    own, kind = trained.encoder.config(), trained.encoder.kind
    for recipe in RECIPES.values():
        said = recipe.options
        shape = {name: said[name] for name in SHAPE if name in said}
        if (said["encoder"], said["readout"]) == (kind, trained.readout) and shape.items() <= own.items():
            return ("--recipe", recipe.name)
    if kind not in ENCODERS:
        return ()  # a module of one's own is passed from Python
    read = trained.origin.featurization
    options = {
        **({"featurization": read} if read in FEATURIZATIONS else {}),
        "encoder": kind,
        **{name: own[name] for name in SHAPE if own.get(name) is not None},
        "readout": trained.readout,
    }
    return tuple(word for name, value in options.items() for word in (f"--{name}", str(value)))


def _tuned(data: str, encoder_dir: str) -> list[Suggestion]:
    """The encoder itself trained further on the targets at hand, beside one of its kind that starts from nothing."""
    return [
        (
            "Do the scores rise when the encoder itself is trained further on these targets, and is that owed to where "
            "it starts? Name targets and columns as you did here.",
            _lines(("finetune", encoder_dir, data, "--baselines")),
        )
    ]


def _of_your_own(data: str) -> Suggestion:
    """An encoder for other data of the reader's, of the kind that is named."""
    kind = (
        "molecules: a table with a column of SMILES"
        if data.endswith(".csv")
        else "graphs: a folder in the TU layout (NAME_A.txt, NAME_graph_indicator.txt, ...)"
    )
    return (
        f"Train on your own {kind}. First see which tasks it can serve.",
        _lines(("data", "show", data), ("train", data, "--out", "my-encoder")),
    )


def _train(data: str, tasks: str, strategy: str, epochs: int, seed: int, out: str) -> tuple[str, ...]:
    chosen = ("--tasks", tasks, "--strategy", strategy, "--epochs", str(epochs), "--seed", str(seed))
    return ("train", data, *chosen, "--out", out)


def _lines(*commands: tuple[str, ...]) -> str:
    return "\n".join(shlex.join(("multigraft", *command)) for command in commands)
