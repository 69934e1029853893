"""How a verb is run: every error ends as one line on standard error and an exit code, for scripts as JSON as well."""

import json
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from multigraft.cli.options import Session
from multigraft.cli.output import one_line, say
from multigraft.errors import InputError, MultigraftError

LISTED = "separated by commas"  # as the help of such options says
FAILED = 1
INTERRUPTED = 130


class Verbs(TyperGroup):
    """A group of verbs; without a verb it shows its help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args or ["--help"])

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The verb that is meant; a list of it that is given twice is refused, as the first would be lost."""
        name, verb, words = super().resolve_command(ctx, args)
        if verb is not None and not isinstance(verb, TyperGroup) and not ctx.resilient_parsing:
            _check_once(verb, ctx, words)
        return name, verb, words

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
        words = sys.argv[1:] if args is None else args
        try:
            code = super().main(args, prog_name, complete_var, False, windows_expand_args, obj=session, **extra) or 0
        except Exception as error:
            if session.debug:
                traceback.print_exception(error)
            message, code = _explained(error)
            _complain(message, words, "error: ")
        if code == INTERRUPTED:
            _complain("interrupted", words)
        if standalone_mode:
            sys.exit(code)
        return code


def _check_once(verb: Any, ctx: Any, words: list[str]) -> None:
    """Refuse an option that takes a list and is given twice, as one would hope for both; of others the last counts."""
    *_, order = verb.make_parser(type(ctx)(verb, parent=ctx)).parse_args(list(words))
    for option in dict.fromkeys(order):
        if order.count(option) > 1 and not option.multiple and LISTED in (getattr(option, "help", None) or ""):
            raise InputError(f"{option.opts[-1]} is given twice: write all its values in one, {LISTED}")


def _complain(message: str, words: Sequence[str], before: str = "") -> None:
    """Say it; and where a script asked for JSON, which it reads on standard output, there as well."""
    say(f"{before}{message}")
    if "--json" in words:
        typer.echo(json.dumps({"error": message}))


def _explained(error: Exception) -> tuple[str, int]:
    """What went wrong, in one line, and the exit code that this kind of error has."""
    if isinstance(error, MultigraftError):
        message, code = str(error), error.exit_code
    elif isinstance(error, typer.TyperException):
        message, code = error.format_message().replace("Value error, ", ""), error.exit_code
    else:
        message, code = f"{type(error).__name__}: {error} (a failure of multigraft; --debug shows where)", FAILED
    return one_line(message), code
