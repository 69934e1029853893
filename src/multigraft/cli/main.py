"""The command line: which verbs there are."""

from typing import Annotated

import typer

from multigraft import __version__
from multigraft.cli.bench import bench
from multigraft.cli.data import app as data
from multigraft.cli.doctor import doctor
from multigraft.cli.embed import embed
from multigraft.cli.explain import explain
from multigraft.cli.finetune import finetune
from multigraft.cli.import_ import import_
from multigraft.cli.leaderboard import app as leaderboard
from multigraft.cli.predict import predict
from multigraft.cli.probe import probe
from multigraft.cli.release import release
from multigraft.cli.report import report
from multigraft.cli.study import app as study
from multigraft.cli.train import train
from multigraft.cli.tune import tune
from multigraft.cli.verbs import Verbs

app = typer.Typer(name="multigraft", cls=Verbs, rich_markup_mode=None, pretty_exceptions_enable=False)


def _show_version(wanted: bool) -> bool:
    if wanted:
        typer.echo(f"multigraft {__version__}")
        raise typer.Exit
    return wanted


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Train one graph encoder, use its embeddings for every task."""


for _verb in (train, tune, finetune, predict, probe, explain, embed, release, report, bench, doctor):
    app.command()(_verb)
app.command("import")(import_)
app.add_typer(data, name="data")
app.add_typer(study, name="study")
app.add_typer(leaderboard, name="leaderboard")


def main() -> None:
    """Run the command line with the process's arguments."""
    app(prog_name="multigraft")
