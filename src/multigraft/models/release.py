"""An encoder as others are given it: for its embeddings, without the heads and the split of its training."""

import dataclasses
from pathlib import Path

from multigraft.errors import InputError
from multigraft.files import write_text
from multigraft.models.card import model_card
from multigraft.models.names import CARD
from multigraft.models.storage import save
from multigraft.models.trained import TrainedEncoder
from multigraft.tasks.model import TaskModel


def release(trained: TrainedEncoder, directory: str | Path, about: str = "", licence: str = "mit") -> TrainedEncoder:
    """Write the encoder to a new directory without its heads, which it returns; embeddings are the same.

    Which graphs it was trained on stays known, a byte a graph, so that no later test asks about them.

    Args:
        trained: It stays what it is.
        directory: Where the encoder goes.
        about: Markdown that its card begins with: what it is for, the terms of its data, how it scores.
        licence: Of the weights, as model hubs call it: ``mit``, ``cc-by-sa-3.0``, ...

    Raises:
        InputError: the directory exists, or the encoder is a module of the user's own, whose code others lack.
    """
    if trained.encoder.kind == "module":
        raise InputError("an encoder around a module of your own cannot be released: its architecture is code")
    bare = dataclasses.replace(trained, model=TaskModel(trained.encoder, [], trained.origin), split=None)
    save(bare, Path(directory))
    head, rest = model_card(bare, licence).split("\n# ", 1)
    told = f"{about.strip()}\n\n## " if about else "# "
    write_text(Path(directory) / CARD, f"{head}\n{told}{rest}")
    return bare
