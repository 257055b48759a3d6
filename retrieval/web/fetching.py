"""Fetching one address: where it is vetted, what robots.txt leaves open, within limits."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx2
from protego import Protego
from pydantic import BaseModel

from retrieval.errors import FetchFailed, LibraryError, SourceRefused, SourceUnreadable
from retrieval.loaders.document import MAX_BYTES
from retrieval.vetting import parse_address
from retrieval.web.network import Dial, Guard, Resolve, Way, dial, explain_network, resolve_name

AGENT = "VerdictDesk"
"""The name that robots.txt may speak to."""
HEADERS = {
    "User-Agent": f"{AGENT}/0.2 (fact-checking desk)",
    "Accept": "text/html, application/xhtml+xml, application/pdf, text/plain, application/xml, */*",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "close",
}
ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CLOSED = {401: "a login", 402: "a payment", 403: "rights that we have not", 451: "another country"}
"""Statuses that close a page to us, and what the page wants."""
GONE = frozenset({404, 410})
_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid", "igshid")
_HOUR = 3_600.0

Admits = Callable[[str], None]
"""Raises `SourceRefused` for an address that may not be fetched."""


class FetchLimits(BaseModel, frozen=True, extra="forbid"):
    """What one fetch may take."""

    seconds: float = 30.0
    """By the clock, for each request; the pauses between them do not count."""
    bytes: int = MAX_BYTES
    """Of the body, packed or unpacked."""
    redirects: int = 5
    robots_bytes: int = 500_000
    """What of a robots.txt is read; RFC 9309 asks for as much."""
    pause: float = 1.0
    """Seconds between two requests to one host."""
    longest_pause: float = 30.0
    """Seconds that a robots.txt may ask for between two requests."""


class Fetched(BaseModel, frozen=True, extra="forbid"):
    """What a web server answered: 200 with a body, 304, 404 or 410 without."""

    url: str
    """As it was asked for."""
    address: str
    """Where the answer came from in the end."""
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    """Unpacked."""
    raw: bytes
    """As it came."""
    fetched: datetime

    def header(self, name: str) -> str | None:
        """A header's value, by its name in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), None)


