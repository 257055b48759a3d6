"""Slack's Web API: what it is asked, and what its refusals mean for an answer."""

from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any, Final, TypeVar
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web import SlackResponse
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
MARKED: Final = "verdict_answer"
"""Type of the metadata by which a message of ours is found again; no reader sees it."""
PAGES: Final = 5
"""Pages of a thread, of 200 messages each, in which a message is looked for."""
T = TypeVar("T")


class SlackError(Exception):
    """Base of what Slack answers when it does not do what it was asked."""


class Refused(SlackError):
    """It will not do this, however often it is asked. The message is Slack's code."""


class Revoked(Refused):
    """The token is no longer good: nothing can be sent to this workspace."""


class Later(SlackError):
    """It may do this later; where `unsure`, it may have done it already."""

    def __init__(self, reason: str, seconds: float = WAIT, *, unsure: bool = False) -> None:
        super().__init__(reason)
        self.seconds, self.unsure = seconds, unsure


class Web:
    """One workspace's Slack.

    The client must repeat nothing by itself: what is sent again may arrive twice.

    Raises (every method):
        Refused: Slack says no.
        Revoked: the token is no longer good.
        Later: Slack cannot now; not before `seconds` from now.
    """

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def post(self, channel: str, message: Message, *, thread: str = "", mark: str = "") -> str:
        """Post a message; return its `ts`. `find` finds it by its mark."""
        where: dict[str, Any] = {"channel": channel} | ({"thread_ts": thread} if thread else {})
        if mark:
            where["metadata"] = {"event_type": MARKED, "event_payload": {"mark": mark}}
        return str(self._say("chat.postMessage", message, where).get("ts") or "")

    def whisper(self, channel: str, user: str, message: Message, *, thread: str = "") -> None:
        """Post what only `user` sees. Nobody can look it up or change it afterwards."""
        where = {"channel": channel, "user": user} | ({"thread_ts": thread} if thread else {})
        self._say("chat.postEphemeral", message, where)

    def update(self, channel: str, ts: str, message: Message) -> None:
        self._say("chat.update", message, {"channel": channel, "ts": ts})

    def direct(self, user: str) -> str:
        """The conversation with one person."""
        return str(self.call("conversations.open", {"users": user})["channel"]["id"])

    def find(self, channel: str, thread: str, mark: str) -> str:
        """The `ts` of a message that was posted with a mark; "" where there is none.

        Looks through the thread, or else among the newest messages of the conversation.
        """
        cursor, pages = "", PAGES if thread else 1
        for _ in range(pages):
            found = self._page(channel, thread, cursor)
            for message in found.get("messages") or ():
                metadata = message.get("metadata") or {}
                if metadata.get("event_payload") == {"mark": mark}:
                    return str(message["ts"])
            cursor = (found.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return ""

    def _page(self, channel: str, thread: str, cursor: str) -> Mapping[str, Any]:
        how: dict[str, Any] = {"channel": channel, "limit": 200, "include_all_metadata": True}
        how |= {"cursor": cursor} if cursor else {}
        if thread:
            return self._read(lambda: self._client.conversations_replies(ts=thread, **how))
        return self._read(lambda: self._client.conversations_history(**how))

    def first_of_thread(self, channel: str, thread: str) -> Mapping[str, Any]:
        """The message that a thread began with."""
        found = self._read(
            lambda: self._client.conversations_replies(channel=channel, ts=thread, limit=1)
        )
        first: Mapping[str, Any] = (found.get("messages") or [{}])[0]
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
        """Call any method that writes; those that read take no JSON."""
        return self._read(lambda: self._client.api_call(method, json=dict(payload)))

    @staticmethod
    def _read(call: Callable[[], SlackResponse]) -> Mapping[str, Any]:
        found = attempt(call).data
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
        raise _broken(error) from error


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
        sent = WebhookClient(url, retry_handlers=[]).send_dict(body)
    except (OSError, HTTPException) as error:
        raise _broken(error) from error
    if sent.status_code == 429 or sent.status_code >= 500:
        raise Later(f"HTTP {sent.status_code}", _seconds(sent.headers))
    if sent.status_code != 200:
        raise Refused(sent.body or f"HTTP {sent.status_code}")


def _broken(error: Exception) -> Later:
    """No answer came; Slack may have heard us all the same, unless it was never reached."""
    reached = not isinstance(error, URLError)
    return Later(f"{type(error).__name__}: {error}", unsure=reached)


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
