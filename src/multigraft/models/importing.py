"""Weights that others released, as trained encoders of ours; files are read without executing what is in them."""

import pickle
import struct
import warnings
from collections.abc import Callable
from pathlib import Path

import torch

from multigraft.encoders.base import Encoder
from multigraft.encoders.registry import ENCODERS
from multigraft.errors import InputError
from multigraft.graphs import checksums
from multigraft.graphs.packed import Origin
from multigraft.models import pretrain_gnns
from multigraft.models.names import IMPORTED_ENCODERS
from multigraft.models.trained import TrainedEncoder
from multigraft.models.versions import versions
from multigraft.randomness import seed_of
from multigraft.tasks.model import TaskModel

# From weights by name and the name of an architecture to an encoder and the featurisation that it reads.
FORMATS: dict[str, Callable[[pretrain_gnns.Weights, str], tuple[Encoder, str]]] = {"pretrain-gnns": pretrain_gnns.build}


def import_encoder(file: str | Path, encoder: str, format: str = "pretrain-gnns", seed: int = 0) -> TrainedEncoder:
    """An encoder with the weights in ``file``.

    ``encoder``: the architecture's name in that format, for ``pretrain-gnns`` one of ``gin``, ``gcn``, ``graphsage``,
    ``gat``. Its untrained twin has random weights from ``seed``. It has no heads, and no data are known to be its
    training data: mind that a corpus of pre-training can hold what it is tested on.

    Raises:
        InputError: an unknown format or encoder, a file that is missing, damaged, or would execute code if it were
            unpickled, or weights of another architecture.
    """
    path = Path(file)
    if format not in FORMATS:
        raise InputError(f"unknown format {format!r}: choose from {', '.join(FORMATS)}")
    said = path.stem.split("_")[0].lower()
    if said in IMPORTED_ENCODERS and encoder in IMPORTED_ENCODERS and said != encoder:
        # Weights of two encoders can have the same names and shapes: nothing but the name tells them apart.
        raise InputError(f"{path}: by its name it holds weights of {said!r}, not of {encoder!r}; if not, rename it")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(seed, "initial weights"))
        try:
            built, featurization = FORMATS[format](read_weights(path), encoder)
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
        twin = ENCODERS[built.kind](built.inputs.schema, **built.config())
    origin = Origin(path.stem, checksums.of_files([path]), featurization=featurization)
    metadata = {"seed": seed, "epochs": 0, "source": path.name, "versions": versions()}
    strategy = {"name": "imported", "format": format, "encoder": encoder}
    return TrainedEncoder(TaskModel(built, [], origin).eval(), twin.eval(), origin, (), strategy, metadata=metadata)


def read_weights(path: Path) -> pretrain_gnns.Weights:
    """Tensors by name from a file that ``torch.save`` wrote; nothing but tensors is unpickled.

    Raises:
        InputError: no such file, a damaged one, or one that holds anything else.
    """
    if not path.is_file():
        raise InputError("there is no such file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the format's age, which is no news
            weights = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        reason = str(error).split("\n")[0]
        raise InputError(
            f"it holds more than tensors and was not opened, as that could execute code: {reason}"
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, IndexError, AttributeError, struct.error) as error:
        raise InputError(f"it is damaged or no file of weights: {error!r}") from error
    if not isinstance(weights, dict) or not all(
        isinstance(name, str) and isinstance(value, torch.Tensor) for name, value in weights.items()
    ):
        raise InputError("it holds something else than weights by name")
    return weights
