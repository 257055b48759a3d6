"""What a Slack message asks: its claims in plain text, or why there is none."""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from agent.faces.question import MOST
from agent.faces.slack.notices import Need
from agent.render.wording import clean
from retrieval.sentences import sentences

CLAIMS: Final = 5
"""Claims of one message that are offered."""
ELSEWHERE: Final = ("is_share", "from_url", "app_unfurl_url")
"""What an attachment has that is a forwarded message or the preview of a link; a program that posts
into a channel may put its own words into others."""
_MARKUP: Final = re.compile(r"<([^<>]*)>")
_FORMATTING: Final = re.compile(
    r"[*~`]+|(?<!\w)_+(?=\w)|(?<=\w|[.!?])_+(?!\w)|^\s*(?:&gt;|[•◦▪-])\s?", re.MULTILINE
)
_EMOJI: Final = re.compile(r"(?<!\w):(?=[\w+'-]*[a-z])[\w+'-]+:(?!\w)")
_CALLS: Final = re.compile(r"@(?:channel|everyone|here)\b")
_END: Final = re.compile(r"(\w+)([.!?])\s+(?=[^\sA-Z])")
SHORTENED: Final = frozenset(
    ["approx", "assn", "capt", "conn", "corp", "dept", "dist", "mass", "prof", "sept", "univ"]
)
"""Words of four letters and more whose full stop does not end a sentence."""
_ASKING: Final = re.compile(
    r"(?:(?:hey|hi|hello|ok|please|pls|and|so)\b[ ,!]*)*"
    r"(?:(?:is|was|are) (?:this|that|it|these|those)(?: all)?(?: really| actually)?"
    r"(?: true| right| correct| real)?|true|really|thoughts|fact[- ]?check(?: this| that)?"
    r"|check(?: this| that)?|can (?:you|someone|anyone) (?:please )?(?:fact[- ]?)?check"
    r"(?: this| that)?)\W*",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """Claims to check, in order; or what is needed instead."""

    claims: tuple[str, ...] = ()
    need: Need | None = None
    forwarded: bool = False


def read(message: Mapping[str, Any]) -> Asked:
    """Read a message as Slack sends it; a link is never opened.

    Args:
        message: `text`, and where there are any `attachments` and `files`.
    """
    raw = str(message.get("text") or "")
    attached = message.get("attachments") or ()
    posted = [a for a in attached if not any(a.get(sign) for sign in ELSEWHERE)]
    for own in (plain(raw), _words(posted, "pretext", "title", "text")):
        if _is_claim(own):
            return _claims(own)
    shared = [a for a in attached if a.get("is_share")]
    forwarded = _words(shared, "text")
    if _is_claim(forwarded):
        return Asked(_claims(forwarded).claims, _claims(forwarded).need, forwarded=True)
    if shared:
        return Asked(need=Need.FORWARDED)
    if message.get("files"):
        return Asked(need=Need.PICTURE)
    if _links(raw):
        return Asked(need=Need.LINK)
    return Asked(need=Need.NOTHING)


def _words(attached: Iterable[Mapping[str, Any]], *parts: str) -> str:
    return plain("\n\n".join(str(a.get(part) or "") for a in attached for part in parts))


def plain(text: str) -> str:
    """Slack's markup taken off: labels of links stay; addresses, mentions and emoji go."""
    text = _CALLS.sub(" ", _EMOJI.sub(" ", _MARKUP.sub(_unmarked, text)))
    text = _ADDRESS.sub(" ", html.unescape(_FORMATTING.sub("", text)))
    return "\n".join(line for line in map(clean, text.split("\n")) if line)


def _unmarked(match: re.Match[str]) -> str:
    target, _, label = match[1].partition("|")
    if target.startswith(("@", "!")):
        return " "
    if target.startswith("#"):
        return f"#{label}" if label else " "
    return label if label and not _ADDRESS.match(label) else " "


def _links(text: str) -> bool:
    return bool(_ADDRESS.search(text))


def _is_claim(text: str) -> bool:
    """Whether anything but pleasantries is left to check."""
    return any(_says_something(line) for line in _sentences(text))


def _says_something(sentence: str) -> bool:
    bare = _ASKING.sub("", sentence, count=1) if _ASKING.match(sentence) else sentence
    words = re.findall(r"[^\W\d_]+", bare)
    return len(words) >= 2


def _claims(text: str) -> Asked:
    if len(text) > MOST:
        return Asked(need=Need.LONG)
    lines = _sentences(text)
    said = [n for n, line in enumerate(lines) if _says_something(line)]
    if len(said) == 1:  # with what introduces it, without what trails behind it
        return Asked((" ".join(lines[: said[0] + 1]),))
    return Asked(tuple(lines[n] for n in said[:CLAIMS]))


def _ended(match: re.Match[str]) -> str:
    """In a message a sentence may begin with a small letter, or with anything."""
    word, mark = match[1].lower(), match[2]
    if mark == "." and (len(word) < 4 or word in SHORTENED):
        return match[0]
    return f"{match[1]}{mark}\n"


def _sentences(text: str) -> list[str]:
    """Sentences on one line each; a new line of a message begins a new sentence."""
    text = _END.sub(_ended, text).replace("\n", "\n\n")
    return [" ".join(text[a:b].split()) for a, b in sentences(text)]
