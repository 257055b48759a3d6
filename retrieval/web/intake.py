"""Pages into the library: visited, read, kept as they came, stored; one batch after the other.

Nothing is lost to a kill: the archive is written first, then each source with its events, then what
is known of its page. What is missing of that is made good by the next visit, which finds the same.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel

from retrieval.errors import FetchFailed, LibraryError, SourceRefused, SourceUnreadable
from retrieval.ingestion import ORIGINS, Ingestion, Refusal
from retrieval.library import Library
from retrieval.loaders import Document
from retrieval.loaders.frontmatter import FrontMatter
from retrieval.loaders.isolation import FileLoader
from retrieval.record import Record
from retrieval.record.history import Page, Seen
from retrieval.types import Notice
from retrieval.vetting import Vetting, VettingList, parse_address
from retrieval.web import factchecks
from retrieval.web.archive import Archive
from retrieval.web.fetching import GONE, Admits, Fetched, Fetcher, check_address, plain_address
from retrieval.web.notices import find_notices
from retrieval.web.pages import OWN_COPY, find_statements, name_source, read_page

LOG = logging.getLogger(__name__)

BATCH = 32
"""Pages stored at a time; as many are fetched again after a kill."""
TRIES = 5
"""How often an address that a feed names is tried before it is given up."""
STAMP = "%Y-%m-%dT%H:%M:%SZ"
END = Literal["added", "changed", "unchanged", "gone", "refused", "failed"]

Step = Callable[[int, str], None]
"""Called with pages visited and the address at hand."""


class Visit(BaseModel, frozen=True, extra="forbid"):
    """An address to ask for."""

    url: str
    page: Page | None = None
    """What is known of it, where a source comes from there."""
    dated: date | None = None
    """Its date as a feed or the library has it, for pages that name none."""
    tries: int = 0
    """How often it was tried before."""
    is_asked: bool = False
    """A person asks for it by name: then a source that was removed may come back."""


class WebReport(BaseModel, frozen=True, extra="forbid"):
    """What became of every address. Sources are given by id."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    """Their pages answer 404 or 410; the sources stay."""
    refused: tuple[Refusal, ...] = ()
    failed: tuple[Refusal, ...] = ()
    """Could not be had this time."""
    notices: tuple[Notice, ...] = ()
    """New ones: corrections, retractions."""
    waiting: int = 0
    """Addresses of feeds that are left to the next pass."""


class _Result(BaseModel, frozen=True, extra="forbid"):
    """What a visit brought."""

    visit: Visit
    end: END
    source_id: str = ""
    reason: str = ""
    answer: Fetched | None = None
    documents: tuple[Document, ...] = ()
    """The page, and the fact-checks that it states."""
    notices: tuple[Notice, ...] = ()


class Intake:
    """Brings pages into one library, by one vetting list."""

    def __init__(self, library: Library, vetting: Vetting, fetcher: Fetcher) -> None:
        self._library, self._vetting, self._fetcher = library, vetting, fetcher

    def fetch(self, urls: Sequence[str]) -> WebReport:
        """Bring the pages at `urls` in, or look again at those that are there.

        Raises:
            LibraryError: the record, the archive or the embedder failed, or another process kept
                writing; what was stored before stays.
        """
        visits: list[Visit] = []
        refused: list[Refusal] = []
        for url in dict.fromkeys(urls):
            try:
                plain = plain_address(check_address(url))
            except SourceRefused as error:
                refused.append(Refusal(path=url, reason=str(error)))
                continue
            page = self._library.history.page_at(plain)
            visits.append(Visit(url=plain, page=page, is_asked=True))
        report = self.bring(visits)
        return WebReport(**{**dict(report), "refused": (*refused, *report.refused)})

    def bring(self, visits: Sequence[Visit], step: Step = lambda done, name: None) -> WebReport:
        """Make visits and store what they bring; origins are worked out at the end."""
        results: list[_Result] = []
        new: list[Notice] = []
        with FileLoader() as loader:
            for batch in _split(visits, BATCH):
                read: list[_Result] = []
                for visit in batch:
                    step(len(results) + len(read), visit.url)
                    read.append(self._visit(visit, loader))
                stored, noticed = self._store(read)
                results += stored
                new += noticed
        if self._library.history.is_due(ORIGINS):  # by this run, or by one that was killed
            with self._library.writer("working out origins") as record:
                self._ingestion(record).settle_origins()
        return _report(results, new)

    def _visit(self, visit: Visit, loader: FileLoader) -> _Result:
        page = visit.page
        etag, modified = (page.etag, page.modified) if page and not page.gone else (None, None)
        source_id = page.source_id if page else ""
        try:
            answer = self._fetcher.fetch(
                visit.url, self.admits(visit.url), etag=etag, modified=modified
            )
            if answer.status == 304:
                return _Result(visit=visit, end="unchanged", source_id=source_id, answer=answer)
            if answer.status in GONE or (page and _leads_home(visit.url, answer.address)):
                return _explain_gone(visit, answer, source_id)
            return self._read(visit, answer, loader)
        except FetchFailed as error:
            return _Result(visit=visit, end="failed", source_id=source_id, reason=str(error))
        except (SourceRefused, SourceUnreadable) as error:
            return _Result(visit=visit, end="refused", source_id=source_id, reason=str(error))
        except LibraryError:
            raise  # of the record
        # The boundary: whatever a page makes its readers raise is told of this page alone.
        except Exception as error:
            LOG.exception("reading %s", visit.url)
            reason = f"{visit.url} could not be read ({type(error).__name__}). {OWN_COPY}"
            return _Result(visit=visit, end="refused", source_id=source_id, reason=reason)

    def _read(self, visit: Visit, answer: Fetched, loader: FileLoader) -> _Result:
        place = plain_address(answer.address)
        if not visit.is_asked and visit.page is None:
            met = self._library.history.seen([place]).get(place)
            if met and met.fate == "removed":
                raise SourceRefused(f"{place} was removed.", "Fetch it by its address to have it.")
        source_id = visit.page.source_id if visit.page else name_source(place)
        read = read_page(answer, source_id, loader)
        statements = find_statements(answer.body)
        document = self._rename(read, visit)
        checks = factchecks.reviews_in(
            statements, answer.address, self.name_publisher(answer.address, None) or ""
        )
        today, said = self._fetcher.now().date(), f"{document.title}\n{document.text}"
        return _Result(
            visit=visit,
            end="unchanged",
            source_id=source_id,
            answer=answer,
            documents=(
                document,
                *(factchecks.make_document(one, document.meta.publisher) for one in checks),
            ),
            notices=tuple(find_notices(source_id, said, statements, today, answer.address)),
        )

    def _rename(self, read: Document, visit: Visit) -> Document:
        """The document under its publisher's name, with the date that it states or others know."""
        published = read.meta.published or visit.dated
        if published is None and visit.page is not None:
            with suppress(LibraryError):  # removed meanwhile: then it comes back without a date
                published = self._library.source(visit.page.source_id).published
        url = str(read.meta.url)
        changed = {
            "publisher": self.name_publisher(url, read.meta.publisher),
            "published": published,
        }
        meta = FrontMatter(**(read.meta.model_dump() | changed))
        return Document(**(read.model_dump() | {"meta": meta}))

    def name_publisher(self, url: str, stated: str | None) -> str | None:
        """Who publishes at an address: told by the list, else by the page, else by the domain."""
        place = parse_address(url)
        if not isinstance(self._vetting, VettingList) or place is None:
            return stated or (place.registrable if place else None)
        here = self._vetting.publishers_at(place)
        return here[0].name if len(here) == 1 else stated

    def admits(self, first: str) -> Admits:
        """Which addresses a fetch of `first` may ask for.

        With a vetting list, those of its publishers; where a person vouches, those of one domain.
        """
        home, vetting = parse_address(first), self._vetting

        def admit(url: str) -> None:
            place = parse_address(url)
            if isinstance(vetting, VettingList):
                if place is None or not vetting.publishers_at(place):
                    vetting.admit(FrontMatter(url=url), url)  # which says why not
            elif place is None or home is None or place.registrable != home.registrable:
                raise SourceRefused(
                    f"{first} leads on to {url}, which nobody vouched for.",
                    "Fetch that address itself if it deserves trust.",
                )

        return admit

    def _ingestion(self, record: Record) -> Ingestion:
        today = self._fetcher.now().date()
        return Ingestion(record, self._library.embedder, self._vetting, today)

    def _store(self, read: Sequence[_Result]) -> tuple[list[_Result], list[Notice]]:
        """Write a batch down: answers, sources, then pages, addresses and notices."""
        with self._library.writer("storing pages", settle=False) as record:
            states = record.source_states([one.source_id for one in read])
            stored = {id_: state.sha256 for id_, state in states.items()}
            Archive(self._library.directory, record.history, record.machine).keep(
                one.answer
                for one in read
                if one.answer and one.documents
                if stored.get(one.source_id) != one.documents[0].sha256
            )
            documents = [document for one in read for document in one.documents]
            # Two addresses may lead to one page.
            unique = list({document.id: document for document in documents}.values())
            ends: dict[str, END] = {}
            reasons: dict[str, str] = {}
            if unique:
                told = self._ingestion(record).add_documents(unique, settle=False)
                reasons = {one.path: one.reason for one in told.refused}
                ends |= dict.fromkeys(told.added, "added")
                ends |= dict.fromkeys(told.replaced, "changed")
            results = [_settle(one, ends, reasons) for one in read]
            now = self._fetcher.now().strftime(STAMP)
            pages = [page for one in results if (page := _page_after(one, now))]
            met = [_seen_after(one, now) for one in results if one.visit.page is None]
            record.history.keep(pages, met)
            there = {page.source_id for page in pages}
            notices = [n for one in results for n in one.notices if n.source_id in there]
            return results, record.history.notice(notices)


