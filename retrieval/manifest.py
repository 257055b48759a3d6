"""The manifest of a finished index folder: a hash of every file in it.

Chroma changes its files by merely opening them, writes them in place and cannot survive a torn or
flipped byte (it may take the process down). So a finished index gets a manifest and is never
changed again; Chroma only ever works on a copy whose bytes were checked while they were copied.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ValidationError

from retrieval.errors import IndexBroken
from retrieval.record import Revision
from retrieval.record.database import flush_to_disk

MANIFEST = "manifest.json"
FORMAT = 3
"""Raised when the index is made in another way: older indexes are then rebuilt."""
_BLOCK = 1 << 20


class Manifest(BaseModel, frozen=True, extra="forbid"):
    """What a finished folder holds."""

    format: int = FORMAT
    library: str
    embedder: str
    revision: Revision
    count: int
    files: dict[str, str]
    """sha256 by path within the folder, of every file but the manifest."""
    checksum: str = ""
    """sha256 of the rest of the manifest."""

    def compute_checksum(self) -> str:
        rest = json.dumps(self.model_dump(exclude={"checksum"}), sort_keys=True)
        return hashlib.sha256(rest.encode()).hexdigest()


def write_manifest(
    folder: Path, library: str, embedder: str, revision: Revision, count: int
) -> None:
    """Hash every file of `folder` and write the manifest, all of it through to the disk."""
    files: dict[str, str] = {}
    for path in _list_files(folder):
        files[path.relative_to(folder).as_posix()] = _hash_file(path)
        flush_to_disk(path)
    facts: dict[str, object] = {
        "library": library,
        "embedder": embedder,
        "revision": revision,
        "count": count,
    }
    facts |= {"files": files}
    checksum = Manifest.model_validate(facts).compute_checksum()
    manifest = Manifest.model_validate(facts | {"checksum": checksum})
    target = folder / MANIFEST
    target.write_text(manifest.model_dump_json(indent=1), "utf-8")
    for path in (target, *(p for p in folder.rglob("*") if p.is_dir()), folder):
        flush_to_disk(path)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest alone.

    Raises:
        IndexBroken: it is missing, changed or of another format.
    """
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        raise _damage_error(folder, "its manifest is missing or unreadable") from error
    if manifest.checksum != manifest.compute_checksum() or manifest.format != FORMAT:
        raise _damage_error(folder, "its manifest is changed or of another format")
    return manifest


def verify_folder(folder: Path) -> Manifest:
    """Compare every file of a finished folder with its manifest.

    Raises:
        IndexBroken: a file is missing, added, or not what it was.
    """
    return _verify(folder, None)


def copy_verified(folder: Path, target: Path) -> Manifest:
    """Copy a finished folder's files to the empty folder `target`, checking them on the way.

    Raises:
        IndexBroken: as `verify_folder`; then nothing in `target` may be used.
    """
    return _verify(folder, target)


def _verify(folder: Path, target: Path | None) -> Manifest:
    manifest = read_manifest(folder)
    try:
        found = {p.relative_to(folder).as_posix(): p for p in _list_files(folder)}
        found.pop(MANIFEST, None)
        if found.keys() != manifest.files.keys():
            raise _damage_error(folder, "a file is missing or added")
        for name, path in found.items():
            if _hash_file(path, target and target / name) != manifest.files[name]:
                raise _damage_error(folder, f"{name} is not what it was")
    except OSError as error:
        raise _damage_error(folder, f"a file cannot be read or copied ({error})") from error
    return manifest


def _hash_file(path: Path, copy_to: Path | None = None) -> str:
    digest = hashlib.sha256()
    if copy_to is not None:
        copy_to.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as file, (copy_to or Path(os.devnull)).open("wb") as copy:
        while block := file.read(_BLOCK):
            digest.update(block)
            copy.write(block)
    return digest.hexdigest()


def _list_files(folder: Path) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*")) if p.is_symlink() or not p.is_dir())


def _damage_error(folder: Path, why: str) -> IndexBroken:
    return IndexBroken(
        f"The index in {folder} is damaged: {why}.",
        "It is rebuilt from the record by itself; `verdict library verify --repair` does it now.",
    )
