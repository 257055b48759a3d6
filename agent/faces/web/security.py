"""What guards every request: host, size, headers, who asks, and that they mean it.

Each guard is a small ASGI application around the next one, so that no route can be without it.
"""

import hmac
import logging
import re
import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.faces.web.access import csrf_of
from agent.faces.web.accounts import Role, User
from agent.faces.web.problems import API, failure, tell_known
from agent.faces.web.services import Services

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # `no-referrer` would make the Origin of forms "null"
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN: Final = frozenset({"/login", "/api/v1/health"})
"""Paths for people who have not signed in; `/static/` too."""
FOR_READERS: Final = frozenset({"/login", "/logout", "/api/v1/ask", "/api/v1/check"})
"""Paths at which also readers may do more than read: nothing is changed there."""
UPLOADS: Final = re.compile(
    r"/library.*|/drafts/[^/]+/copy(?:/take)?"
    r"|/api/v1/(?:sources.*|check|drafts/[^/]+/compare-copy)",
    re.DOTALL,
)
"""Paths that take a file; a file may be larger than a form."""
SIMPLE: Final = frozenset(
    {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"}
)
"""Media types that a page of another site can send without asking the desk first."""
LARGEST: Final = 2_000_000
"""Bytes of any other body."""
COOKIE: Final = "verdict_session"
SESSION: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""256 random bits, as `secrets.token_urlsafe` writes them."""
LOG: Final = logging.getLogger(__name__)


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only."""
    return host.strip("[]").lower() in LOOPBACK


@dataclass(frozen=True)
class Place:
    """Where the desk is shown."""

    url: str = ""
    """Address that a proxy has for it, without a path; "" for this machine only."""

    @property
    def secure(self) -> bool:
        return self.url.startswith("https:")

    @property
    def cookie(self) -> str:
        """The browser lets nobody but this very host, over TLS, set a cookie named so."""
        return f"__Host-{COOKIE}" if self.secure else COOKIE

    def knows(self, host: str) -> bool:
        """Whether a request may name this host: another page's name would be DNS rebinding."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return is_loopback(name) or (bool(self.url) and host.lower() == urlsplit(self.url).netloc)

    def is_own(self, origin: str, host: str) -> bool:
        """Whether an Origin is that of the desk's own pages, shown at this host."""
        if self.url and origin.lower() == self.url:
            return True
        return origin.lower() in {f"http://{host.lower()}", f"https://{host.lower()}"}

    def set_cookie(self, session: str) -> str:
        """The header that gives a browser a session."""
        parts = [f"{self.cookie}={session}", "Path=/", "HttpOnly", "SameSite=Lax"]
        return "; ".join([*parts, *(["Secure"] if self.secure else [])])


@dataclass(frozen=True)
class Guarded:
    """The outermost guard: host, size and headers; and what nobody foresaw becomes a page."""

    app: ASGIApp
    place: Place
    upload_bytes: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._add_headers(scope, message)
            await send(message)

        request = Request(scope)
        request.state.user, request.state.session, request.state.by_token = None, "", False
        host = request.headers.get("host", "")
        if not self.place.knows(host):
            told = failure(request, 421, "This server does not answer for that host.")
            await told(scope, receive, guarded)
            return
        if self._too_large(request.headers, self._limit(scope)):
            await failure(request, 413, _large(self._limit(scope)))(scope, receive, guarded)
            return
        try:
            await self.app(scope, self._counted(receive, self._limit(scope)), guarded)
        except Exception as error:  # the face's last line
            if begun:
                raise
            answer = tell_known(request, error)
            if answer is None:
                known_as = secrets.token_hex(4)
                LOG.exception("request %s failed: %s %s", known_as, scope["method"], scope["path"])
                words = f"Something broke here. The log has it under {known_as}."
                answer = failure(request, 500, words)
            await answer(scope, receive, guarded)

    def _add_headers(self, scope: Scope, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if not scope["path"].startswith("/static/"):
            headers.setdefault("cache-control", "no-store")
        elif b"v=" in scope["query_string"] and message["status"] == 200:
            headers["cache-control"] = "public, max-age=31536000, immutable"
        if self.place.secure:
            headers["strict-transport-security"] = "max-age=31536000"

    def _limit(self, scope: Scope) -> int:
        return self.upload_bytes if UPLOADS.fullmatch(scope["path"]) else LARGEST

    @staticmethod
    def _too_large(headers: Headers, limit: int) -> bool:
        length = headers.get("content-length", "0")
        return not length.isdecimal() or int(length[:20]) > limit

    @staticmethod
    def _counted(receive: Receive, limit: int) -> Receive:
        """A body whose length was not told in advance is counted as it comes."""
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise HTTPException(413, _large(limit))
            return message

        return counted


@dataclass(frozen=True)
class Identified:
    """Finds out who asks, by session or token, and gives every browser a session."""

    app: ASGIApp
    services: Services
    place: Place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        given = _cookie(request.headers, self.place.cookie)
        session = given or secrets.token_urlsafe(32)
        token = _bearer(request.headers)
        request.state.session, request.state.by_token = session, token is not None
        request.state.user = await run_in_threadpool(self._user, given, token)

        anonymous = not given and token is None and not scope["path"].startswith(API)

        async def introduced(message: Message) -> None:
            if message["type"] == "http.response.start" and anonymous:
                headers = MutableHeaders(scope=message)
                if "set-cookie" not in headers:
                    headers.append("set-cookie", self.place.set_cookie(session))
            await send(message)

        await self.app(scope, receive, introduced)

    def _user(self, session: str, token: str | None) -> User | None:
        accounts = self.services.accounts
        if token is not None:
            return accounts.of_token(token)
        if session and (user := accounts.of_session(session)):
            return user
        if self.services.alone and not accounts.exist():
            return User(name=self.services.alone, role=Role.ADMIN, alone=True)
        return None


async def guard(request: Request) -> None:
    """Called before every endpoint: somebody is signed in, may do it, and means it.

    Raises:
        HTTPException: 401, 403; the message says what to do.
    """
    path, user = request.url.path, request.state.user
    if user is None and path not in OPEN:
        raise HTTPException(401, "Sign in first, or send an API token.")
    if request.method in SAFE:
        return
    if not request.state.by_token:
        await _require_intent(request)
    if user is not None and user.role < Role.EDITOR and path not in FOR_READERS:
        raise HTTPException(403, "Readers cannot change anything. Ask an admin for more rights.")


async def _require_intent(request: Request) -> None:
    """Refuse what another site made the browser send.

    A form of ours has the session's token; a program of one person on this machine has neither
    cookie nor Origin, and sends what no page of another site can without asking first.
    """
    place: Place = request.app.state.place
    headers = request.headers
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
    if origin is not None and not place.is_own(origin, headers.get("host", "")):
        raise HTTPException(403, "This was sent by a page of another site.")
    if site not in {"none", "same-origin"}:
        raise HTTPException(403, "This was sent by a page of another site.")
    if _is_program(request):
        return
    sent = headers.get("x-csrf-token") or await _field(request, "csrf")
    if not hmac.compare_digest(sent.encode(), csrf_of(request.state.session).encode()):
        raise HTTPException(403, "This form is out of date. Load the page again and repeat it.")


def _is_program(request: Request) -> bool:
    headers, user = request.headers, request.state.user
    if user is None or not user.alone or not request.url.path.startswith("/api/"):
        return False
    if {"cookie", "origin", "sec-fetch-site"} & set(headers.keys()):
        return False
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind not in SIMPLE or request.method in {"PUT", "DELETE"}


async def _field(request: Request, name: str) -> str:
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return ""
    value = (await request.form()).get(name, "")
    return value if isinstance(value, str) else ""


def _cookie(headers: Headers, name: str) -> str:
    """The value of a cookie; "" where there is none that could be ours."""
    for part in "; ".join(headers.getlist("cookie")).split(";"):
        key, _, value = part.strip().partition("=")
        if key == name and SESSION.fullmatch(value):
            return value
    return ""


def _bearer(headers: Headers) -> str | None:
    """The token of an Authorization header; None where there is no such header."""
    given = headers.get("authorization")
    if given is None:
        return None
    scheme, _, token = given.partition(" ")
    return token.strip()[:200] if scheme.lower() == "bearer" else ""


def _large(limit: int) -> str:
    return f"At most {limit / 1e6:g} MB are read at once. Send less, or in parts."
