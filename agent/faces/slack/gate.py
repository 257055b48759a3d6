"""The door before Slack's requests: nothing is parsed that is too large or not signed by Slack.

How Slack signs is described at <https://docs.slack.dev/authentication/verifying-requests-from-slack>.
"""

import hashlib
import hmac
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, Final

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]

LOG: Final = logging.getLogger(__name__)
MOST: Final = 2_000_000
"""Bytes of one request: the longest message that Slack allows, escaped twice, has fewer."""
WINDOW: Final = 300
"""Seconds between the stamp of a request and our clock, either way."""
TOO_LARGE: Final = (
    f"The request has more than {MOST:,} bytes; no request of Slack's has. Send a smaller one."
)
NOT_SIGNED: Final = (
    f"The request does not bear Slack's signature of the last {WINDOW} seconds. Check "
    "VERDICT_SLACK_SIGNING_SECRET against the app's Basic Information, and this machine's clock."
)


class NotAdmitted(Exception):
    """A request is turned away; the message says why, and goes to whoever sent it."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        """HTTP status: 413 for one that is too large, 401 for one that Slack did not sign."""


class HungUp(Exception):
    """Whoever asked went away before the request was whole."""


class Gate:
    """Lets signed requests of a bounded size through to an ASGI app, whole, and no other.

    Args:
        app: What is behind the gate; it gets the body of a POST, and none with anything else.
        signing_secret: Of the Slack app.
        clock: Seconds since 1970.

    Raises:
        ValueError: there is no secret, so that anyone could sign.
    """

    def __init__(
        self, app: Asgi, signing_secret: str, clock: Callable[[], float] = time.time
    ) -> None:
        if not signing_secret.strip():
            raise ValueError("There is no signing secret. Set VERDICT_SLACK_SIGNING_SECRET.")
        self._app, self._secret, self._clock = app, signing_secret.encode(), clock

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._admitted(scope, receive)
        except NotAdmitted as refusal:
            LOG.info("Refused with %d: %s", refusal.status, refusal)
            for part in _refused(refusal):
                await send(part)
        except HungUp:
            LOG.info("A request broke off before it was whole.")
        else:
            await self._app(scope, _holding(body, receive), send)

    async def _admitted(self, scope: Message, receive: Receive) -> bytes:
        """The body of a request.

        Raises:
            NotAdmitted: it is too large, or a POST that Slack has not signed.
            HungUp: it did not come to its end.
        """
        if scope["method"] != "POST":
            return b""
        headers = {bytes(name).lower(): bytes(value) for name, value in scope["headers"]}
        declared = headers.get(b"content-length", b"")
        if declared.isdigit() and (len(declared) > len(str(MOST)) or int(declared) > MOST):
            raise NotAdmitted(413, TOO_LARGE)
        body = await _read(receive)
        if not signed(self._secret, headers, body, self._clock()):
            raise NotAdmitted(401, NOT_SIGNED)
        return body


def signed(secret: bytes, headers: Mapping[bytes, bytes], body: bytes, now: float) -> bool:
    """Whether a body bears Slack's signature, made within the window around `now`.

    Args:
        secret: The signing secret.
        headers: By name in small letters.
        body: As it came, not decoded.
        now: Seconds since 1970.
    """
    stamp = headers.get(b"x-slack-request-timestamp", b"")
    if not (stamp.isdigit() and len(stamp) <= 12 and abs(now - int(stamp)) <= WINDOW):
        return False
    made = hmac.new(secret, b"v0:" + stamp + b":" + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(b"v0=" + made.encode(), headers.get(b"x-slack-signature", b""))


async def _read(receive: Receive) -> bytes:
    """Read a body, but not beyond what is allowed."""
    body = bytearray()
    while True:
        part = await receive()
        if part["type"] != "http.request":
            raise HungUp
        body += part.get("body", b"")
        if len(body) > MOST:
            raise NotAdmitted(413, TOO_LARGE)
        if not part.get("more_body", False):
            return bytes(body)


def _holding(body: bytes, receive: Receive) -> Receive:
    """Gives a body that was read already, and then what comes after it."""
    held: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> Message:
        return held.pop() if held else await receive()

    return give


def _refused(refusal: NotAdmitted) -> Iterator[Message]:
    """The answer to what is turned away; what is left of it is not read, the connection ends."""
    told = str(refusal).encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(told)).encode()),
        (b"connection", b"close"),
    ]
    yield {"type": "http.response.start", "status": refusal.status, "headers": headers}
    yield {"type": "http.response.body", "body": told}
