"""What can go wrong in the library. Every message says what happened and what to do next."""

from urllib.parse import urlsplit


def without_secrets(address: str) -> str:
    """An address as it may be shown: name, password and query, which may hold a key, left out."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


class LibraryError(Exception):
    """Base of all library errors; `advice` is the next step for a person."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        """Travel between processes."""
        return type(self), (self.args[0], self.advice)

    def __str__(self) -> str:
        return f"{self.args[0]} {self.advice}"


class LibraryMissing(LibraryError):
    """There is no library at the given place."""


class LibraryDamaged(LibraryError):
    """The record (not the index, which is rebuilt) cannot be read."""


class LibraryUnreachable(LibraryError):
    """The server that holds the library or its drafts cannot be used now; it may be soon."""


class LibraryBusy(LibraryError):
    """Another process is writing; the message says which, or what changed meanwhile."""


class SourceGone(LibraryError):
    """There is no such source, or no longer."""


class EmbedderMismatch(LibraryError):
    """The library was made by another embedder."""


class IngestionStopped(LibraryError):
    """Adding ended early, by the error that is its cause; the message says what is in by then."""


class SourceUnreadable(LibraryError):
    """A file is not what it says it is, too large, or broken."""


class SourceRefused(LibraryError):
    """A source is not admitted by the vetting list, or clashes with one that is."""


class FetchFailed(LibraryError):
    """A web address could not be had this time; it may be at another."""


class EmbeddingFailed(LibraryError):
    """The embedder could not embed (endpoint down, wrong answer, model file broken)."""


class IndexBroken(LibraryError):
    """The index (not the record) cannot be used; it is rebuilt, and exact scan serves meanwhile."""


class TokenizerMissing(LibraryError):
    """The files that tokens are counted with are not installed."""
