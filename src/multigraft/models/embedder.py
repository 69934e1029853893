"""A trained encoder as a scikit-learn transformer: molecules or graphs in, one row of numbers each out."""

import copy
import json
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import torch
from jaxtyping import Float32
from sklearn.base import BaseEstimator, TransformerMixin  # base classes: nothing imports this module but its users

from multigraft.encoders.readout import Readout, pooled_width
from multigraft.errors import InputError
from multigraft.models.names import PRECISIONS
from multigraft.models.precision import Precision
from multigraft.models.sources import Rows, rows_for
from multigraft.models.storage import load_encoder
from multigraft.models.trained import TrainedEncoder, check_batch_size, embed_batches, pick_device

OnError = Literal["raise", "nan"]


class GraphEmbedder(TransformerMixin, BaseEstimator):
    """Embeds SMILES, RDKit molecules or graphs; stateless, so that it transforms without being fitted.

    In a pickle, and so in a worker process of ``n_jobs``, an encoder is its directory, never its weights: pass the
    directory, or an encoder that was loaded from one or saved to one.

    Args:
        encoder: A trained encoder, or the directory that holds one.
        readout: How a graph's node embeddings become one, see `pool`; None for the encoder's own.
        batch_size: Graphs embedded at a time; the result does not depend on it.
        device: ``cpu``, ``cuda``, ..., or ``auto``: a GPU where there is one.
        precision: Of products: ``float32``; ``bf16``, bfloat16; or ``auto``, bfloat16 where the hardware has it. With
            bfloat16 ``precision_error_`` says after a transformation how far graphs are from what float32 gives, in
            parts of their length.
        on_error: What a molecule that does not parse leads to: ``raise`` an error that names its row, or a row of NaN.

    Example:
        >>> import multigraft as mg
        >>> pipeline = make_pipeline(mg.GraphEmbedder("my-encoder"), LogisticRegression())  # doctest: +SKIP
        >>> cross_val_score(pipeline, smiles, labels, n_jobs=2)  # doctest: +SKIP
    """

    def __init__(
        self,
        encoder: TrainedEncoder | str | Path,
        *,
        readout: Readout | None = None,
        batch_size: int = 256,
        device: str = "auto",
        precision: str = "float32",
        on_error: OnError = "raise",
    ) -> None:
        self.encoder = encoder
        self.readout = readout
        self.batch_size = batch_size
        self.device = device
        self.precision = precision
        self.on_error = on_error

    def fit(self, X: Any = None, y: Any = None) -> "GraphEmbedder":  # noqa: N803 - the names of scikit-learn
        """Learn nothing; open the encoder and check the options, so that mistakes are found here.

        Raises:
            InputError: no encoder in that directory, or an option that cannot be.
        """
        self._check()
        self._trained()
        return self

    def transform(self, X: Any) -> Float32[np.ndarray, "rows dim"]:  # noqa: N803
        """The embedding of every row, ``[rows, dim]``, in order.

        ``X``: SMILES or RDKit molecules, in a list, an array, a series or a table of one column; or graphs: a list of
        PyG ``Data``, a ``Batch``, a ``Dataset`` or packed graphs.

        Raises:
            InputError: a row that does not parse, where ``on_error`` is ``raise``; an option that cannot be; data
                that the encoder does not read.
        """
        self._check()
        trained = self._trained()
        rows = rows_for(trained, X)
        if rows.reasons and self.on_error == "raise":
            raise InputError(_broken(rows))
        pool = self.readout or trained.readout
        numbers = Precision.of(self.precision, pick_device(self.device))
        batches = embed_batches(trained.encoder, rows.graphs, "graph", self.batch_size, self.device, pool, numbers)
        embedded = torch.cat(list(batches)).float()
        if numbers.error is not None:
            self.precision_error_ = numbers.error
        out = torch.full((rows.count, embedded.shape[1]), torch.nan)
        out[rows.kept] = embedded
        return out.numpy()

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """One name a column of the output: ``graphembedder0``, ``graphembedder1``, ...

        ``input_features`` has no influence; scikit-learn passes it.
        """
        trained = self._trained()
        dim = pooled_width(self.readout or trained.readout, trained.encoder.dim)
        return np.asarray([f"{type(self).__name__.lower()}{column}" for column in range(dim)], dtype=object)

    # --- what scikit-learn asks --------------------------------------------------------------------------------

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit, tags.no_validation = False, True
        tags.input_tags.one_d_array, tags.input_tags.two_d_array, tags.input_tags.string = True, False, True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        opened = state.pop("_opened", None)
        trained = self.encoder if isinstance(self.encoder, TrainedEncoder) else opened and opened[1]
        if trained:
            state["encoder"] = home_of(trained) if trained is self.encoder else self.encoder
            state["_pickled"] = (str(state["encoder"]), trained.fingerprint)
        return state

    def __deepcopy__(self, memo: dict[int, Any]) -> "GraphEmbedder":
        """The options are copied, the encoder is shared: nothing here changes it."""
        copied = type(self).__new__(type(self))
        memo[id(self)] = copied
        for name, value in vars(self).items():
            shared = name in ("encoder", "_opened")
            copied.__dict__[name] = value if shared else copy.deepcopy(value, memo)
        return copied

    # --- options and the encoder -------------------------------------------------------------------------------

    def _check(self) -> None:
        for name, value, choices in (
            ("readout", self.readout, (None, *get_args(Readout))),
            ("precision", self.precision, PRECISIONS),
            ("on_error", self.on_error, get_args(OnError)),
        ):
            if value not in choices:
                raise InputError(f"unknown {name} {value!r}: choose from {', '.join(map(str, choices))}")
        check_batch_size(self.batch_size)
        pick_device(self.device)

    def _trained(self) -> TrainedEncoder:
        """The encoder; one in a directory is read once."""
        if isinstance(self.encoder, TrainedEncoder):
            return self.encoder
        place = str(self.encoder)
        known, trained = getattr(self, "_opened", ("", None))
        if trained is None or known != place:
            trained = load_encoder(place)
            pickled, fingerprint = getattr(self, "_pickled", ("", ""))
            if pickled == place and trained.fingerprint != fingerprint:
                raise InputError(f"{place} holds other weights than when the GraphEmbedder was pickled: pickle it anew")
            self._opened = (place, trained)
        return trained


def home_of(trained: TrainedEncoder) -> Path:
    """The directory that holds the encoder as it is.

    Raises:
        InputError: it was not saved, it was changed since, or loading it needs code of the user's.
    """
    saved = "save it first with encoder.save(DIR), and pass DIR"
    if trained.encoder.kind == "module":
        raise InputError("an encoder around a module of your own cannot be pickled: its architecture is code")
    if trained.home is None:
        raise InputError(f"an encoder that is only in memory cannot be pickled, as weights do not go in: {saved}")
    try:
        stored = json.loads((trained.home / "config.json").read_text(encoding="utf-8"))["fingerprint"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"the encoder cannot be pickled, it is gone from {trained.home}: {saved}") from error
    if stored != trained.fingerprint:
        raise InputError(f"the encoder cannot be pickled, {trained.home} holds other weights than memory: {saved}")
    return trained.home


def _broken(rows: Rows) -> str:
    """What to say of the rows that do not parse: the first, and how many more there are."""
    row, reason = min(rows.reasons.items())
    shown = f"{rows.written[row]!r}: {reason}" if row in rows.written else reason
    more = f"; {len(rows.reasons) - 1} more rows do not either" if len(rows.reasons) > 1 else ""
    return f"row {row}, counted from 0, does not parse: {shown}{more}. Correct it, or ask for on_error='nan'"
