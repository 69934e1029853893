"""Commands that a reader of the report can try next."""

import shlex

from multigraft.graphs.names import EMBEDDED, TUDATASETS
from multigraft.models.trained import TrainedEncoder

PLACEHOLDER = "DATA"


def suggestions(trained: TrainedEncoder, dataset: str, protocol: str, encoder_dir: str) -> list[tuple[str, str]]:
    """(what it is for, command line) pairs, with names quoted for a shell.

    A data set that is not in the catalog was read from a folder that is not known here: ``DATA`` stands for it.
    """
    data = dataset if dataset in (*EMBEDDED, *TUDATASETS) else PLACEHOLDER
    tasks, strategy = ",".join(trained.tasks), trained.strategy["name"]
    epochs, seed = int(trained.metadata.get("epochs", 50)), int(trained.metadata.get("seed", 0)) + 1
    other_strategy = "isame" if strategy == "esame" else "esame"
    again, other = f"{encoder_dir}-seed{seed}", f"{encoder_dir}-{other_strategy}"
    where = "" if data != PLACEHOLDER else f" {PLACEHOLDER} stands for the folder that the data was read from."
    return [
        (
            "How far do the scores move by chance? Train from another seed and compare; other options you gave are in "
            f"options.json beside the encoder.{where}",
            _lines(
                _train(data, tasks, strategy, epochs, seed, again),
                ("report", again, data, "--protocol", protocol, "--out", f"report-seed{seed}.html"),
            ),
        ),
        (
            "Does another strategy, or longer training, do better?",
            _lines(_train(data, tasks, other_strategy, 2 * epochs, seed - 1, other)),
        ),
        (
            "Take the embeddings into your own analysis: one row a graph, as Parquet.",
            _lines(("embed", encoder_dir, data, "--level", "graph", "--out", "embeddings.parquet")),
        ),
        (
            "Train on your own graphs: a folder in the TU layout (NAME_A.txt, NAME_graph_indicator.txt, ...). "
            "First see which tasks it can serve.",
            _lines(
                ("data", "show", "path/to/NAME"),
                ("train", "path/to/NAME", "--tasks", "gc,lp", "--strategy", "esame", "--out", "my-encoder"),
            ),
        ),
    ]


def _train(data: str, tasks: str, strategy: str, epochs: int, seed: int, out: str) -> tuple[str, ...]:
    chosen = ("--tasks", tasks, "--strategy", strategy, "--epochs", str(epochs), "--seed", str(seed))
    return ("train", data, *chosen, "--out", out)


def _lines(*commands: tuple[str, ...]) -> str:
    return "\n".join(shlex.join(("multigraft", *command)) for command in commands)
