"""``--config FILE``: options from a TOML or YAML file, applied below those on the command line."""

import difflib
from pathlib import Path
from typing import Any

import typer

from multigraft.cli.written import flat
from multigraft.errors import InputError

NOT_IN_A_FILE = frozenset({"config", "help"})


def apply_config(ctx: Any, file: Path | None) -> Path | None:
    """Make the file's values the defaults of the verb at hand, whose context is ``ctx``.

    Raises:
        InputError: the file cannot be read, or names an option that the verb does not have, or holds a wrong value.
    """
    if file is not None and not ctx.resilient_parsing:
        options = {_long_name(param): param for param in ctx.command.params if param.param_type_name == "option"}
        known = {name: param for name, param in options.items() if name not in NOT_IN_A_FILE}
        ctx.default_map = {
            known[name].name: _value(file, name, value, known[name], ctx)
            for name, value in _named(file, read_config(file), known).items()
        }
    return file


def read_config(file: Path) -> dict[str, Any]:
    """The table that a TOML or YAML file holds.

    Raises:
        InputError: no such file, a file of another kind, a mistake in its syntax, or something else than a table.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the configuration {file}: {error}") from error
    parse = {".toml": _toml, ".yaml": _yaml, ".yml": _yaml, ".json": _json}.get(file.suffix.lower())
    if parse is None:
        raise InputError(f"cannot tell what {file} holds: name it .toml, .yaml or .json")
    table = parse(file, text)
    if not isinstance(table, dict):
        raise InputError(f"{file} must hold options and their values, not {type(table).__name__}")
    return table


def _toml(file: Path, text: str) -> Any:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file} is not TOML: {error}") from error


def _json(file: Path, text: str) -> Any:
    import json

    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{file} is not JSON: {error}") from error


def _yaml(file: Path, text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise InputError(f"{file} is not YAML: {error}") from error


def _long_name(param: Any) -> str:
    return next((name for name in param.opts if name.startswith("--")), param.name).removeprefix("--")


def _named(file: Path, table: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """The table with every name spelt as the option is, ``inner_steps`` as ``inner-steps``."""
    spelt = {str(name).replace("_", "-"): value for name, value in table.items()}
    for name in spelt.keys() - known.keys():
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=0) if known else []
        hint = f"; the nearest is {nearest[0]!r}" if nearest else ""
        raise InputError(f"{file}: there is no option {name!r}{hint}")
    return spelt


def _value(file: Path, name: str, value: Any, param: Any, ctx: Any) -> Any:
    """The value as the command line would have it, once the option has accepted it."""
    if isinstance(value, dict) and not param.is_flag:
        value = flat(value)
    if isinstance(value, bool) != bool(param.is_flag) or not isinstance(value, bool | int | float | str | list):
        wanted = "true or false" if param.is_flag else param.display_type(ctx)
        raise InputError(f"{file}: option {name!r} takes {wanted}, got {value!r}")
    if not param.is_flag:
        value = ",".join(map(_cell, value)) if isinstance(value, list) else str(value)
    try:
        param.process_value(ctx, value)
    except typer.BadParameter as error:
        raise InputError(f"{file}: option {name!r}: {error.message} (got {value!r})") from error
    return value


def _cell(entry: Any) -> str:
    """An entry of a list as lists are written on the command line: in quotes where it holds a comma."""
    return f'"{entry}"' if "," in str(entry) else str(entry)
