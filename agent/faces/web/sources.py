"""The library as editors see it: what is in it, who cites it, what is brought in and taken out."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from agent import bootstrap
from agent.faces.exit_codes import BadInput
from agent.faces.web.accounts import User
from agent.render.wording import NOTICES
from agent.review.port import Reviews
from agent.types import Value
from retrieval import AddReport, Filters, Hit, Library, Notice, Passage, Source, Voucher

STAGING: Final = "uploads"
"""Folder beside the library in which uploaded files stay: a source knows its file."""
SUFFIXES: Final = (".md", ".markdown", ".txt", ".html", ".htm", ".pdf", ".docx")
FRONT: Final = ("id", "title", "publisher", "url", "published", "kind", "tier", "text")
"""Fields that an upload may say of itself, as in front matter."""
NOTED: Final = ".sources"
"""Ending of the note beside an uploaded file that names the sources that came of it."""
MOST_FOUND: Final = 50


class News(Value):
    """What was heard of a source since it was stored."""

    notices: tuple[Notice, ...] = ()
    """What its publisher or a register says of it, oldest first."""
    gone: bool = False
    """Its page is not on the web any more; the stored text stays."""
    asked: str = ""
    """When its page was last asked for, UTC; empty where it was brought in as a file."""

    @property
    def marks(self) -> tuple[str, ...]:
        """In a word or two: `retracted`, `page gone`."""
        kinds = dict.fromkeys(NOTICES[notice.kind] for notice in self.notices)
        return (*kinds, *(("page gone",) if self.gone else ()))


class Shown(News):
    """A source with its stored text and the passages that can be cited."""

    source: Source
    text: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Shelf:
    """The library, with drafts told of what changes in it."""

    library: Library
    reviews: Reviews

    def rows(self, search: str = "", tier: int | None = None) -> list[Source]:
        """Sources whose id, title or publisher has the words, by id."""
        words = search.casefold().split()
        return [
            source
            for source in self.library.sources()
            if (tier is None or source.tier == tier)
            and all(w in f"{source.id} {source.title} {source.publisher}".casefold() for w in words)
        ]

    def find(self, source: str) -> Source:
        """One source.

        Raises:
            UnknownSource: the library has none of this id.
        """
        found = next((s for s in self.library.sources() if s.id == source), None)
        if found is None:
            raise UnknownSource(
                f"There is no source {source[:120]!r} in the library. It may have been removed."
            )
        return found

    def show(self, source: str) -> Shown:
        """A source with its text.

        Raises:
            UnknownSource: the library has none of this id.
        """
        found = self.find(source)
        return Shown(
            **dict(self.news(source)),
            source=found,
            text=self.library.snapshot(source),
            passages=tuple(self.library.passages(source)),
        )

    def news(self, source: str) -> News:
        """What was heard of a source; nothing, where the library does not hold it."""
        history = self.library.history
        page = history.page(source)
        return News(
            notices=tuple(history.notices(source)),
            gone=page is not None and page.gone,
            asked=page.checked if page else "",
        )

    def all_news(self) -> dict[str, News]:
        """The same of every source of which anything was heard, by id."""
        notices: dict[str, list[Notice]] = {}
        for notice in self.library.history.notices():
            notices.setdefault(notice.source_id, []).append(notice)
        gone = {page.source_id for page in self.library.history.pages() if page.gone}
        return {
            source: News(notices=tuple(notices.get(source, ())), gone=source in gone)
            for source in (*notices, *gone)
        }

    def search(self, query: str, k: int = 8, filters: Filters | None = None) -> list[Hit]:
        """Passages that fit best."""
        return self.library.search(query, min(k, MOST_FOUND), filters or Filters())

    def add(
        self, user: User, filename: str, content: BinaryIO, said: dict[str, str] | None = None
    ) -> AddReport:
        """Bring one file in, vouched for by a person; drafts that cite what it replaces are marked.

        Args:
            user: who vouches for it.
            filename: as the person's machine has it: data, only its ending decides anything.
            content: the file.
            said: front matter in the fields of `FRONT`, where the file has none; empty ones count
                as not said. With the `id` of an uploaded source the file takes its place.

        Raises:
            BadInput: the ending is none that can be read.
            LibraryBusy: another process kept writing.
        """
        front = {k: v for k, v in (said or {}).items() if k in FRONT and v.strip()}
        data = content.read()
        staged = self._stage(filename, data, front)
        report = self.library.add([staged.path], Voucher(person=user.name), today=bootstrap.today())
        if report.refused:
            staged.undo()
        else:
            staged.remember(*report.added, *report.replaced, *report.unchanged)
        for source in (*report.replaced, *report.removed):
            self.reviews.mark_for_recheck(source)
        return report

    def remove(self, source: str) -> list[str]:
        """Take a source out of the library; return the drafts that cite it.

        Raises:
            UnknownSource: the library has none of this id.
        """
        self.find(source)
        self.library.remove(source)
        _delete_files(self.library.directory / STAGING, source)
        return self.reviews.mark_for_recheck(source)

    def _stage(self, filename: str, data: bytes, front: dict[str, str]) -> "_Staged":
        name = filename.replace("\\", "/").rpartition("/")[2]
        stem, dot, ending = name.rpartition(".")
        suffix = f".{ending.lower()}" if dot else ""
        if suffix not in SUFFIXES:
            raise BadInput(f"Files of this kind cannot be read. Readable: {', '.join(SUFFIXES)}.")
        identity = front.get("id", "")
        slug = re.sub(r"[^a-z0-9]+", "-", (identity or stem).lower()).strip("-")[:40] or "source"
        tag = hashlib.sha256(identity.encode() if identity else data).hexdigest()[:16]
        folder = self.library.directory / STAGING
        folder.mkdir(mode=0o700, exist_ok=True)
        return _Staged.write(folder / f"{slug}-{tag}{suffix}", data, front)


class UnknownSource(Exception):
    """The library has no source of this id."""


@dataclass(frozen=True)
class _Staged:
    """A file in the staging folder, and what was there before."""

    path: Path
    before: tuple[bytes | None, bytes | None]

    @classmethod
    def write(cls, path: Path, data: bytes, front: dict[str, str]) -> "_Staged":
        staged = cls(path, (_content(path), _content(_front_of(path))))
        path.write_bytes(data)
        if front:  # JSON is YAML; whatever was typed stays a string of its field
            typed = {k: int(v) if k == "tier" and v.isdecimal() else v for k, v in front.items()}
            _front_of(path).write_text(json.dumps(typed), "utf-8")
        else:
            _front_of(path).unlink(missing_ok=True)
        return staged

    def undo(self) -> None:
        """Put back what was there before a file that was refused."""
        for path, content in zip((self.path, _front_of(self.path)), self.before, strict=True):
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)

    def remember(self, *sources: str) -> None:
        """Note which sources came of it, so that it goes when they go."""
        self.path.with_name(f"{self.path.name}{NOTED}").write_text(json.dumps(sources), "utf-8")


def _delete_files(folder: Path, source: str) -> None:
    """Delete the uploaded files of which a source came: its text leaves the disk."""
    for noted in folder.glob(f"*{NOTED}"):
        if source in json.loads(noted.read_text("utf-8")):
            path = noted.with_name(noted.name.removesuffix(NOTED))
            for one in (path, _front_of(path), noted):
                one.unlink(missing_ok=True)


def _front_of(path: Path) -> Path:
    """Where front matter lies beside a file."""
    return path.with_name(f"{path.name}.yaml")


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
