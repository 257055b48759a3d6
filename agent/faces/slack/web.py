"""Slack's Web API: what it is asked, and what its refusals mean for an answer."""

from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any, Final, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.webhook import WebhookClient

from agent.faces.slack.blocks import Message

REVOKED: Final = frozenset(
    [
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    ]
)
PASSING: Final = frozenset(
    [
        "fatal_error",
        "internal_error",
        "ratelimited",
        "rate_limited",
        "request_timeout",
        "service_unavailable",
    ]
)
INERT: Final = {
    "unfurl_links": False,
    "unfurl_media": False,
    "link_names": False,
    "parse": "none",
    "mrkdwn": False,
}
"""Nothing in a message is turned into a link, a mention, a preview or a format."""
WAIT: Final = 10.0
"""Seconds until a passing failure is tried again, where Slack names none."""
T = TypeVar("T")


class SlackError(Exception):
    """Base of what Slack answers when it does not do what it was asked."""


class Refused(SlackError):
    """It will not do this, however often it is asked. The message is Slack's code."""


class Revoked(Refused):
    """The token is no longer good: nothing can be sent to this workspace."""


class Later(SlackError):
    """It may do this later."""

    def __init__(self, reason: str, seconds: float = WAIT) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Web:
    """One workspace's Slack.

    Raises (every method):
        Refused: Slack says no.
        Revoked: the token is no longer good.
        Later: Slack cannot now; not before `seconds` from now.
    """

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def post(self, channel: str, message: Message, *, thread: str = "", user: str = "") -> str:
        """Post a message, which only `user` sees where one is named; return its `ts`."""
        method = "chat.postEphemeral" if user else "chat.postMessage"
        where = {"channel": channel} | ({"user": user} if user else {})
        sent = self._say(method, message, where | ({"thread_ts": thread} if thread else {}))
        return str(sent.get("message_ts") or sent.get("ts") or "")

    def update(self, channel: str, ts: str, message: Message) -> None:
        self._say("chat.update", message, {"channel": channel, "ts": ts})

    def direct(self, user: str) -> str:
        """The conversation with one person."""
        return str(self.call("conversations.open", {"users": user})["channel"]["id"])

    def first_of_thread(self, channel: str, thread: str) -> Mapping[str, Any]:
        """The message that a thread began with."""
        asked = {"channel": channel, "ts": thread, "limit": 1, "inclusive": True}
        found = self.call("conversations.replies", asked).get("messages") or [{}]
        first: Mapping[str, Any] = found[0]
        return first

    def upload(self, channel: str, thread: str, name: str, title: str, text: str) -> None:
        """Put a file into a conversation."""
        attempt(
            lambda: self._client.files_upload_v2(
                channel=channel,
                thread_ts=thread or None,
                filename=name,
                title=title,
                content=text,
            )
        )

    def call(self, method: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call any method."""
        found = attempt(lambda: self._client.api_call(method, json=dict(payload)).data)
        return found if isinstance(found, dict) else {}

    def _say(self, method: str, message: Message, where: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send blocks; where Slack does not take them, the text alone."""
        payload = {**where, **INERT, "text": message.text}
        try:
            return self.call(method, payload | {"blocks": list(message.blocks)})
        except Refused as refused:
            if not message.blocks or "block" not in str(refused):
                raise
            return self.call(method, payload | {"blocks": []})


def attempt(call: Callable[[], T]) -> T:
    """Call the SDK.

    Raises:
        Refused: Slack says no.
        Revoked: the token is no longer good.
        Later: Slack cannot now.
    """
    try:
        return call()
    except SlackApiError as error:
        raise _meaning(error) from error
    except (OSError, HTTPException, SlackRequestError) as error:
        raise Later(f"{type(error).__name__}: {error}") from error


def respond(url: str, message: Message | None = None, **how: object) -> None:
    """Answer through the address that came with a command, a shortcut or a button.

    Raises:
        Refused: it is used up (five times, thirty minutes).
        Later: Slack cannot now.
    """
    body: dict[str, Any] = {"response_type": "ephemeral", "replace_original": False, **how}
    if message:
        body |= {"text": message.text, "blocks": list(message.blocks)}
        body |= {"unfurl_links": False, "unfurl_media": False, "mrkdwn": False, "parse": "none"}
    try:
        sent = WebhookClient(url).send_dict(body)
    except (OSError, HTTPException) as error:
        raise Later(f"{type(error).__name__}: {error}") from error
    if sent.status_code == 429 or sent.status_code >= 500:
        raise Later(f"HTTP {sent.status_code}", _seconds(sent.headers))
    if sent.status_code != 200:
        raise Refused(sent.body or f"HTTP {sent.status_code}")


def _meaning(error: SlackApiError) -> SlackError:
    response = error.response
    status = getattr(response, "status_code", None) or response.get("status") or 200
    code = str(response.get("error") or f"HTTP {status}")
    if code in REVOKED:
        return Revoked(code)
    if status == 429 or status >= 500 or code in PASSING:
        headers = getattr(response, "headers", None) or response.get("headers") or {}
        return Later(code, _seconds(headers))
    return Refused(code)


def _seconds(headers: Mapping[str, Any]) -> float:
    """What `Retry-After` says, in seconds."""
    named = next((v for k, v in headers.items() if k.lower() == "retry-after"), None)
    value = named[0] if isinstance(named, list) else named
    return float(value) if value and str(value).isdigit() else WAIT
