"""A trained encoder: what it is, what it embeds."""

import dataclasses
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.encoders.base import Encoder
from multigraft.encoders.readout import Readout, pooled_width
from multigraft.errors import InputError
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.splits import Split
from multigraft.models.embedding import embedded
from multigraft.models.known import Known
from multigraft.models.precision import Precision
from multigraft.models.seen import Seen
from multigraft.tasks.model import TaskModel

LEVELS = ("graph", "node")


@dataclass(eq=False, repr=False)
class TrainedEncoder:
    """An encoder with its heads, its untrained twin, and where it comes from.

    Attributes:
        model: The encoder and the heads it was trained with.
        initial: The same architecture with the weights that training started from.
        origin: Name, checksum and classes of the data it was trained on.
        tasks: Names of the tasks it was trained for.
        strategy: Name and options of the strategy.
        split: The graphs it was trained, validated and not trained on.
        metadata: Seed, epochs, validation scores, versions and time of the training run.
        readout: How a graph's node embeddings become one.
        seen: The split of every data set that it, or an encoder that it goes back to, was trained on.
        known: The graphs of these that it was trained on, one by one, see `multigraft.models.known`; None where nobody
            knows, as of weights that others trained.
        home: The directory it was loaded from or saved to; None for one that is only in memory.
    """

    model: TaskModel
    initial: Encoder
    origin: Origin
    tasks: tuple[str, ...]
    strategy: dict[str, Any]
    split: Split | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    readout: Readout = "mean"
    seen: Seen = field(default_factory=dict)
    known: Known | None = None
    home: Path | None = field(default=None, init=False)  # not copied by `dataclasses.replace`: that is another encoder

    def __repr__(self) -> str:
        """Kind, tasks, strategy and data; weights would fill the screen."""
        tasks = f" for {', '.join(self.tasks)}" if self.tasks else ""
        named = self.strategy.get("name")
        by = f" by {named}" if named else ""
        return f"<TrainedEncoder: {self.encoder.kind}{tasks}{by} on {self.origin.name!r}>"

    @property
    def encoder(self) -> Encoder:
        return self.model.encoder

    def width(self, level: str = "graph") -> int:
        """How wide embeddings of graphs, or nodes, are."""
        return pooled_width(self.readout, self.encoder.dim) if level == "graph" else self.encoder.dim

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that name the encoder's weights."""
        digest = hashlib.sha256()
        for name, value in sorted(self.encoder.state_dict().items()):
            digest.update(f"{name} {tuple(value.shape)} {value.dtype}".encode())
            digest.update(value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
        return digest.hexdigest()[:16]

    def embed(
        self,
        graphs: Any,
        level: str = "graph",
        batch_size: int = 256,
        device: str = "auto",
        precision: str | Precision = "float32",
    ) -> Float[Tensor, "rows dim"]:
        """Embeddings of every graph or every node, in order, on the CPU.

        ``graphs``: packed graphs or anything of PyG's that holds graphs; or the name of a data set or file, whose
        molecules become graphs as those of the training data did. ``precision``: see `embed_batches`.

        Raises:
            InputError: an unknown level or precision, or data whose columns differ from the training data's.
        """
        return torch.cat(list(self.batches(graphs, level, batch_size, device, precision)))

    def batches(
        self,
        graphs: Any,
        level: str = "graph",
        batch_size: int = 256,
        device: str = "auto",
        precision: str | Precision = "float32",
    ) -> Iterator[Float[Tensor, "rows dim"]]:
        """`embed`, batch by batch."""
        from multigraft.models.sources import graphs_for

        return embed_batches(self.encoder, graphs_for(self, graphs), level, batch_size, device, self.readout, precision)

    def untrained(self) -> "TrainedEncoder":
        """The encoder before training: the baseline that every measurement has."""
        return dataclasses.replace(self, model=TaskModel(self.initial, [], self.origin))

    def save(self, directory: str | Path) -> Path:
        """Write the encoder as a directory that loads without executing code.

        Raises:
            InputError: the directory exists.
        """
        from multigraft.models.storage import save

        return save(self, Path(directory))


def embed(
    encoder: "TrainedEncoder | str | Path",
    graphs: Any,
    level: str = "graph",
    batch_size: int = 256,
    device: str = "auto",
    precision: str = "float32",
) -> Float[Tensor, "rows dim"]:
    """Embeddings of every graph or every node, in order, on the CPU; see `TrainedEncoder.embed`.

    ``encoder``: one at hand, or the directory or released name of one.

    Raises:
        InputError: an unknown level, device or precision, data whose columns differ from the training data's, or as
            `multigraft.models.storage.load_encoder`.
    """
    from multigraft.models.storage import opened

    return opened(encoder).embed(graphs, level, batch_size, device, precision)


def embed_batches(
    encoder: Encoder,
    graphs: PackedGraphs,
    level: str = "graph",
    batch_size: int = 256,
    device: str = "auto",
    pool: Readout = "mean",
    precision: str | Precision = "float32",
) -> Iterator[Float[Tensor, "rows dim"]]:
    """Embeddings of every graph or node, ``batch_size`` graphs at a time, on the CPU.

    ``precision`` is ``float32``, ``bf16``, or ``auto``, bfloat16 where the hardware has it; one that is passed in as an
    object knows its error afterwards.
    """
    if level not in LEVELS:
        raise InputError(f"unknown level {level!r}: choose from {', '.join(LEVELS)}")
    check_batch_size(batch_size)
    with evaluating(encoder, device) as where:
        products = Precision.of(precision, where) if isinstance(precision, str) else precision
        yield from embedded(encoder, graphs, where, level=level, batch_size=batch_size, pool=pool, precision=products)


def measure(precision: Precision, encoder: Encoder, graphs: PackedGraphs, device: str = "auto") -> None:
    """Find out on the first graphs what a precision costs, where it costs anything; see `Precision.measure`."""
    with evaluating(encoder, device) as where:
        precision.measure(encoder, graphs, where)


def check_batch_size(size: int) -> None:
    """Raise an `InputError` where a batch would have no graph."""
    if size < 1:
        raise InputError(f"batch size must be at least 1, got {size}")


@contextmanager
def evaluating(module: torch.nn.Module, device: str) -> Iterator[torch.device]:
    """The module in evaluation mode on a device; put back as it was afterwards."""
    where, was_training = pick_device(device), module.training
    home = next((parameter.device for parameter in module.parameters()), where)
    module.to(where).eval()
    try:
        yield where
    finally:
        module.to(home).train(was_training)


def pick_device(name: str) -> torch.device:
    """The device of that name; ``auto`` takes a GPU where there is one.

    Raises:
        InputError: no such device here.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as error:
        raise InputError(f"no device {name!r} here: {str(error).splitlines()[0]}") from error