class Fetcher:
    """Fetches addresses, politely: robots.txt is kept for an hour, each host gets its pause."""

    def __init__(
        self,
        limits: FetchLimits | None = None,
        *,
        resolve: Resolve = resolve_name,
        dial: Dial = dial,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Fetch within `limits`. What resolves, connects, waits and tells the time may be given."""
        self.limits, self.now = limits or FetchLimits(), now
        self._resolve, self._dial, self._sleep = resolve, dial, sleep
        self._rules: dict[str, tuple[float, Protego]] = {}
        self._asked: dict[str, float] = {}

    def fetch(
        self,
        url: str,
        admits: Admits,
        *,
        etag: str | None = None,
        modified: str | None = None,
        key: tuple[str, str] | None = None,
    ) -> Fetched:
        """Fetch an address that `admits` lets pass, and so for each that it leads on to.

        Args:
            url: http or https, at the usual port, without user name.
            admits: raises for what may not be fetched.
            etag: of what is there already; the answer may then be 304.
            modified: the same for its Last-Modified.
            key: a header that a service wants; it goes to every address that `admits` lets pass.

        Raises:
            SourceRefused: the address, what it leads to, or robots.txt forbids it; it wants a
                login or a payment; it is too large or packed in a way that is not known.
            FetchFailed: it cannot be had this time.
        """
        known = {"If-None-Match": etag, "If-Modified-Since": modified} | dict([key] if key else [])
        headers = HEADERS | {name: value for name, value in known.items() if value}
        where = check_address(url)
        for _ in range(self.limits.redirects + 1):
            admits(where)
            self._ask_robots(where)
            answer = self._request(where, headers, self.limits.bytes)
            if answer.status not in REDIRECTS:
                return self._judge(Fetched(**{**dict(answer), "url": url}))
            where = _follow(where, answer)
        raise SourceRefused(
            f"{url} leads on more than {self.limits.redirects} times.",
            "Give the address at which the page ends up in a browser.",
        )

    def _judge(self, answer: Fetched) -> Fetched:
        status = answer.status
        if status in {200, 304} | GONE:
            return answer
        if status in CLOSED:
            raise SourceRefused(
                f"{answer.address} answers {status}: it wants {CLOSED[status]}.",
                "Save the text that you may use and add the file.",
            )
        raise FetchFailed(f"{answer.address} answers {status}.", "Try again later.")

    def _request(self, url: str, headers: dict[str, str], most: int) -> Fetched:
        self._wait_for(url)
        seconds = self.limits.seconds
        deadline = time.monotonic() + seconds
        way = Way(Guard(self._resolve, self._dial, deadline))
        body = bytearray()
        with (
            explain_network(url, seconds),
            httpx2.Client(
                transport=way, trust_env=False, follow_redirects=False, timeout=seconds
            ) as client,
            client.stream("GET", url, headers=headers) as answer,
        ):
            if answer.status_code == 200:
                _require_known_encoding(url, answer)
                for part in answer.iter_bytes():
                    body += part
                    if max(len(body), len(way.raw)) > most:
                        raise _explain_size(url, most)
                    if time.monotonic() > deadline:
                        raise FetchFailed(f"{url} takes over {seconds:g} s.", "Try again later.")
            return Fetched(
                url=url,
                address=url,
                status=answer.status_code,
                headers=tuple(answer.headers.multi_items()),
                body=bytes(body),
                raw=bytes(way.raw),
                fetched=self.now(),
            )

    def _ask_robots(self, url: str) -> None:
        rules = self._rules_of(url)
        if not rules.can_fetch(url, AGENT):
            raise SourceRefused(
                f"The robots.txt of {urlsplit(url).netloc} does not let programs fetch {url}.",
                "Open it in a browser, save the page and add the file.",
            )

    def _rules_of(self, url: str) -> Protego:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        kept = self._rules.get(origin)
        if kept and time.monotonic() - kept[0] < _HOUR:
            return kept[1]
        rules = Protego.parse(self._read_robots(origin))
        self._rules[origin] = (time.monotonic(), rules)
        return rules

    def _read_robots(self, origin: str) -> str:
        """RFC 9309: where there is none, all is open; where it cannot be had, nothing is."""
        where, home = f"{origin}/robots.txt", parse_address(origin)
        for _ in range(self.limits.redirects + 1):
            answer = self._request(where, HEADERS, self.limits.robots_bytes)
            if answer.status == 200:
                return answer.body.decode("utf-8", "replace")
            if answer.status not in REDIRECTS:
                break
            where = _follow(where, answer)
            there = parse_address(where)
            if home is None or there is None or there.registrable != home.registrable:
                break
        if answer.status in REDIRECTS or answer.status >= 500 or answer.status == 429:
            raise FetchFailed(
                f"{origin}/robots.txt answers {answer.status}, so nothing there may be fetched.",
                "Try again later.",
            )
        return ""

    def _wait_for(self, url: str) -> None:
        parts = urlsplit(url)
        kept = self._rules.get(f"{parts.scheme}://{parts.netloc}")
        delay = kept[1].crawl_delay(AGENT) if kept else None
        pause = min(max(self.limits.pause, delay or 0.0), self.limits.longest_pause)
        due = self._asked.get(parts.netloc, -pause) + pause - time.monotonic()
        if due > 0:
            self._sleep(due)
        self._asked[parts.netloc] = time.monotonic()


def check_address(url: str) -> str:
    """An address as it is asked for: one spelling, percent signs where they belong, no fragment.

    Raises:
        SourceRefused: it is not the plain web address of a registered domain, or two readers of
            addresses do not agree on its host.
    """
    place, spelt = parse_address(url), ""
    try:
        read = httpx2.URL(url).copy_with(fragment=None)
        spelt = str(read)
        agreed = place is not None and read.raw_host.decode() == place.host.lower()
    except (httpx2.InvalidURL, UnicodeError):
        agreed = False
    if not agreed or parse_address(spelt) is None:
        raise SourceRefused(
            f"{url!r} is not the plain web address of a registered domain.",
            "Give it as https://host/path, without user name, port or IP address.",
        )
    return spelt


def plain_address(url: str) -> str:
    """One spelling of an address: no fragment, no marks of who followed it from where."""
    parts = urlsplit(url)
    kept = [
        pair
        for pair in parse_qsl(parts.query, keep_blank_values=True)
        if not pair[0].lower().startswith(_TRACKING)
    ]
    query = parts.query if len(kept) == len(parse_qsl(parts.query)) else urlencode(kept)
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", query, ""))


def _follow(where: str, answer: Fetched) -> str:
    target = answer.header("location")
    if not target:
        raise FetchFailed(f"{where} answers {answer.status} and leads nowhere.", "Try again later.")
    try:
        there = str(httpx2.URL(where).join(target))
    except (httpx2.InvalidURL, ValueError):
        there = target
    if where.startswith("https:") and there.startswith("http:"):
        raise SourceRefused(
            f"{where} leads on to {there}, which is not encrypted.",
            "Give the https address at which the page ends up in a browser.",
        )
    try:
        return check_address(there)
    except SourceRefused as error:
        raise SourceRefused(f"{where} leads on to what may not be fetched. {error}", "") from error


def _require_known_encoding(url: str, answer: httpx2.Response) -> None:
    packed = {one.strip().lower() for one in answer.headers.get("content-encoding", "").split(",")}
    if packed - ENCODINGS or len(packed) > 1:
        raise SourceUnreadable(
            f"{url} is packed in a way that was not asked for ({', '.join(sorted(packed))}).",
            "Save the page and add the file.",
        )


def _explain_size(url: str, most: int) -> LibraryError:
    return SourceUnreadable(
        f"{url} has more than {most / 1e6:g} MB.", "Save the part that you need and add the file."
    )
