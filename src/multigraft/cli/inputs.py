"""What most verbs begin and end with: an encoder and data to open, options to keep beside the result."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from multigraft.cli.output import plain, say

if TYPE_CHECKING:
    from multigraft.graphs.packed import PackedGraphs
    from multigraft.models.trained import TrainedEncoder


def loaded(data: str, node_label_column: int) -> "PackedGraphs":
    """The graphs of ``data``; what was chosen while loading them is said aloud."""
    from multigraft.graphs.catalog import load

    graphs = load(data, node_label_column=node_label_column)
    for note in graphs.origin.notes:
        say(f"note: {graphs.origin.name}: {note}")
    return graphs


def opened(directory: Path, data: str, node_label_column: int) -> tuple["TrainedEncoder", "PackedGraphs"]:
    """A trained encoder and the graphs it is to read; the encoder first, as its mistakes are found sooner."""
    from multigraft.models.storage import load_encoder

    return load_encoder(directory), loaded(data, node_label_column)


def keep_options(out: Path, verb: str, **options: Any) -> None:
    """Write what decided the result ``out`` into ``out.json`` beside it."""
    from multigraft.files import write_json

    write_json(out.with_name(f"{out.name}.json"), plain({"verb": verb, "options": {**options, "out": out}}))
