"""Sealed index folders: complete, hashed file by file, and never touched again.

Chroma changes its files by merely opening them, writes them in place and cannot survive a torn or
flipped byte (it may take the process down). So a finished index is sealed, and Chroma only ever
works on a copy whose bytes were held against the seal while they were copied.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ValidationError

from retrieval.errors import IndexBroken
from retrieval.record import Revision
from retrieval.record.database import sync

MANIFEST = "manifest.json"
FORMAT = 2
"""Raised when the index is made in another way: older indexes are then rebuilt."""
_CHUNK = 1 << 20


class Manifest(BaseModel, frozen=True, extra="forbid"):
    """What a sealed folder holds."""

    format: int = FORMAT
    library: str
    embedder: str
    revision: Revision
    count: int
    files: dict[str, str]
    """sha256 by path within the folder, of every file but the manifest."""
    seal: str = ""
    """sha256 of the rest of the manifest."""

    def sealed(self) -> Self:
        return self.model_copy(update={"seal": self._digest()})

    @property
    def intact(self) -> bool:
        return self.seal == self._digest()

    def _digest(self) -> str:
        told = json.dumps(self.model_dump(exclude={"seal"}), sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


def seal(folder: Path, library: str, embedder: str, revision: Revision, count: int) -> None:
    """Hash every file of `folder` and write the manifest, all of it through to the disk."""
    files = {}
    for path in _files(folder):
        files[path.relative_to(folder).as_posix()] = _digest(path)
        sync(path)
    manifest = Manifest(
        library=library, embedder=embedder, revision=revision, count=count, files=files
    )
    target = folder / MANIFEST
    target.write_text(manifest.sealed().model_dump_json(indent=1), "utf-8")
    for path in (target, *(p for p in folder.rglob("*") if p.is_dir()), folder):
        sync(path)


def manifest_of(folder: Path) -> Manifest:
    """Read the manifest alone.

    Raises:
        IndexBroken: it is missing, changed or of another format.
    """
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        raise _broken(folder, "its manifest is missing or unreadable") from error
    if not manifest.intact or manifest.format != FORMAT:
        raise _broken(folder, "its manifest is changed or of another format")
    return manifest


def inspect(folder: Path) -> Manifest:
    """Hold every file against the manifest.

    Raises:
        IndexBroken: a file is missing, added, or not what was sealed.
    """
    return _held(folder, None)


def copy(folder: Path, target: Path) -> Manifest:
    """Copy a sealed folder's files to the empty folder `target`, holding them against the manifest.

    Raises:
        IndexBroken: as `inspect`; then nothing in `target` may be used.
    """
    return _held(folder, target)


def _held(folder: Path, target: Path | None) -> Manifest:
    manifest = manifest_of(folder)
    try:
        found = {p.relative_to(folder).as_posix(): p for p in _files(folder)}
        found.pop(MANIFEST, None)
        if found.keys() != manifest.files.keys():
            raise _broken(folder, "a file is missing or added")
        for name, path in found.items():
            if _digest(path, target and target / name) != manifest.files[name]:
                raise _broken(folder, f"{name} is not what was sealed")
    except OSError as error:
        raise _broken(folder, f"a file cannot be read or copied ({error})") from error
    return manifest


def _digest(path: Path, copied_to: Path | None = None) -> str:
    digest = hashlib.sha256()
    if copied_to is not None:
        copied_to.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as file, (copied_to or Path(os.devnull)).open("wb") as copied:
        while block := file.read(_CHUNK):
            digest.update(block)
            copied.write(block)
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*")) if p.is_symlink() or not p.is_dir())


def _broken(folder: Path, why: str) -> IndexBroken:
    return IndexBroken(
        f"The index in {folder} is damaged: {why}.",
        "It is rebuilt from the record by itself; `verdict library verify --repair` does it now.",
    )
