"""Slack's Web API and response URLs: the calls, and what a failed call means for an answer."""

from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any, Final, TypeVar
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient

from agent.faces.slack.messages import Message

TOKEN_ERRORS: Final = frozenset(
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
TEMPORARY_ERRORS: Final = frozenset(
    [
        "fatal_error",
        "internal_error",
        "ratelimited",
        "rate_limited",
        "request_timeout",
        "service_unavailable",
    ]
)
NO_MARKUP: Final = {"unfurl_links": False, "unfurl_media": False, "mrkdwn": False, "parse": "none"}
"""Nothing in a message turns into a link, a mention, a preview or a format."""
RETRY_SECONDS: Final = 10.0
"""Until a temporary failure is tried again, where Slack names no time."""
EVENT_TYPE: Final = "verdict_answer"
"""Type of the metadata by which the app finds its own messages. No reader sees it."""
PAGES: Final = 5
"""Pages of a thread, of 200 messages each, in which a message is looked for."""
T = TypeVar("T")


class SlackError(Exception):
    """Base of what Slack answers when it does not do what it was asked."""


class SlackRefused(SlackError):
    """Slack will not do this, however often it is asked. The message is Slack's error code."""


class TokenRevoked(SlackError):
    """The token is no longer valid: nothing can be sent to this workspace."""


class SlackUnavailable(SlackError):
    """Slack may do this after `seconds`; where `unsure`, it may already have done it."""

    def __init__(
        self, reason: str, seconds: float = RETRY_SECONDS, *, unsure: bool = False
    ) -> None:
        super().__init__(reason)
        self.seconds, self.unsure = seconds, unsure


class SlackClient:
    """One workspace's Slack.

    The SDK's client must not retry by itself: what is sent again may arrive twice.

    Raises (every method):
        SlackRefused: Slack says no.
        TokenRevoked: the token is no longer valid.
        SlackUnavailable: not now.
    """

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def post(self, channel: str, message: Message, *, thread: str = "", mark: str = "") -> str:
        """Post a message and return its `ts`. `find_message` finds it by its mark."""
        where: dict[str, Any] = {"channel": channel} | ({"thread_ts": thread} if thread else {})
        if mark:
            where["metadata"] = {"event_type": EVENT_TYPE, "event_payload": {"mark": mark}}
        return str(self._send("chat.postMessage", message, where).get("ts") or "")

    def post_ephemeral(
        self, channel: str, user: str, message: Message, *, thread: str = ""
    ) -> None:
        """Post what only `user` sees. Nobody can look it up or change it afterwards."""
        where = {"channel": channel, "user": user} | ({"thread_ts": thread} if thread else {})
        self._send("chat.postEphemeral", message, where)

    def update(self, channel: str, ts: str, message: Message) -> None:
        self._send("chat.update", message, {"channel": channel, "ts": ts})

    def open_direct_message(self, user: str) -> str:
        """The id of the conversation with one person."""
        return str(self.call("conversations.open", {"users": user})["channel"]["id"])

    def find_message(self, channel: str, thread: str, mark: str) -> str:
        """The `ts` of a message that was posted with a mark; "" where there is none.

        Looks through the thread, or else among the newest messages of the conversation.
        """
        cursor, pages = "", PAGES if thread else 1
        for _ in range(pages):
            page = self._get_page(channel, thread, cursor)
            for message in page.get("messages") or ():
                metadata = message.get("metadata") or {}
                if metadata.get("event_payload") == {"mark": mark}:
                    return str(message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return ""

    def _get_page(self, channel: str, thread: str, cursor: str) -> Mapping[str, Any]:
        query: dict[str, Any] = {"channel": channel, "limit": 200, "include_all_metadata": True}
        query |= {"cursor": cursor} if cursor else {}
        if thread:
            return _call_data(lambda: self._client.conversations_replies(ts=thread, **query))
        return _call_data(lambda: self._client.conversations_history(**query))

    def get_thread_parent(self, channel: str, thread: str) -> Mapping[str, Any]:
        """The first message of a thread."""
        page = _call_data(
            lambda: self._client.conversations_replies(channel=channel, ts=thread, limit=1)
        )
        parent: Mapping[str, Any] = (page.get("messages") or [{}])[0]
        return parent

    def upload_file(self, channel: str, thread: str, name: str, title: str, text: str) -> None:
        """Put a file into a conversation."""
        call_sdk(
            lambda: self._client.files_upload_v2(
                channel=channel,
                thread_ts=thread or None,
                filename=name,
                title=title,
                content=text,
            )
        )

    def call(self, method: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call any method that writes; methods that read take no JSON."""
        return _call_data(lambda: self._client.api_call(method, json=dict(payload)))

    def _send(self, method: str, message: Message, where: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send blocks; where Slack does not take them, the text alone."""
        payload = {**where, **NO_MARKUP, "link_names": False, "text": message.text}
        try:
            return self.call(method, payload | {"blocks": list(message.blocks)})
        except SlackRefused as refused:
            if not message.blocks or "block" not in str(refused):
                raise
            return self.call(method, payload | {"blocks": []})


def call_sdk(call: Callable[[], T]) -> T:
    """Call the SDK.

    Raises:
        SlackRefused: Slack says no.
        TokenRevoked: the token is no longer valid.
        SlackUnavailable: not now.
    """
    try:
        return call()
    except SlackApiError as error:
        raise _classify_error(error) from error
    except (OSError, HTTPException, SlackRequestError) as error:
        raise _connection_error(error) from error


def _call_data(call: Callable[[], SlackResponse]) -> Mapping[str, Any]:
    data = call_sdk(call).data
    return data if isinstance(data, dict) else {}


def respond(url: str, message: Message, **options: object) -> None:
    """Answer through the response URL of a command, a shortcut or a button.

    Raises:
        SlackRefused: the URL is used up (five times, thirty minutes).
        SlackUnavailable: not now.
    """
    body: dict[str, Any] = {"response_type": "ephemeral", "replace_original": False, **options}
    body |= {"text": message.text, "blocks": list(message.blocks), **NO_MARKUP}
    try:
        sent = WebhookClient(url, retry_handlers=[]).send_dict(body)
    except (OSError, HTTPException) as error:
        raise _connection_error(error) from error
    if sent.status_code == 429 or sent.status_code >= 500:
        raise SlackUnavailable(f"HTTP {sent.status_code}", _retry_after(sent.headers))
    if sent.status_code != 200:
        raise SlackRefused(sent.body or f"HTTP {sent.status_code}")


def _connection_error(error: Exception) -> SlackUnavailable:
    """No answer came. Slack may still have heard the call, unless it was never reached."""
    reached = not isinstance(error, URLError)
    return SlackUnavailable(f"{type(error).__name__}: {error}", unsure=reached)


def _classify_error(error: SlackApiError) -> SlackError:
    response = error.response
    status = getattr(response, "status_code", None) or response.get("status") or 200
    code = str(response.get("error") or f"HTTP {status}")
    if code in TOKEN_ERRORS:
        return TokenRevoked(code)
    if status == 429 or status >= 500 or code in TEMPORARY_ERRORS:
        headers = getattr(response, "headers", None) or response.get("headers") or {}
        return SlackUnavailable(code, _retry_after(headers))
    return SlackRefused(code)


def _retry_after(headers: Mapping[str, Any]) -> float:
    """What `Retry-After` says, in seconds."""
    named = next((v for k, v in headers.items() if k.lower() == "retry-after"), None)
    value = named[0] if isinstance(named, list) else named
    return float(value) if value and str(value).isdigit() else RETRY_SECONDS
