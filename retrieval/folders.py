"""Which files an ingest is about."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel

from retrieval.errors import SourceUnreadable
from retrieval.loaders import LOADERS

_ABOUT_THE_FOLDER = ("readme", "license", "licence", "notice")


class Found(BaseModel, frozen=True):
    """Files to load, and those of a folder that were passed over."""

    files: tuple[Path, ...]
    skipped: tuple[Path, ...]


def find(paths: Iterable[Path]) -> Found:
    """List files, in order, each once. A folder gives its files at any depth, by name.

    Passed over in a folder, and reported, are formats without a loader and files about the folder
    itself (README, LICENSE); hidden files and the front matter beside a file are simply not listed.

    Raises:
        SourceUnreadable: a path is missing, or a folder has nothing to load.
    """
    files: dict[Path, None] = {}
    skipped: dict[Path, None] = {}
    for path in map(Path.resolve, paths):
        if not path.exists():
            raise SourceUnreadable(f"There is no file or folder {path}.", "Check the path.")
        if not path.is_dir():
            files[path] = None
            continue
        listed = [one for one in sorted(path.rglob("*")) if _is_listed(one, path)]
        loadable = [one for one in listed if _is_loadable(one)]
        if not loadable:
            raise SourceUnreadable(
                f"The folder {path} holds no file that can be loaded.",
                f"Loaded are {', '.join(LOADERS)}.",
            )
        files |= dict.fromkeys(loadable)
        skipped |= dict.fromkeys(set(listed) - set(loadable))
    return Found(files=tuple(files), skipped=tuple(sorted(set(skipped) - set(files))))


def _is_listed(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    speaks_for_another = path.suffix == ".yaml" and path.with_suffix("").suffix in LOADERS
    return path.is_file() and not hidden and not speaks_for_another


def _is_loadable(path: Path) -> bool:
    return path.suffix.lower() in LOADERS and path.stem.lower() not in _ABOUT_THE_FOLDER
