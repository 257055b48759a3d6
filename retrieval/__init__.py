"""Vetted sources in, ranked passages out. Knows nothing of drafts or verdicts.

The names below are the door for whoever uses a library; each is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.citable import CitableLibrary
    from retrieval.errors import (
        LibraryBusy,
        LibraryDamaged,
        LibraryError,
        LibraryMissing,
        LibraryUnreachable,
        without_secrets,
    )
    from retrieval.files import find_files
    from retrieval.ingestion import AddReport
    from retrieval.library import Library
    from retrieval.locks import FileLock
    from retrieval.record.history import Change, Version
    from retrieval.sentences import split_sentences
    from retrieval.types import (
        Embedder,
        Filters,
        Hit,
        Notice,
        Passage,
        Passages,
        Scope,
        Source,
        Stats,
        TextKind,
        Vectors,
    )
    from retrieval.verification import Difference
    from retrieval.vetting import Vetting, VettingList, Voucher
    from retrieval.web.factchecks import add_reviews, read_reviews, search_reviews
    from retrieval.web.fetching import Fetcher
    from retrieval.web.following import follow_passage
    from retrieval.web.intake import Intake, WebReport
    from retrieval.web.notices import RegisterReport, add_register
    from retrieval.web.reviews import KIND, Review, find_review
    from retrieval.web.watching import watch

_MODULES = {
    "citable": ("CitableLibrary",),
    "errors": (
        *("LibraryBusy", "LibraryDamaged", "LibraryError", "LibraryMissing"),
        *("LibraryUnreachable", "without_secrets"),
    ),
    "files": ("find_files",),
    "ingestion": ("AddReport",),
    "library": ("Library",),
    "locks": ("FileLock",),
    "sentences": ("split_sentences",),
    "types": (
        *("Embedder", "Filters", "Hit", "Notice", "Passage", "Passages", "Scope", "Source"),
        *("Stats", "TextKind", "Vectors"),
    ),
    "record.history": ("Change", "Version"),
    "verification": ("Difference",),
    "vetting": ("Vetting", "VettingList", "Voucher"),
    "web.factchecks": ("add_reviews", "read_reviews", "search_reviews"),
    "web.fetching": ("Fetcher",),
    "web.following": ("follow_passage",),
    "web.intake": ("Intake", "WebReport"),
    "web.notices": ("RegisterReport", "add_register"),
    "web.reviews": ("KIND", "Review", "find_review"),
    "web.watching": ("watch",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "KIND", "AddReport", "Change", "CitableLibrary", "Difference", "Embedder", "Fetcher",
    "FileLock", "Filters", "Hit", "Intake", "Library", "LibraryBusy", "LibraryDamaged",
    "LibraryError",
    "LibraryMissing", "LibraryUnreachable", "Notice", "Passage", "Passages", "RegisterReport",
    "Review", "Scope", "Source", "Stats", "TextKind", "Vectors", "Version", "Vetting",
    "VettingList", "Voucher", "WebReport", "add_register", "add_reviews", "find_files",
    "find_review", "follow_passage", "read_reviews", "search_reviews", "split_sentences", "watch",
    "without_secrets",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
