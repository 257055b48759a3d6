"""One table: what went wrong, the exit status it has, and what a person reads."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit statuses that scripts rely on."""

    OK = 0
    """Done."""
    USAGE = 2
    """Wrong usage, or input that cannot be used."""
    NOT_ENOUGH_EVIDENCE = 3
    """Not enough evidence: the short page was printed, or no ClaimReview was."""
    SENTENCES_FALL = 4
    """`check` found rejected sentences."""
    MODEL_FAILED = 5
    """A model failed: the embedded ones, or a wrong key or model name."""
    LIBRARY = 6
    """The library is missing, damaged or busy."""
    JOBS = 7
    """Jobs: their database cannot be used, drafts of a batch failed, or a schedule is not kept."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C; `library add` says what is in by then."""


BY_NAME = {
    "SourceUnreadable": Exit.USAGE,
    "SourceRefused": Exit.USAGE,
    "UnreadableText": Exit.USAGE,
    "BadInput": Exit.USAGE,
    "NothingToPublish": Exit.NOT_ENOUGH_EVIDENCE,
    "EmbeddingFailed": Exit.MODEL_FAILED,
    "ChatError": Exit.MODEL_FAILED,
    "CouldNotCheck": Exit.MODEL_FAILED,
    "TokenizerMissing": Exit.MODEL_FAILED,
    "LibraryMissing": Exit.LIBRARY,
    "LibraryDamaged": Exit.LIBRARY,
    "LibraryBusy": Exit.LIBRARY,
    "EmbedderMismatch": Exit.LIBRARY,
    "LibraryError": Exit.LIBRARY,
    "JobError": Exit.JOBS,
    "ReviewError": Exit.JOBS,
    "AccountsUnavailable": Exit.JOBS,
}
"""Keyed by class name, so that showing help does not import the library."""


class BadInput(Exception):
    """What was typed cannot be used; the message says what to type instead."""


def status_of(error: BaseException) -> Exit | None:
    """The exit status of a known failure; None for a fault of ours, which keeps its traceback."""
    if isinstance(error, KeyboardInterrupt):
        return Exit.INTERRUPTED
    if type(error).__name__ == "IngestionStopped" and error.__cause__ is not None:
        return status_of(error.__cause__)
    if isinstance(error, OSError) and error.filename:
        return Exit.LIBRARY  # files that a person names are looked at before
    names = (cls.__name__ for cls in type(error).__mro__)
    return next((BY_NAME[name] for name in names if name in BY_NAME), None)


def words_of(error: Exception) -> str:
    """What a person reads about a known failure."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be used: {error.strerror}. Check the path and its rights."
    return str(error)
