"""What Slack sends, read: claims from the text of a message, and who asks what where.

Nothing here calls Slack or the library, and no link is opened.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from agent.claims.framing_patterns import POINTING, strip_framing
from agent.faces.opening import MOST
from agent.faces.slack.messages import Action, Need
from agent.render.wording import clean
from retrieval import split_sentences

Body = Mapping[str, Any]
Way = Literal["direct", "channel", "auto", "url"]
"""A direct message; seen by the asker alone; seen by everyone; through a response URL."""

MAX_CLAIMS: Final = 5
"""Claims of one message that are offered."""
MIN_WORDS: Final = 4
"""Words of a sentence that is checked though nobody asked."""
WRITTEN: Final = frozenset({None, "file_share", "thread_broadcast"})
"""Subtypes of messages that a person just wrote. Edits, joins and the like ask nothing."""
EMBEDDED: Final = ("is_share", "from_url", "app_unfurl_url")
"""Fields of an attachment that is a forwarded message or the preview of a link. Programs that post
into a channel may put their own words into other attachments."""
ABBREVIATIONS: Final = frozenset({"approx", "corp", "dept", "prof", "sept"})
"""Words of four letters and more whose full stop does not end a sentence."""
_MARKUP: Final = re.compile(r"<([^<>]*)>")
_FORMATTING: Final = re.compile(
    r"[*~`]+|(?<!\w)_+(?=\w)|(?<=\w|[.!?])_+(?!\w)|^\s*(?:&gt;|[•◦▪-])\s?", re.MULTILINE
)
_EMOJI: Final = re.compile(r"(?<!\w):(?=[\w+'-]*[a-z])[\w+'-]+:(?!\w)")
_BROADCAST: Final = re.compile(r"@(?:channel|everyone|here)\b")
_URL: Final = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"(\w+)([.!?])\s+(?=[^\sA-Z])")


class UnreadablePayload(Exception):
    """What was sent has not the form that Slack describes; asking for it again gives it again."""


@contextmanager
def _as_described(what: str) -> Iterator[None]:
    """Say in words what a field that is missing or of another kind raises."""
    try:
        yield
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise UnreadablePayload(
            f"Slack sent {what} of a form that is not known ({type(error).__name__}: "
            f"{error!s:.80}); it was passed over. Update Verdict Desk, or report it."
        ) from error


# The text of a message


@dataclass(frozen=True)
class ParsedText:
    """Claims to check, in order; or what is needed instead."""

    claims: tuple[str, ...] = ()
    need: Need | None = None
    forwarded: bool = False


def parse_message(message: Body) -> ParsedText:
    """Read a message as Slack sends it; a link is never opened.

    Args:
        message: `text`, and `attachments` and `files` where there are any.
    """
    text = str(message.get("text") or "")
    attached = message.get("attachments") or ()
    posted = [a for a in attached if not any(a.get(field) for field in EMBEDDED)]
    for own in (strip_markup(text), _attachment_text(posted, "pretext", "title", "text")):
        if parsed := _parse_claims(own):
            return parsed
    forwarded = [a for a in attached if a.get("is_share")]
    if parsed := _parse_claims(_attachment_text(forwarded, "text")):
        return replace(parsed, forwarded=True)
    if forwarded:
        return ParsedText(need=Need.FORWARDED)
    if message.get("files"):
        return ParsedText(need=Need.PICTURE)
    return ParsedText(need=Need.LINK if _URL.search(text) else Need.NOTHING)


def strip_markup(text: str) -> str:
    """Text without Slack's markup: labels of links stay; URLs, mentions and emoji go."""
    text = _BROADCAST.sub(" ", _EMOJI.sub(" ", _MARKUP.sub(_replace_markup, text)))
    text = _URL.sub(" ", html.unescape(_FORMATTING.sub("", text)))
    return "\n".join(line for line in map(clean, text.split("\n")) if line)


