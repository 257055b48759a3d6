"""What Slack sends, read: who asks what where. Nothing here calls Slack or the library."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from agent.faces.slack.blocks import Action
from agent.faces.slack.notices import Need
from agent.faces.slack.pressing import Press
from agent.faces.slack.questions import Route
from agent.faces.slack.reading import Asked, read

Body = Mapping[str, Any]
LEAST_WORDS: Final = 4
"""Words of a sentence that is looked at though nobody asked."""
WRITTEN: Final = frozenset({None, "file_share", "thread_broadcast"})
"""Subtypes of messages that a person wrote just now; edits, joins and the like ask nothing."""


@dataclass(frozen=True)
class Request:
    """A question as it arrived."""

    key: str
    asked: Asked
    route: Route
    teams: frozenset[str]
    """Workspaces of the channel and of the person."""
    event: str | None = None


def event(body: Body, channels: frozenset[str] = frozenset()) -> Request | None:
    """Read an event: a mention, a direct message, or a message in a channel that opted in.

    Args:
        body: The envelope that Slack sends.
        channels: Ids of the channels whose every message is looked at.
    """
    said: Body = body["event"]
    if said.get("bot_id") or said.get("subtype") not in WRITTEN or not said.get("user"):
        return None
    direct = said.get("channel_type") == "im" or str(said["channel"]).startswith("D")
    mentioned = said["type"] == "app_mention"
    reply = said.get("thread_ts") not in {None, said["ts"]}
    if not (direct or mentioned):
        looked = said["channel"] in channels and not reply and _is_statement(said)
        if not looked:
            return None
        return _request(body, said, "auto", str(said["ts"]))
    if direct:
        return _request(body, said, "direct", str(said.get("thread_ts") or said["ts"]))
    return _request(body, said, "channel", str(said["thread_ts"]) if reply else "")


def shortcut(body: Body) -> Request:
    """Read "Is this true?" pressed in the menu of a message."""
    message: Body = body["message"]
    route = Route(
        "url",
        team=_team(body),
        channel=str(body["channel"]["id"]),
        user=str(body["user"]["id"]),
        thread=str(message.get("thread_ts") or ""),
        url=str(body["response_url"]),
        enterprise=_enterprise(body),
    )
    return Request(f"shortcut:{body['trigger_id']}", read(message), route, _teams(body))


def command(body: Body) -> Request:
    """Read `/istrue CLAIM`."""
    route = Route(
        "url",
        team=str(body["team_id"]),
        channel=str(body["channel_id"]),
        user=str(body["user_id"]),
        url=str(body["response_url"]),
        enterprise=str(body.get("enterprise_id") or ""),
    )
    asked = read({"text": body.get("text", "")})
    return Request(f"command:{body['trigger_id']}", asked, route, frozenset({route.team}))


def press(body: Body) -> Press:
    """Read a button that was pressed."""
    action: Body = body["actions"][0]
    place: Body = body["container"]
    channel = str(place.get("channel_id") or body["channel"]["id"])
    private = bool(place.get("is_ephemeral"))
    direct = channel.startswith("D")
    thread = str(place.get("thread_ts") or ("" if private else place["message_ts"]))
    route = Route(
        "direct" if direct and not private else "url",
        team=_team(body),
        channel=channel,
        user=str(body["user"]["id"]),
        thread=thread,
        url=str(body["response_url"]),
        enterprise=_enterprise(body),
    )
    name = str(action["action_id"]).split(":")[0]
    return Press(Action(name), str(action["value"]), route, private)


def teams_of_press(body: Body) -> frozenset[str]:
    return _teams(body)


def _request(body: Body, said: Body, way: Any, thread: str) -> Request:  # noqa: ANN401
    team = str(body["team_id"])
    asked = read(said)
    route = Route(
        way,
        team=team,
        channel=str(said["channel"]),
        user=str(said["user"]),
        message=str(said["ts"]),
        thread=thread,
        enterprise=str(body.get("enterprise_id") or ""),
        parent=way == "channel" and bool(thread) and asked.need is Need.NOTHING,
    )
    teams = {team, said.get("user_team") or said.get("team") or team}
    key = f"message:{team}:{route.channel}:{route.message}"
    return Request(key, asked, route, frozenset(map(str, teams)), str(body["event_id"]))


def _is_statement(said: Body) -> bool:
    """Whether a message that asks nothing says enough to be looked at."""
    claims = read(said).claims
    return any(len(claim.split()) >= LEAST_WORDS for claim in claims)


def _team(body: Body) -> str:
    return str((body.get("team") or {}).get("id") or body["user"].get("team_id") or "")


def _enterprise(body: Body) -> str:
    return str((body.get("enterprise") or {}).get("id") or "")


def _teams(body: Body) -> frozenset[str]:
    return frozenset({_team(body), str(body["user"].get("team_id") or _team(body))})
