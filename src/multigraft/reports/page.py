"""One self-contained HTML page about one trained encoder on one data set."""

from importlib.util import find_spec
from pathlib import Path

from multigraft.errors import InputError, MissingExtraError
from multigraft.evaluation.table import ProbeTable
from multigraft.files import write_text
from multigraft.graphs.packed import PackedGraphs
from multigraft.models.names import encoder_place
from multigraft.models.storage import load_encoder
from multigraft.models.trained import TrainedEncoder
from multigraft.reports.commands import suggestions
from multigraft.reports.comparisons import comparisons
from multigraft.reports.facts import fact_groups
from multigraft.reports.history import History, read_history
from multigraft.reports.reading import WORDS, details, headline, protocol_sentences
from multigraft.reports.sections import curves, maps, scores
from multigraft.tasks.registry import TASKS


def check_plots() -> None:
    """Raise a `MissingExtraError` unless everything that draws a report is installed."""
    if not all(find_spec(library) for library in ("matplotlib", "jinja2")):
        raise MissingExtraError("the report", "plots")


def write_page(encoder_dir: str | Path, graphs: PackedGraphs, table: ProbeTable, path: str | Path) -> None:
    """Write the report of the encoder in ``encoder_dir``, measured in ``table`` on ``graphs``, to ``path``.

    Reads the encoder and its training/history.csv; the page needs no network, no script and no other file.

    Raises:
        InputError: no readable encoder or history there, ``graphs`` have other columns than the encoder reads, or
            ``table`` is about other data.
        MissingExtraError: matplotlib or jinja2 is not installed.
    """
    if table.dataset != graphs.origin.name:
        raise InputError(f"the table measures {table.dataset!r}, the graphs are {graphs.origin.name!r}: pass a pair")
    encoder_dir = Path(encoder_dir)
    trained = load_encoder(encoder_dir)
    history = read_history(encoder_place(encoder_dir) / "training" / "history.csv")
    write_text(Path(path), render(trained, history, graphs, table, str(encoder_dir)))


def render(
    trained: TrainedEncoder, history: History | None, graphs: PackedGraphs, table: ProbeTable, encoder_dir: str
) -> str:
    """The page as HTML; equal input gives equal text.

    Raises:
        MissingExtraError: matplotlib or jinja2 is not installed.
    """
    check_plots()
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("multigraft.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["inline"] = Markup  # for our own SVG, which is escaped where it is made
    found = comparisons(table)
    return environment.get_template("report.html.jinja").render(
        title=f"{_called(trained, graphs, encoder_dir)} on {graphs.origin.name}",
        lead=headline(found),
        fact_groups=fact_groups(trained, graphs, table),
        protocol=protocol_sentences(table.protocol),
        details=details(found),
        task_titles={name: task.title for name, task in TASKS.items()},
        words=WORDS,
        notes=[("About the data", graphs.origin.notes), ("About the measurement", table.notes)],
        fingerprint=trained.fingerprint,
        encoder_dir=encoder_dir,
        commands=suggestions(trained, graphs, table.protocol, encoder_dir),
        **scores(found),
        **curves(history),
        **maps(trained, graphs),
    )


def _called(trained: TrainedEncoder, graphs: PackedGraphs, encoder_dir: str) -> str:
    """What the encoder is called in a title: a released one by its name, others by how and on what it was trained."""
    if encoder_place(encoder_dir) != Path(encoder_dir):
        return encoder_dir
    how = f"{trained.strategy['name']} encoder"
    return how if trained.origin.name == graphs.origin.name else f"{how} of {trained.origin.name}"