def _replace_markup(match: re.Match[str]) -> str:
    target, _, label = match[1].partition("|")
    if target.startswith(("@", "!")):
        return " "
    if target.startswith("#"):
        return f"#{label}" if label else " "
    return label if label and not _URL.match(label) else " "


def _attachment_text(attachments: Iterable[Body], *fields: str) -> str:
    return strip_markup("\n\n".join(str(a.get(f) or "") for a in attachments for f in fields))


def _parse_claims(text: str) -> ParsedText | None:
    """The claims of a text; None where it only asks whether something is true."""
    if len(text) > MOST:
        return ParsedText(need=Need.LONG)
    lines = _split_sentences(text)
    claims = [n for n, line in enumerate(lines) if _has_content(line)]
    if not claims:
        return None
    if len(claims) == 1:  # with what introduces it, without what follows it
        return ParsedText((" ".join(lines[: claims[0] + 1]),))
    return ParsedText(tuple(lines[n] for n in claims[:MAX_CLAIMS]))


def _has_content(sentence: str) -> bool:
    """Whether two words are left without "hey, is this true?"."""
    bare = strip_framing(sentence)
    return len(re.findall(r"[^\W\d_]+", bare)) >= 2 and not POINTING.fullmatch(bare)


def _split_sentences(text: str) -> list[str]:
    """Sentences on one line each; a new line of a message begins a new sentence."""
    text = _SENTENCE_END.sub(_end_sentence, text).replace("\n", "\n\n")
    return [" ".join(text[a:b].split()) for a, b in split_sentences(text)]


def _end_sentence(match: re.Match[str]) -> str:
    """In a message, a sentence may begin with a small letter, or with anything else."""
    word, mark = match[1].lower(), match[2]
    if mark == "." and (len(word) < 4 or word in ABBREVIATIONS):
        return match[0]
    return f"{match[1]}{mark}\n"


# Events, shortcuts, commands, buttons


@dataclass(frozen=True)
class Route:
    """Where an answer goes. Holds Slack's plain ids; erased once the answer is there.

    Stored as JSON under the names of these fields.
    """

    way: Way
    team: str
    channel: str
    user: str
    message: str = ""
    """`ts` of the message that asks."""
    thread: str = ""
    """`ts` of the thread that the answer goes to."""
    url: str = ""
    """Slack's response URL."""
    progress: str = ""
    """`ts` of the message that shows the steps, in direct messages; the answer replaces it."""
    posting: str = ""
    """Mark of a message that may or may not have arrived."""
    enterprise: str = ""
    replace: bool = False
    """The answer replaces the message whose button was pressed."""
    parent: bool = False
    """The claim is in the first message of the thread."""

    @property
    def private(self) -> bool:
        """Only the asker sees the answer, as a message that nobody can look up afterwards."""
        return self.way in {"channel", "url"}

    @property
    def in_doubt(self) -> bool:
        """Such a message was being sent when the desk stopped or the connection broke."""
        return bool(self.posting) and self.private and not self.replace


@dataclass(frozen=True)
class QuestionRequest:
    """A question as it arrived."""

    key: str
    """Names what asks (a message, a command); the same key is the same question."""
    parsed: ParsedText
    route: Route
    teams: frozenset[str]
    """Workspaces of the channel and of the person."""
    event: str | None = None
    """Slack's `event_id`; a second event with this id is ignored."""
    fresh: bool = False
    """No earlier check may answer."""


@dataclass(frozen=True)
class ButtonPress:
    """A button that was pressed."""

    action: Action
    value: str
    """Of the button: the question's id, and what else the button says, separated by `:`."""
    route: Route
    """Where the button is and who pressed it; its `url` answers that person alone."""
    private: bool
    """Only this person sees the message with the button."""
    teams: frozenset[str]
    """Workspaces of the channel and of the person."""

    @property
    def ref(self) -> str:
        """The question's id."""
        return self.value.split(":")[0]

    @property
    def choice(self) -> str:
        """What the button says besides the question's id."""
        return self.value.partition(":")[2]


