"""How a verb is run: every error ends as one line on standard error and an exit code."""

import sys
import traceback
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from multigraft.cli.options import Session
from multigraft.cli.output import one_line, say
from multigraft.errors import MultigraftError

FAILED = 1
INTERRUPTED = 130


class Verbs(TyperGroup):
    """A group of verbs; without a verb it shows its help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args or ["--help"])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        session = Session()
        try:
            code = super().main(args, prog_name, complete_var, False, windows_expand_args, obj=session, **extra) or 0
        except Exception as error:
            if session.debug:
                traceback.print_exception(error)
            code = _explain(error)
        if code == INTERRUPTED:
            say("interrupted")
        if standalone_mode:
            sys.exit(code)
        return code


def _explain(error: Exception) -> int:
    """Say what went wrong in one line; returns the exit code that this kind of error has."""
    if isinstance(error, MultigraftError):
        message, code = str(error), error.exit_code
    elif isinstance(error, typer.TyperException):
        message, code = error.format_message().replace("Value error, ", ""), error.exit_code
    else:
        message, code = f"{type(error).__name__}: {error} (a failure of multigraft; --debug shows where)", FAILED
    say(f"error: {one_line(message)}")
    return code
