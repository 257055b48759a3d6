"""What can go wrong with an evaluation, in words that say what to do next."""

from typing import Final

USAGE: Final = 2
STOPPED: Final = 3


class EvalError(Exception):
    """The message says what happened; `advice` is the next step."""

    status: int = USAGE
    """Exit status of a command that ends with it."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message, advice)

    def __str__(self) -> str:
        return " ".join(self.args)


class MalformedCase(EvalError):
    """A row of a file is not what it must be; the message names file and line."""


class RunUnusable(EvalError):
    """A folder of a run cannot be used as asked."""


class RunStopped(EvalError):
    """The run ended before its end; what is done is kept."""

    status = STOPPED
