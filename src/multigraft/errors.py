"""What multigraft raises, and the exit code each kind of error has on the command line."""


class MultigraftError(Exception):
    """Something failed that is not the caller's doing; the command line exits with 1."""

    exit_code = 1


class InputError(MultigraftError):
    """Bad usage or input: the message names the file, line or value and says what to do; exit code 2."""

    exit_code = 2


class MissingExtraError(InputError):
    """A feature needs an optional dependency that is not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs the extra {extra!r}: pip install 'multigraft[{extra}]'")
