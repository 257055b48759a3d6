"""How Slack reaches the app: one workspace or many, over a socket or over signed HTTP.

Over HTTP, nothing is parsed that is too large or not signed by Slack, as described at
<https://docs.slack.dev/authentication/verifying-requests-from-slack>.
"""

import asyncio
import hashlib
import hmac
import logging
import threading
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import slack_bolt
import sqlalchemy as sa
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.asgi import SlackRequestHandler
from slack_bolt.adapter.asgi.http_request import AsgiHttpRequest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.oauth.oauth_flow import OAuthFlow
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore

from agent.faces.exit_codes import BadInput
from agent.faces.slack.client import (
    SlackClient,
    SlackRefused,
    SlackUnavailable,
    TokenRevoked,
    call_sdk,
)
from agent.faces.slack.payloads import Route, UnreadablePayload

AsgiMessage = dict[str, Any]
Receive = Callable[[], Awaitable[AsgiMessage]]
Send = Callable[[AsgiMessage], Awaitable[None]]
Asgi = Callable[[AsgiMessage, Receive, Send], Awaitable[None]]

LOG: Final = logging.getLogger(__name__)
API: Final = "https://slack.com/api/"
SCOPES: Final = (
    "app_mentions:read",
    "assistant:write",
    "chat:write",
    "commands",
    "files:write",
    "im:history",
    "im:write",
    "reactions:write",
)
"""What the app may do, and no more. The README beside this file gives the reasons."""
TIMEOUT: Final = 20
"""Seconds that a call of Slack may take."""
LISTENER_THREADS: Final = 16
INSTALL_SECONDS: Final = 600
"""Seconds that an installation begun in a browser may take."""
MAX_BYTES: Final = 2_000_000
"""Of one request: the longest message that Slack allows, escaped twice, has fewer."""
WINDOW: Final = 300
"""Seconds between the timestamp of a request and our clock, either way."""
TOO_LARGE: Final = (
    f"The request has more than {MAX_BYTES:,} bytes; no request of Slack's has. Send a smaller one."
)
UNREADABLE: Final = BoltResponse(
    status=400, body="The request cannot be read. Send it as JSON, as Slack describes it."
)
NOT_SIGNED: Final = (
    f"The request does not bear Slack's signature of the last {WINDOW} seconds. Check "
    "VERDICT_SLACK_SIGNING_SECRET against the app's Basic Information, and this machine's clock."
)


# Connecting


@dataclass(frozen=True)
class Connection:
    """The app, Slack by route, and the workspaces that are answered."""

    app: App
    client_for: Callable[[Route], SlackClient]
    workspaces: frozenset[str]


def connect_workspace(
    token: str, signing_secret: str | None, workspaces: frozenset[str], api: str = API
) -> Connection:
    """Connect one workspace, that of the bot's token.

    Raises:
        BadInput: Slack does not take the token, or cannot be reached.
    """
    sdk_client = _create_client(token, api)
    client = SlackClient(sdk_client)
    try:
        team = str(client.call("auth.test", {})["team_id"])
    except (SlackRefused, TokenRevoked) as refused:
        raise BadInput(
            f"Slack does not take VERDICT_SLACK_BOT_TOKEN ({refused}). Copy the Bot User OAuth "
            "Token of the installed app; it begins with xoxb-."
        ) from refused
    except SlackUnavailable as error:
        raise _unreachable(error) from error
    app = App(
        client=sdk_client,
        signing_secret=signing_secret,
        token_verification_enabled=False,
        listener_executor=ThreadPoolExecutor(LISTENER_THREADS, "listener"),
    )
    return Connection(app, lambda _: client, workspaces or frozenset({team}))