def _split(visits: Sequence[Visit], size: int) -> Iterator[tuple[Visit, ...]]:
    """Batches of visits, the hosts in turn, so that the pauses of one are used for the others."""
    hosts: dict[str, int] = defaultdict(int)
    ranked: list[tuple[int, int]] = []
    for number, visit in enumerate(visits):
        host = urlsplit(visit.url).netloc
        ranked.append((hosts[host], number))
        hosts[host] += 1
    in_turn = [visits[number] for _, number in sorted(ranked)]
    yield from (tuple(in_turn[at : at + size]) for at in range(0, len(in_turn), size))


def _leads_home(url: str, address: str) -> bool:
    """Whether an article's address leads to a front page now: the article is not there."""
    return urlsplit(url).path.strip("/") != "" and urlsplit(address).path.strip("/") == ""


def _explain_gone(visit: Visit, answer: Fetched, source_id: str) -> _Result:
    why = f"answers {answer.status}" if answer.status in GONE else "leads to the front page"
    if not source_id:
        return _Result(
            visit=visit, end="refused", reason=f"{visit.url} {why}: there is no page. Check it."
        )
    end: END = "unchanged" if visit.page and visit.page.gone else "gone"
    return _Result(visit=visit, end=end, source_id=source_id, answer=answer)


