"""Vetted sources in, ranked passages out. Knows nothing of drafts or verdicts.

The names below are the door for whoever uses a library; each is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.errors import LibraryDamaged, LibraryError, LibraryMissing
    from retrieval.ingestion import AddReport, find_files
    from retrieval.library import Library, Stats
    from retrieval.locks import FileLock
    from retrieval.sentences import split_sentences
    from retrieval.types import (
        Embedder,
        Filters,
        Hit,
        Passage,
        Passages,
        Scope,
        Source,
        TextKind,
        Vectors,
    )
    from retrieval.verification import Difference
    from retrieval.vetting import Vetting, VettingList, Voucher

_MODULES = {
    "errors": ("LibraryDamaged", "LibraryError", "LibraryMissing"),
    "ingestion": ("AddReport", "find_files"),
    "library": ("Library", "Stats"),
    "locks": ("FileLock",),
    "sentences": ("split_sentences",),
    "types": (
        *("Embedder", "Filters", "Hit", "Passage", "Passages", "Scope", "Source"),
        *("TextKind", "Vectors"),
    ),
    "verification": ("Difference",),
    "vetting": ("Vetting", "VettingList", "Voucher"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "AddReport", "Difference", "Embedder", "FileLock", "Filters", "Hit", "Library",
    "LibraryDamaged", "LibraryError", "LibraryMissing", "Passage", "Passages", "Scope", "Source",
    "Stats", "TextKind", "Vectors", "Vetting", "VettingList", "Voucher", "find_files",
    "split_sentences",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
