"""How Slack is reached: one workspace or many, over a socket that we open or over HTTP."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

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

from agent.faces.failures import BadInput
from agent.faces.slack.gate import Gate
from agent.faces.slack.questions import Route
from agent.faces.slack.web import Later, Refused, Revoked, Web, attempt

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
"""What the app may do, and no more; the README beside this file gives each its reason."""
TIMEOUT: Final = 20
"""Seconds that a call of Slack may take."""
LISTENERS: Final = 16
STATE_SECONDS: Final = 600
"""Seconds that an installation begun in a browser may take."""


@dataclass(frozen=True)
class Connected:
    """The app, Slack by route, and the workspaces that are answered."""

    app: App
    web: Callable[[Route], Web]
    workspaces: frozenset[str]


def _client(token: str | None, api: str) -> WebClient:
    return WebClient(token, base_url=api, timeout=TIMEOUT, retry_handlers=[])


def connect_one(
    token: str, signing_secret: str | None, workspaces: frozenset[str], api: str = API
) -> Connected:
    """One workspace: that of the bot's token.

    Raises:
        BadInput: Slack does not take the token, or cannot be reached.
    """
    client = _client(token, api)
    web = Web(client)
    try:
        team = str(web.call("auth.test", {})["team_id"])
    except Refused as refused:
        raise BadInput(
            f"Slack does not take VERDICT_SLACK_BOT_TOKEN ({refused}). Copy the Bot User OAuth "
            "Token of the installed app; it begins with xoxb-."
        ) from refused
    except Later as later:
        raise BadInput(f"Slack cannot be reached ({later}). Check the network.") from later
    app = App(
        client=client,
        signing_secret=signing_secret,
        token_verification_enabled=False,
        listener_executor=ThreadPoolExecutor(LISTENERS, "listener"),
    )
    return Connected(app, lambda _: web, workspaces or frozenset({team}))


def connect_many(  # what Slack's own page of an app lists
    client_id: str,
    client_secret: str,
    signing_secret: str,
    installs: str,
    workspaces: frozenset[str],
    api: str = API,
) -> Connected:
    """Many workspaces, each installed in a browser.

    Args:
        client_id: Of the app.
        client_secret: Of the app.
        signing_secret: Of the app.
        installs: Database of the installations with their tokens, as SQLAlchemy names it.
        workspaces: Ids of those that are answered.
        api: Address of Slack's Web API.
    """
    engine = sa.create_engine(installs)
    store = SQLAlchemyInstallationStore(client_id, engine)
    states = SQLAlchemyOAuthStateStore(STATE_SECONDS, engine)
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
        client=_client(None, api),
        signing_secret=signing_secret,
        oauth_flow=OAuthFlow(client=_client(None, api), settings=settings),
        listener_executor=ThreadPoolExecutor(LISTENERS, "listener"),
    )
    app.enable_token_revocation_listeners()

    def web(route: Route) -> Web:
        bot = store.find_bot(enterprise_id=route.enterprise or None, team_id=route.team)
        if bot is None:
            raise Revoked("the app is not installed")
        return Web(_client(bot.bot_token, api))

    return Connected(app, web, workspaces)


def private_file(path: Path) -> str:
    """A database file that only its owner reads, as SQLAlchemy names it."""
    path.touch(mode=0o600)
    return f"sqlite:///{path}"


def over_socket(app: App, app_token: str, stopping: threading.Event) -> None:
    """Hold a socket to Slack open until `stopping` is set.

    Raises:
        BadInput: Slack does not take the token, or cannot be reached.
    """
    handler = SocketModeHandler(app, app_token)
    try:
        attempt(handler.connect)
    except Refused as refused:
        handler.client.close()
        raise BadInput(
            f"Slack does not take VERDICT_SLACK_APP_TOKEN ({refused}). Make an app-level token "
            "with the scope connections:write; it begins with xapp-."
        ) from refused
    except Later as later:
        handler.client.close()
        raise BadInput(f"Slack cannot be reached ({later}). Check the network.") from later
    try:
        stopping.wait()
    finally:
        handler.client.close()


class Http(SlackRequestHandler):
    """Bolt over ASGI, each request in a thread: storing what is asked may wait for the disk.

    It stands behind a `Gate`: what reaches it is small and signed.
    """

    async def dispatch(self, request: AsgiHttpRequest) -> BoltResponse:
        try:
            asked = BoltRequest(
                body=await request.get_raw_body(),
                query=request.query_string,
                headers=request.get_headers(),
            )
        except ValueError:  # no UTF-8, or no JSON
            return BoltResponse(status=400, body="The request cannot be read. Send it as JSON.")
        answer: BoltResponse = await asyncio.to_thread(self.app.dispatch, asked)
        if answer.status == 404 and asked.content_type == "application/json":
            return BoltResponse(status=200)  # an event of a kind that nobody here waits for
        return answer


def asgi(app: App, signing_secret: str) -> Gate:
    """All that is served over HTTP.

    Raises:
        ValueError: there is no signing secret.
    """
    return Gate(Http(app), signing_secret)


def over_http(app: App, signing_secret: str, host: str, port: int) -> None:
    """Answer Slack's signed requests at `/slack/events` until interrupted.

    Raises:
        ValueError: there is no signing secret.
    """
    import uvicorn  # noqa: PLC0415  (a socket needs no server)

    served = asgi(app, signing_secret)
    config = uvicorn.Config(served, host=host, port=port, log_level="warning", access_log=False)
    uvicorn.Server(config).run()
