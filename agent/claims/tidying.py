"""What people paste, without what is no language: links, tags, emoji, markup, shouting."""

import html
import re
import unicodedata
from typing import Final

from agent.claims.verbs import base_of
from agent.words import STOP

TYPOGRAPHY: Final = str.maketrans(
    {**dict.fromkeys("“”„‟«»″", '"'), **dict.fromkeys("‘’‚‛′`´", "'"), "…": "... "}  # noqa: RUF001
)
DASH: Final = re.compile(r"\s+[–—-]{1,3}\s+|—")
ARROWS: Final = 0x2190
"""Symbols of Unicode from here on are pictures; below are signs such as ° and №."""
SLACK_LINK: Final = re.compile(r"<(?:https?|mailto):[^<>|\s]*\|([^<>]*)>")
SLACK_NAME: Final = re.compile(r"<[@!#][^<>|\s]*(?:\|[^<>]*)?>")
LINK: Final = re.compile(
    r"<?\b(?:https?://|www\.|pic\.twitter\.com/|t\.co/)[^\s<>]+>?", re.IGNORECASE
)
REPOST: Final = re.compile(r"(?:^|(?<=\s))(?:RT|QT)\s+@\w+:?\s*")
CALLED: Final = re.compile(r"^(?:\s*@\w+[,:]?(?=\s))+")
CODE: Final = re.compile(r"(?<![\w:]):[a-z][a-z0-9_+-]+:(?![\w:])")
FACE: Final = re.compile(r"(?<!\S)(?:[:;=][-']?[)(DPpOo/|\\3]+|<3+|[xX]D+|\^\^)(?!\S)")
MARKED: Final = re.compile(r"(?<!\w)([*_~]{1,3})(\S(?:[^*_~]*\S)?)\1(?!\w)")
LAST_TAGS: Final = re.compile(r"(?:\s*#\w+)+\s*$")
TAG: Final = re.compile(r"(?<!\w)#(?=[A-Za-z_])(\w+)")
HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
COUNTER: Final = re.compile(r"\(?\b\d{1,2}/(?:\d{1,2}|n)\)?(?=\s|$)")
QUOTED_LINE: Final = re.compile(r"^[ \t]*(?:>|[-*•])+[ \t]+", re.MULTILINE)
QUOTED: Final = re.compile(r"(?:^|(?<=[.?!:] ))>+ ")
STRESS: Final = re.compile(r"([!?])(?:\s*[!?])+")
TRAIN: Final = re.compile(r"([,;:.-])(?:\s*[,;:.-]){3,}")
WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
SHOUTED: Final = 0.7
"""Share of words in capitals from which a text is shouted."""
INITIALS: Final = frozenset(
    """AI AIDS AOC AP ATF BBC BLM CBS CCP CDC CEO CIA CNN COVID DEA DHS DNA DNC DOJ EEA EFSA EMA EPA
    EPFL EU FAA FBI FCC FDA FEMA FIFA GDP GMO GOP HIV IARC ICE IMF IPCC IRS ISIS ISS IVF KGB LAPD
    LGBT MIT MMR MRNA NASA NATO NBA NBC NFL NHS NIH NOAA NPR NRA NYC NYPD OPEC OPM PBS PFAS RFK RNC
    SARS SCOTUS SEC TSA UFO UK UN UNESCO UNICEF US USA USDA USPS WHO WTO""".split()  # noqa: SIM905
)
"""Kept in capitals where everything else is brought down."""


def tidied(text: str) -> str:
    """One line of plain text: what was typed, less what says nothing in words.

    Straight quotation marks and apostrophes; no links, addresses of people, emoji, hashtags at the
    end, markup; nobody shouts. Figures, names and every word in between stay as they are.
    """
    text = _unmarked(DASH.sub(" - ", html.unescape(text).translate(TYPOGRAPHY)))
    text = "".join(_seen(c) for c in unicodedata.normalize("NFC", text))
    text = FACE.sub("", CODE.sub("", text))
    text = STRESS.sub(lambda m: "?" if "?" in m[0] else m[1], TRAIN.sub(r"\1 ", text))
    return _calm(QUOTED.sub("", " ".join(text.split())))


def _unmarked(text: str) -> str:
    text = SLACK_NAME.sub("", SLACK_LINK.sub(r"\1", text))
    text = QUOTED_LINE.sub("", LINK.sub("", text))
    text = REPOST.sub("", text)
    called = CALLED.match(text)
    if called and not _acts(text[called.end() :]):
        text = text[called.end() :]
    text = text.replace("@", "") if "@" in text and not re.search(r"\w@\w", text) else text
    if (last := LAST_TAGS.search(text)) and len(text[: last.start()].split()) > 2:
        text = text[: last.start()]
    text = TAG.sub(lambda m: HUMP.sub(" ", m[1]), COUNTER.sub("", text) if "(" in text else text)
    return MARKED.sub(r"\2", text)


def _acts(rest: str) -> bool:
    """Whether what follows makes the person before it its subject ("@cdc says …")."""
    first = rest.split(maxsplit=1)[:1]
    return bool(first) and (
        (base_of(first[0].lower()) is not None and first[0].lower() not in {"did", "does"})
        or first[0].lower() in {"is", "was", "has", "had", "just", "will", "are", "were"}
    )


def _seen(character: str) -> str:
    kind = unicodedata.category(character)
    if character.isspace():
        return " "
    picture = (
        kind == "So" and ord(character) >= ARROWS
    ) or "\U0001f3fb" <= character <= "\U0001f3ff"
    selector = "\ufe00" <= character <= "\ufe0f" or character == "\u20e3"
    return " " if picture else "" if selector or kind[0] == "C" else character


def _calm(text: str) -> str:
    """Bring down capitals that are only loud."""
    words = [w for w in WORD.findall(text) if len(w) > 1]
    loud = [w for w in words if w.isupper() and w not in INITIALS]
    if len(words) >= 3 and len(loud) >= SHOUTED * len([w for w in words if w not in INITIALS]) > 0:
        return WORD.sub(lambda m: _spoken(m, text), text)
    return WORD.sub(lambda m: m[0].lower() if _stressed(m[0]) else m[0], text)


def _spoken(match: re.Match[str], text: str) -> str:
    word = match[0]
    # In a question the first word asks: WHO is then no organisation.
    asking = word == "WHO" and match.start() == 0 and text.endswith("?")
    return word if word in INITIALS and not asking else word.lower()


def _stressed(word: str) -> bool:
    return len(word) > 1 and word.isupper() and word not in INITIALS and word.lower() in STOP