def _settle(one: _Result, ends: dict[str, END], reasons: dict[str, str]) -> _Result:
    """The result of a visit, after its page went into the record or was refused."""
    if not one.documents:
        return one
    reason = reasons.get(one.documents[0].path)
    end: END = "refused" if reason else ends.get(one.source_id, "unchanged")
    where = str(one.documents[0].meta.url)
    told = (reason or "").replace(one.documents[0].path, where)
    return _Result(**{**dict(one), "end": end, "reason": told})


def _page_after(one: _Result, now: str) -> Page | None:
    """What is known of the page behind a source now; None where there is no source."""
    page, answer = one.visit.page, one.answer
    if page and (one.end in {"refused", "failed", "gone"} or (answer and not one.documents)):
        failures = page.failures + 1 if one.end in {"refused", "failed"} else 0
        gone = one.end == "gone" or page.gone
        changed = {"checked": now, "failures": failures, "gone": gone}
        return Page(**(page.model_dump() | changed))
    if one.end in {"refused", "failed"} or answer is None:
        return None
    return Page(
        source_id=one.source_id,
        url=page.url if page else plain_address(answer.address),
        checked=now,
        etag=answer.header("etag"),
        modified=answer.header("last-modified"),
    )


def _seen_after(one: _Result, now: str) -> Seen:
    fate = one.end if one.end in {"refused", "failed"} else "kept"
    tries = one.visit.tries + 1
    return Seen.model_validate(
        {"address": one.visit.url, "fate": fate, "at": now, "tries": tries, "reason": one.reason}
    )


def _report(results: Iterable[_Result], new: Sequence[Notice]) -> WebReport:
    by_end: dict[str, dict[str, None]] = defaultdict(dict)
    told: dict[str, list[Refusal]] = defaultdict(list)
    for one in results:
        if one.end in {"refused", "failed"}:
            told[one.end].append(Refusal(path=one.visit.url, reason=one.reason))
        else:
            by_end[one.end][one.source_id] = None
    ids = {name: tuple(by_end[name]) for name in ("added", "changed", "unchanged", "gone")}
    return WebReport(
        **ids, refused=tuple(told["refused"]), failed=tuple(told["failed"]), notices=tuple(new)
    )