def connect_installations(
    client_id: str,
    client_secret: str,
    signing_secret: str,
    installs: str,
    workspaces: frozenset[str],
    api: str = API,
) -> Connection:
    """Connect many workspaces, each installed in a browser.

    Args:
        client_id: Of the app.
        client_secret: Of the app.
        signing_secret: Of the app.
        installs: URL of the database that holds the installations and their tokens.
        workspaces: Ids of those that are answered.
        api: URL of Slack's Web API.
    """
    engine = sa.create_engine(installs)
    store = SQLAlchemyInstallationStore(client_id, engine)
    states = SQLAlchemyOAuthStateStore(INSTALL_SECONDS, engine)
    store.metadata.create_all(engine)
    states.metadata.create_all(engine)
    settings = OAuthSettings(
        client_id=client_id,
        client_secret=client_secret,
        scopes=list(SCOPES),
        installation_store=store,
        installation_store_bot_only=True,
        state_store=states,
    )
    app = App(
        client=_create_client(None, api),
        signing_secret=signing_secret,
        oauth_flow=OAuthFlow(client=_create_client(None, api), settings=settings),
        listener_executor=ThreadPoolExecutor(LISTENER_THREADS, "listener"),
    )
    app.enable_token_revocation_listeners()

    def client_for(route: Route) -> SlackClient:
        bot = store.find_bot(enterprise_id=route.enterprise or None, team_id=route.team)
        if bot is None:
            raise TokenRevoked("the app is not installed")
        return SlackClient(_create_client(bot.bot_token, api))

    return Connection(app, client_for, workspaces)


def _create_client(token: str | None, api: str) -> WebClient:
    return WebClient(token, base_url=api, timeout=TIMEOUT, retry_handlers=[])


def _unreachable(error: SlackUnavailable) -> BadInput:
    return BadInput(f"Slack cannot be reached ({error}). Check the network.")


def create_private_file(path: Path) -> str:
    """Create a database file that only its owner reads; return its URL for SQLAlchemy."""
    path.touch(mode=0o600)
    return f"sqlite:///{path}"


# What cannot be read


def _is_raised_by_bolt(error: Exception) -> bool:
    """Whether it was bolt itself that stumbled: it looks into payloads before any of us does."""
    *_, last = traceback.extract_tb(error.__traceback__)
    return Path(last.filename).is_relative_to(Path(slack_bolt.__file__).parent)


def acknowledge_unreadable(error: Exception) -> BoltResponse | None:
    """Acknowledge what nobody can read, or Slack would send it again; all else stays a failure."""
    if isinstance(error, UnreadablePayload):
        LOG.warning("%s", error)
        return BoltResponse(status=200)
    if isinstance(error, AttributeError | LookupError | TypeError) and _is_raised_by_bolt(error):
        LOG.warning("Bolt cannot read what Slack sent (%r); it was passed over.", error)
        return BoltResponse(status=200)
    LOG.error("A request of Slack's failed.", exc_info=error)
    return None


# A socket


def serve_socket(app: App, app_token: str, stopping: threading.Event) -> None:
    """Hold a socket to Slack open until `stopping` is set.

    Raises:
        BadInput: Slack does not take the token, or cannot be reached.
    """
    handler = SocketModeHandler(app, app_token)
    try:
        call_sdk(handler.connect)
        stopping.wait()
    except (SlackRefused, TokenRevoked) as refused:
        raise BadInput(
            f"Slack does not take VERDICT_SLACK_APP_TOKEN ({refused}). Make an app-level token "
            "with the scope connections:write; it begins with xapp-."
        ) from refused
    except SlackUnavailable as error:
        raise _unreachable(error) from error
    finally:
        handler.client.close()


# Signed HTTP


