"""Which graphs an encoder, and those that it goes back to, were trained on, so that no later test asks about them.

Data sets are told apart by what is seen of them: the same molecules read with other targets are the same graphs.
"""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from jaxtyping import Bool, UInt8
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from multigraft.errors import InputError
from multigraft.files import replacing
from multigraft.graphs.checksums import identity, identity_without_answers
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import PARTS, Split

if TYPE_CHECKING:
    from multigraft.models.trained import TrainedEncoder

Seen = Mapping[str, Split]  # the split of every data set, by `identity_without_answers`
ABOUT = "multigraft"


def grown(seen: Seen, graphs: PackedGraphs, split: Split) -> dict[str, Split]:
    """What has been seen after a training on ``graphs``, divided by ``split``, as well."""
    key = identity_without_answers(graphs)
    before = seen.get(key)
    return {**seen, key: split if before is None else _merged(before, split)}


def own_split(trained: "TrainedEncoder", graphs: PackedGraphs) -> Split | None:
    """The split by which the encoder, or one that it goes back to, was trained on these graphs, if any was.

    What is asked of the graphs does not matter: their test part is what none of the encoders has seen.
    """
    if trained.split is not None and trained.split.identity == identity(graphs):
        return trained.split
    known = trained.seen.get(identity_without_answers(graphs))
    return None if known is None else dataclasses.replace(known, identity="").for_graphs(graphs)


def check_unseen(trained: "TrainedEncoder", graphs: PackedGraphs, split: Split) -> None:
    """Complain about a split that tests graphs on which the encoder, or one that it goes back to, was trained.

    Raises:
        InputError: it does; how many they are.
    """
    known = [own_split(trained, graphs), trained.seen.get(identity_without_answers(graphs))]
    parts = [part for one in known if one is not None for part in (one.train, one.validation)]
    seen = int(torch.isin(split.test, torch.cat(parts)).sum()) if parts else 0
    if seen:
        raise InputError(
            f"{seen} of the {len(split.test)} test graphs of this {split.kind} split are among those that the "
            "encoder was trained on: leave the split out, to keep the encoder's own, or train it on other data"
        )


def write_seen(path: Path, seen: Seen) -> None:
    """Keep it, a byte a graph."""
    about = {key: {"kind": split.kind, "seed": split.seed} for key, split in seen.items()}
    with replacing(path) as temporary:
        save_file({key: _marks(split) for key, split in seen.items()}, temporary, {ABOUT: json.dumps(about)})


def read_seen(path: Path) -> dict[str, Split]:
    """What `write_seen` kept; nothing where there is no such file, as earlier versions wrote none.

    Raises:
        InputError: the file is damaged.
    """
    if not path.is_file():
        return {}
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {})[ABOUT])
            return {key: _split(file.get_tensor(key), **about[key]) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} does not say which graphs were seen, it is damaged: {error!r}") from error


def _merged(before: Split, now: Split) -> Split:
    """The parts of ``now``, and of ``before`` for the other graphs; what was trained on before is no test of now."""
    first, second = _marks(before), _marks(now)
    size = max(len(first), len(second))
    first, second = (torch.nn.functional.pad(marks, (0, size - len(marks))) for marks in (first, second))
    taken = (second == 0) | ((second == _mark("test")) & _was_seen(first))
    return _split(torch.where(taken, first, second), now.kind, now.seed)


def _was_seen(marks: UInt8[Tensor, " graphs"]) -> Bool[Tensor, " graphs"]:
    return (marks == _mark("train")) | (marks == _mark("validation"))


def _mark(part: str) -> int:
    return PARTS.index(part) + 1


def _marks(split: Split) -> UInt8[Tensor, " graphs"]:
    """The part of every graph up to the last that is in one; 0 for those in none."""
    last = max((int(numbers.max()) for part in PARTS if len(numbers := getattr(split, part))), default=-1)
    marks = torch.zeros(last + 1, dtype=torch.uint8)
    for part in PARTS:
        marks[getattr(split, part)] = _mark(part)
    return marks


def _split(marks: UInt8[Tensor, " graphs"], kind: str, seed: int) -> Split:
    train, validation, test = ((marks == _mark(part)).nonzero()[:, 0] for part in PARTS)
    return Split(kind, seed, train, validation, test)
