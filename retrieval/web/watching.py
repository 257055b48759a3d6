"""Watching: new articles of vetted publishers come in, and what is there is looked at again."""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from retrieval.errors import FetchFailed, LibraryError, SourceRefused, SourceUnreadable
from retrieval.ingestion import Refusal
from retrieval.library import Library
from retrieval.loaders.isolation import FileLoader
from retrieval.locks import FileLock
from retrieval.record.history import Feed
from retrieval.vetting import VettingList, parse_address
from retrieval.web.feeds import LOADER, Entry, Listing, read_apart
from retrieval.web.fetching import Fetcher, check_address, plain_address
from retrieval.web.intake import STAMP, TRIES, Intake, Visit, WebReport

LOG = logging.getLogger(__name__)

MOST = 500
"""Pages asked for in one pass; the others wait for the next."""
MAPS = 20
"""Sitemaps read of one index."""
FIRST = timedelta(days=2)
"""How far back a sitemap is read the first time: it lists all that a publisher ever had."""
OVERLAP = timedelta(days=1)
AGES = ((7, 1), (30, 7), (10**6, 30))
"""Days since publication up to which a page is looked at again, and after how many days each."""

Progress = Callable[[int, int, str], None]


def watch(
    library: Library,
    vetting: VettingList,
    fetcher: Fetcher,
    *,
    most: int = MOST,
    progress: Progress = lambda done, total, name: None,
) -> WebReport:
    """Make one pass: read the feeds of the vetting list, then visit what is new and what is due.

    Args:
        library: what the pages go into.
        vetting: whose `feeds` are read; only addresses of its publishers are visited.
        fetcher: fetches; its clock says what is due.
        most: pages visited at most.
        progress: called before each page.

    Raises:
        LibraryBusy: another process watches, or keeps writing.
        LibraryError: see `Intake.fetch`.
    """
    with FileLock(library.directory / "watch.lock", "watching"):
        one_pass = _Pass(library, vetting, fetcher)
        new = one_pass.find_new()
        visits = [*new[:most], *one_pass.find_due()]
        chosen = visits[:most]
        report = one_pass.intake.bring(chosen, lambda done, name: progress(done, len(chosen), name))
        progress(len(chosen), len(chosen), "")
        one_pass.close_feeds(left={visit.url for visit in new[most:]})
        failed = (*one_pass.failed, *report.failed)
        waiting = len(new) + len(visits) - len(new[:most]) - len(chosen)
        return WebReport(**{**dict(report), "failed": failed, "waiting": waiting})


