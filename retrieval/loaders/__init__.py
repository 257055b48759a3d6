"""Files to documents: one small module a format, imported when its first file is met."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from retrieval.errors import SourceUnreadable
from retrieval.loaders.document import MAX_BYTES, MAX_BYTES_MULTI, Document, RawFile, read_raw

Loader = Callable[[RawFile], tuple[Document, ...]]
"""The bytes of one file to the documents in it; raises `SourceUnreadable`."""

LOADERS: Mapping[str, str] = {
    ".md": "text:markdown",
    ".markdown": "text:markdown",
    ".txt": "text:plain",
    ".html": "html:html",
    ".htm": "html:html",
    ".pdf": "pdf:pdf",
    ".docx": "docx:docx",
    ".jsonl": "text:jsonl",
}
"""Suffix to `module:function` of this package. A new format is a new module and a line here."""

MULTI_DOCUMENT = frozenset({".jsonl"})
"""Formats whose files hold many documents, and may be that much larger."""


def read_file(path: Path) -> RawFile:
    """Read the bytes of a file that a loader exists for.

    Raises:
        SourceUnreadable: unknown suffix, too large, it cannot be opened, or its name is no text.
    """
    if (name := printable(path)) != str(path):
        raise SourceUnreadable(f"The name of {name} is no UTF-8 text.", "Rename it and add it.")
    suffix = path.suffix.lower()
    if suffix not in LOADERS:
        raise SourceUnreadable(
            f"{path}: files of type {suffix or '(no suffix)'} cannot be read.",
            f"Readable are {', '.join(LOADERS)}.",
        )
    return read_raw(path, MAX_BYTES_MULTI if suffix in MULTI_DOCUMENT else MAX_BYTES)


def printable(text: Path | Exception) -> str:
    """A path or message as it can be printed, with a question mark for what is no UTF-8."""
    return str(text).encode("utf-8", "replace").decode()


def load(raw: RawFile) -> tuple[Document, ...]:
    """Make documents of a file.

    Raises:
        SourceUnreadable: the file is not what its suffix says, or has nothing to cite.
    """
    module, function = LOADERS[raw.path.suffix.lower()].split(":")
    loader: Loader = getattr(import_module(f"retrieval.loaders.{module}"), function)
    return loader(raw)


__all__ = ["LOADERS", "Document", "Loader", "RawFile", "load", "printable", "read_file"]