class RequestRejected(Exception):
    """A request is turned away; the message says why, and goes to the sender."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        """HTTP status: 413 for one that is too large, 401 for one that Slack did not sign."""


class ClientDisconnected(Exception):
    """The sender went away before the request was complete."""


class RequestVerifier:
    """Lets only complete, signed requests of a bounded size through to an ASGI app.

    Args:
        app: Gets the body of a POST, and no body with any other method.
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

    async def __call__(self, scope: AsgiMessage, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._read_verified(scope, receive)
        except RequestRejected as rejection:
            LOG.info("Refused with %d: %s", rejection.status, rejection)
            for part in _rejection_messages(rejection):
                await send(part)
        except ClientDisconnected:
            LOG.info("A request broke off before it was whole.")
        else:
            await self._app(scope, _replay_body(body, receive), send)

    async def _read_verified(self, scope: AsgiMessage, receive: Receive) -> bytes:
        """The body of a request.

        Raises:
            RequestRejected: it is too large, or a POST that Slack has not signed.
            ClientDisconnected: it did not come to its end.
        """
        if scope["method"] != "POST":
            return b""
        headers = {bytes(name).lower(): bytes(value) for name, value in scope["headers"]}
        declared = headers.get(b"content-length", b"")
        if declared.isdigit() and (
            len(declared) > len(str(MAX_BYTES)) or int(declared) > MAX_BYTES
        ):
            raise RequestRejected(413, TOO_LARGE)
        body = await _read_body(receive)
        if not has_valid_signature(self._secret, headers, body, self._clock()):
            raise RequestRejected(401, NOT_SIGNED)
        return body


def has_valid_signature(
    secret: bytes, headers: Mapping[bytes, bytes], body: bytes, now: float
) -> bool:
    """Whether Slack signed a body within the window around `now`.

    Args:
        secret: The signing secret.
        headers: By name in small letters.
        body: As it came, not decoded.
        now: Seconds since 1970.
    """
    stamp = headers.get(b"x-slack-request-timestamp", b"")
    if not (stamp.isdigit() and len(stamp) <= 12 and abs(now - int(stamp)) <= WINDOW):
        return False
    expected = hmac.new(secret, b"v0:" + stamp + b":" + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(b"v0=" + expected.encode(), headers.get(b"x-slack-signature", b""))


async def _read_body(receive: Receive) -> bytes:
    """Read a body, but no more than is allowed."""
    body = bytearray()
    while True:
        part = await receive()
        if part["type"] != "http.request":
            raise ClientDisconnected
        body += part.get("body", b"")
        if len(body) > MAX_BYTES:
            raise RequestRejected(413, TOO_LARGE)
        if not part.get("more_body", False):
            return bytes(body)


def _replay_body(body: bytes, receive: Receive) -> Receive:
    """Gives a body that was already read, and then what comes after it."""
    held: list[AsgiMessage] = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> AsgiMessage:
        return held.pop() if held else await receive()

    return give


def _rejection_messages(rejection: RequestRejected) -> Iterator[AsgiMessage]:
    """The answer to a rejected request; the rest of it is not read, the connection ends."""
    text = str(rejection).encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(text)).encode()),
        (b"connection", b"close"),
    ]
    yield {"type": "http.response.start", "status": rejection.status, "headers": headers}
    yield {"type": "http.response.body", "body": text}


class AsgiHandler(SlackRequestHandler):
    """Bolt over ASGI, each request in a thread: storing a question may wait for the disk.

    Behind a `RequestVerifier`: what reaches it is small and signed.
    """

    async def dispatch(self, request: AsgiHttpRequest) -> BoltResponse:
        try:
            parsed = BoltRequest(
                body=await request.get_raw_body(),
                query=request.query_string,
                headers=request.get_headers(),
            )
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
            return UNREADABLE  # no UTF-8, no JSON, or of another form than bolt looks into
        try:
            response: BoltResponse = await asyncio.to_thread(self.app.dispatch, parsed)
        except (AttributeError, LookupError, TypeError):  # listeners raise nothing here: it is bolt
            LOG.warning("Bolt cannot read what Slack sent.", exc_info=True)
            return UNREADABLE
        if response.status == 404 and parsed.content_type == "application/json":
            return BoltResponse(status=200)  # an event of a kind that nobody here listens to
        return response


def create_asgi_app(app: App, signing_secret: str) -> RequestVerifier:
    """Everything that is served over HTTP.

    Raises:
        ValueError: there is no signing secret.
    """
    return RequestVerifier(AsgiHandler(app), signing_secret)


def serve_http(app: App, signing_secret: str, host: str, port: int) -> None:
    """Answer Slack's signed requests at `/slack/events` until interrupted.

    Raises:
        ValueError: there is no signing secret.
    """
    import uvicorn  # noqa: PLC0415  (a socket needs no server)

    served = create_asgi_app(app, signing_secret)
    config = uvicorn.Config(served, host=host, port=port, log_level="warning", access_log=False)
    uvicorn.Server(config).run()
