"""What most verbs begin and end with: an encoder and data to open, options to keep beside the result.

Names that nothing has are refused before torch is imported, so verbs import what they need once these are opened.
"""

import dataclasses
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multigraft.cli.data_options import DataOptions
from multigraft.cli.output import say
from multigraft.errors import InputError
from multigraft.files import csv_line, plain
from multigraft.graphs.names import FEATURIZATIONS, check_source, is_row_name
from multigraft.models.names import check_directory, encoder_place

if TYPE_CHECKING:
    from multigraft.graphs.packed import PackedGraphs
    from multigraft.models.trained import TrainedEncoder


def loaded(data: str, reading: DataOptions, told: Sequence[str] = ()) -> "PackedGraphs":
    """The graphs of ``data``; what was chosen while loading them is said aloud, but for what was ``told`` before."""
    check_source(data)
    from multigraft.graphs.catalog import load

    graphs = load(data, **reading.arguments(), progress=sys.stderr.isatty())
    tell_notes(graphs.origin.name, [note for note in graphs.origin.notes if note not in told])
    return graphs


def read_as(graphs: "PackedGraphs", featurization: str, data: str, reading: DataOptions) -> "PackedGraphs":
    """The graphs, or the same molecules by another featurisation, where the options do not say which."""
    known = graphs.origin.featurization
    if reading.featurization or not known or not featurization or featurization == known:
        return graphs
    return loaded(data, dataclasses.replace(reading, featurization=featurization), graphs.origin.notes)


def featurization_of(start: Path) -> str:
    """How the encoder in a directory reads molecules; empty where nothing says it."""
    try:
        config = json.loads((encoder_place(start) / "config.json").read_text(encoding="utf-8"))
        return str(config["data"].get("featurization", ""))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""  # what is wrong with it is said when it is loaded


def without_others(
    graphs: "PackedGraphs", names: Sequence[str], read: Callable[[str], "PackedGraphs"] | None = None
) -> "PackedGraphs":
    """The graphs without the molecules of the data sets of these names; how many these were is said aloud.

    ``read`` loads a data set of that name; by default `multigraft.graphs.catalog.load`.
    """
    if not names:
        return graphs
    for name in names:
        check_source(name)
    from multigraft.graphs.catalog import load
    from multigraft.graphs.overlap import excluding

    others = {found.origin.name: found for found in map(read or load, names)}
    left = excluding(graphs, others, sys.stderr.isatty())
    tell_notes(left.origin.name, left.origin.notes[-1:])
    return left


def tell_notes(name: str, notes: Sequence[str]) -> None:
    """Say what was chosen while data was loaded."""
    for note in notes:
        say(f"note: {name}: {note}")


def opened(directory: Path, data: str, reading: DataOptions) -> tuple["TrainedEncoder", "PackedGraphs"]:
    """A trained encoder and the graphs it is to read; the encoder first, as its mistakes are found sooner.

    Molecules become graphs as those did that the encoder was trained on, unless the options say otherwise.
    """
    check_directory(directory)
    check_source(data)
    from multigraft.models.storage import load_encoder

    encoder = load_encoder(directory)
    featurization = reading.featurization or encoder.origin.featurization or None
    strip = resolved_salts(encoder, reading.strip_salts)
    from multigraft.graphs.sources import OtherDataError

    try:
        return encoder, loaded(data, dataclasses.replace(reading, featurization=featurization, strip_salts=strip))
    except OtherDataError as error:
        if getattr(reading, error.option, None):
            raise
        kind = "molecules" if encoder.origin.featurization in FEATURIZATIONS else "proteins"
        raise InputError(f"encoder {directory} was trained on {kind}, and reads nothing else: {error.what}") from error


def opened_as_trained(
    directory: Path, data: str, reading: DataOptions
) -> tuple["TrainedEncoder", "PackedGraphs", DataOptions]:
    """As `opened`; of its own data the encoder is asked for the targets of its training, unless others are said.

    Also the options with the targets that are asked for in the end.
    """
    encoder, graphs = opened(directory, data, reading)
    learned, own = encoder.origin.targets, encoder.origin.name == graphs.origin.name
    if reading.targets is not None or not own or not learned or not set(learned) < set(graphs.origin.targets):
        return encoder, graphs, reading
    asked = dataclasses.replace(reading, targets=csv_line(learned))
    salts, kind = graphs.origin.strip_salts, graphs.origin.featurization or None
    again = loaded(data, dataclasses.replace(asked, featurization=kind, strip_salts=salts), graphs.origin.notes)
    if again.origin.target_kind != encoder.origin.target_kind:  # a threshold made them what was learned
        return encoder, graphs, reading
    say(f"note: {graphs.origin.name}: targets as in training, {asked.targets}; --targets asks for others")
    return encoder, again, asked


def resolved_salts(encoder: "TrainedEncoder", asked: bool | None) -> bool:
    """Whether salts are stripped for an encoder: as it is asked, else as in its training; a difference is said aloud.

    Raises:
        InputError: as `multigraft.models.sources.salts_for`.
    """
    from multigraft.models.sources import salts_for

    strip = salts_for(encoder, asked)
    if strip and not encoder.origin.strip_salts:
        say("note: salts are stripped here, and were kept where the encoder was trained")
    return strip


def is_row_file(data: str) -> bool:
    """Whether ``data`` is the name of a file of molecules, as `multigraft.graphs.catalog.load` understands it."""
    path = Path(data).expanduser()
    return is_row_name(path) and not path.is_dir()


def keep_options(out: Path, verb: str, **options: Any) -> None:
    """Write what decided the result ``out`` into ``out.json`` beside it."""
    from multigraft.files import write_json

    write_json(out.with_name(f"{out.name}.json"), plain({"verb": verb, "options": {**options, "out": out}}))