@_as_described("an event")
def parse_event(body: Body, channels: frozenset[str] = frozenset()) -> QuestionRequest | None:
    """Read an event: a mention, a direct message, or a message in a channel that opted in.

    Args:
        body: The envelope that Slack sends.
        channels: Ids of the channels where every message is checked.
    """
    message: Body = body["event"]
    if message.get("bot_id") or message.get("subtype") not in WRITTEN or not message.get("user"):
        return None
    ts, channel = str(message["ts"]), str(message["channel"])
    thread = message.get("thread_ts")
    reply = thread not in {None, message["ts"]}
    if message.get("channel_type") == "im" or channel.startswith("D"):
        return _parse_question(body, message, "direct", str(thread or ts))
    if message["type"] == "app_mention":
        return _parse_question(body, message, "channel", str(thread) if reply else "")
    if channel in channels and not reply and _is_statement(message):
        return _parse_question(body, message, "auto", ts)
    return None


def _is_statement(message: Body) -> bool:
    """Whether a message that asks nothing says enough to be checked."""
    return any(len(claim.split()) >= MIN_WORDS for claim in parse_message(message).claims)


def _parse_question(body: Body, message: Body, way: Way, thread: str) -> QuestionRequest:
    team = str(body["team_id"])
    parsed = parse_message(message)
    route = Route(
        way,
        team=team,
        channel=str(message["channel"]),
        user=str(message["user"]),
        message=str(message["ts"]),
        thread=thread,
        enterprise=str(body.get("enterprise_id") or ""),
        parent=way == "channel" and bool(thread) and parsed.need is Need.NOTHING,
    )
    teams = {team, str(message.get("user_team") or message.get("team") or team)}
    key = f"message:{team}:{route.channel}:{route.message}"
    return QuestionRequest(key, parsed, route, frozenset(teams), event=str(body["event_id"]))


@_as_described("a shortcut")
def parse_shortcut(body: Body) -> QuestionRequest:
    """Read "Is this true?" chosen in the menu of a message."""
    message: Body = body["message"]
    route = _interaction_route(
        body, "url", str(body["channel"]["id"]), str(message.get("thread_ts") or "")
    )
    key = f"shortcut:{body['trigger_id']}"
    return QuestionRequest(key, parse_message(message), route, _teams(body))


@_as_described("a command")
def parse_command(body: Body) -> QuestionRequest:
    """Read `/istrue CLAIM`."""
    route = Route(
        "url",
        team=str(body["team_id"]),
        channel=str(body["channel_id"]),
        user=str(body["user_id"]),
        url=str(body["response_url"]),
        enterprise=str(body.get("enterprise_id") or ""),
    )
    parsed = parse_message({"text": body.get("text", "")})
    return QuestionRequest(f"command:{body['trigger_id']}", parsed, route, frozenset({route.team}))


@_as_described("a button")
def parse_button(body: Body) -> ButtonPress:
    """Read a button that was pressed."""
    action: Body = body["actions"][0]
    place: Body = body["container"]
    channel = str(place.get("channel_id") or body["channel"]["id"])
    private = bool(place.get("is_ephemeral"))
    way: Way = "direct" if channel.startswith("D") and not private else "url"
    thread = str(place.get("thread_ts") or ("" if private else place["message_ts"]))
    name = str(action["action_id"]).split(":")[0]
    route = _interaction_route(body, way, channel, thread)
    return ButtonPress(Action(name), str(action["value"]), route, private, _teams(body))


def _interaction_route(body: Body, way: Way, channel: str, thread: str) -> Route:
    """The route of what a person clicked."""
    return Route(
        way,
        team=_team(body),
        channel=channel,
        user=str(body["user"]["id"]),
        thread=thread,
        url=str(body["response_url"]),
        enterprise=str((body.get("enterprise") or {}).get("id") or ""),
    )


def _team(body: Body) -> str:
    return str((body.get("team") or {}).get("id") or body["user"].get("team_id") or "")


def _teams(body: Body) -> frozenset[str]:
    return frozenset({_team(body), str(body["user"].get("team_id") or _team(body))})
