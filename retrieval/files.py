"""Files to add: those of folders at any depth, and what of them is passed over."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel

from retrieval.errors import SourceUnreadable
from retrieval.loaders import LOADERS

_ABOUT_THE_FOLDER = ("readme", "license", "licence", "notice")


class FoundFiles(BaseModel, frozen=True):
    """Files to load, those of a folder that were passed over, and links that lead nowhere."""

    files: tuple[Path, ...]
    skipped: tuple[Path, ...]
    broken: tuple[Path, ...] = ()


def find_files(paths: Iterable[Path]) -> FoundFiles:
    """List files, in order, each once. A folder gives its files at any depth, by name.

    Passed over in a folder, and reported, are formats without a loader and files about the folder
    itself (README, LICENSE); hidden files and the front matter beside a file are simply not listed.
    A link that leads nowhere is reported and stops nothing.

    Raises:
        SourceUnreadable: a path is missing, or a folder has nothing to load.
    """
    files: dict[Path, None] = {}
    skipped: dict[Path, None] = {}
    broken: dict[Path, None] = {}
    for given in paths:
        path = resolve_link(given)
        if path is None:
            broken[given.absolute()] = None
            continue
        if not path.exists():
            raise SourceUnreadable(f"There is no file or folder {path}.", "Check the path.")
        if not path.is_dir():
            files[path] = None
            continue
        held = [one for one in sorted(path.rglob("*")) if not _is_hidden(one, path)]
        listed = [one for one in held if _is_listed(one)]
        loadable = [one for one in listed if _is_loadable(one)]
        broken |= dict.fromkeys(one for one in held if one.is_symlink() and not _exists(one))
        if not loadable and not broken:
            raise SourceUnreadable(
                f"The folder {path} holds no file that can be loaded.",
                f"Loaded are {', '.join(LOADERS)}.",
            )
        files |= dict.fromkeys(loadable)
        skipped |= dict.fromkeys(set(listed) - set(loadable))
    left_out = tuple(sorted(set(skipped) - set(files)))
    return FoundFiles(files=tuple(files), skipped=left_out, broken=tuple(broken))


def resolve_link(path: Path) -> Path | None:
    """Where a path leads; None for a link that leads nowhere, or round in a circle."""
    if path.is_symlink() and not _exists(path):
        return None
    return path.resolve()


def explain_broken_link(path: Path) -> SourceUnreadable:
    """Say that a link leads nowhere."""
    return SourceUnreadable(f"{path} is a link to nothing.", "Correct the link, or remove it.")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a link that leads back to itself
        return False


def _is_listed(path: Path) -> bool:
    is_sidecar = path.suffix == ".yaml" and path.with_suffix("").suffix in LOADERS
    return path.is_file() and not is_sidecar


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _is_loadable(path: Path) -> bool:
    return path.suffix.lower() in LOADERS and path.stem.lower() not in _ABOUT_THE_FOLDER