class _Pass:
    """One pass: the feeds read, and what they named."""

    def __init__(self, library: Library, vetting: VettingList, fetcher: Fetcher) -> None:
        self._library, self._vetting, self._fetcher = library, vetting, fetcher
        self.intake = Intake(library, vetting, fetcher)
        self.failed: list[Refusal] = []
        self._read: list[tuple[Feed, set[str]]] = []
        self._reader = FileLoader(loading=LOADER)

    def find_new(self) -> list[Visit]:
        """Addresses that feeds name, that are vetted, and that were not met before."""
        named: dict[str, Entry] = {}
        with self._reader:
            for url in (feed for entry in self._vetting.publisher for feed in entry.feeds):
                for entry in self._read_feed(url):
                    named.setdefault(plain_address(entry.address), entry)
        met = self._library.history.seen(named)
        fresh: list[Visit] = []
        for url, entry in named.items():
            known = met.get(url)
            if known and (known.fate != "failed" or known.tries >= TRIES):
                continue
            if known is None and self._library.history.page_at(url):
                continue
            tries = known.tries if known else 0
            fresh.append(Visit(url=url, dated=entry.dated, tries=tries))
        return fresh

    def find_due(self) -> list[Visit]:
        """Pages that have not been asked for as long as their age allows."""
        now = self._fetcher.now()
        due = self._library.history.pages_due(lambda checked, day: _is_due(checked, day, now))
        return [Visit(url=page.url, page=page, dated=dated) for page, dated in due]

    def close_feeds(self, left: set[str]) -> None:
        """Remember what a feed was like, unless something that it names is still to be had."""
        met = self._library.history.seen({url for _, urls in self._read for url in urls})
        open_ = left | {url for url, one in met.items() if one.fate == "failed"}
        rows = [
            feed if not urls & open_ else Feed(url=feed.url, checked=feed.checked)
            for feed, urls in self._read
        ]
        with self._library.writer("watching") as record:
            record.history.keep(read=rows)

    def _read_feed(self, url: str) -> list[Entry]:
        """What a feed or sitemap names at vetted addresses; a failure is reported, not raised."""
        known = self._library.history.feed(url)
        try:
            listing, row = self._fetch_listing(url, known)
            if listing is None:
                return []
            since = _start_of(known, self._fetcher.now())
            entries = listing.entries
            if listing.is_sitemap:
                entries = tuple(self._read_maps(entries, since))
        except (FetchFailed, SourceRefused, SourceUnreadable) as error:
            self.failed.append(Refusal(path=url, reason=str(error)))
            return []
        except LibraryError:
            raise  # of the record
        # The boundary: whatever a feed makes its readers raise is told of this feed alone.
        except Exception as error:
            LOG.exception("reading %s", url)
            reason = f"{url} could not be read ({type(error).__name__}). Tell its publisher."
            self.failed.append(Refusal(path=url, reason=reason))
            return []
        vetted = [entry for entry in entries if self._is_vetted(entry.address)]
        if row:
            self._read.append((row, {plain_address(entry.address) for entry in vetted}))
        return vetted

    def _fetch_listing(self, url: str, known: Feed | None) -> tuple[Listing | None, Feed | None]:
        etag, modified = (known.etag, known.modified) if known else (None, None)
        admits = self.intake.admits(url)
        answer = self._fetcher.fetch(url, admits, etag=etag, modified=modified)
        if answer.status == 304:
            return None, None
        if answer.status != 200:
            raise FetchFailed(
                f"The feed {url} answers {answer.status}.", "Correct it in the vetting list."
            )
        now = self._fetcher.now().strftime(STAMP)
        row = Feed(
            url=url,
            checked=now,
            etag=answer.header("etag"),
            modified=answer.header("last-modified"),
        )
        return read_apart(answer.body, url, self._reader), row

    def _read_maps(self, entries: Iterable[Entry], since: date) -> Iterator[Entry]:
        """What a sitemap names since a day, those that it leads on to included."""
        recent = [entry for entry in entries if entry.dated and entry.dated >= since]
        yield from (entry for entry in recent if not entry.is_map)
        maps = [entry for entry in recent if entry.is_map]
        for entry in maps[-MAPS:]:
            listing, _ = self._fetch_listing(check_address(entry.address), None)
            if listing is None or not listing.is_sitemap:
                raise SourceUnreadable(f"{entry.address} is no sitemap.", "Tell its publisher.")
            yield from (e for e in listing.entries if not e.is_map and e.dated and e.dated >= since)

    def _is_vetted(self, address: str) -> bool:
        place = parse_address(address)
        return place is not None and bool(self._vetting.publishers_at(place))


def _start_of(known: Feed | None, now: datetime) -> date:
    if known is None:
        return (now - FIRST).date()
    return (datetime.strptime(known.checked, STAMP).replace(tzinfo=UTC) - OVERLAP).date()


def _is_due(checked: str, day: date, now: datetime) -> bool:
    """Whether a page of a day, asked for last at `checked`, is asked for again."""
    age = (now.date() - day).days
    days = next(after for most, after in AGES if age <= most)
    asked = datetime.strptime(checked, STAMP).replace(tzinfo=UTC)
    return now - asked >= timedelta(days=days)
