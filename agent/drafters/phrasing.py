"""Make a source's sentence stand alone on a page: it names who says it and points at nothing."""

import re
from typing import Final

from agent.ledger import publisher
from retrieval.types import Source

NOUN: Final = (
    r"(?:article|report|post|page|note|summary|paper|review|study|press release|release"
    r"|announcement|copy|outlet|site|check|text|story|piece|abstract|notice|statement|letter)"
)
SAYS: Final = (
    r"(?:says?|said|adds?|added|reports?|reported|notes?|noted|describes?|described|argues?|argued"
    r"|explains?|explained|lists?|listed|gives?|gave|expects?|quotes?|quoted|calls?|called|states?"
    r"|stated|concludes?|concluded|mentions?|mentioned|names?|named|points?|pointed|finds?|found"
    r"|writes?|wrote|recalls?|cites?|cited|warns?|warned)"
)
SELF: Final = re.compile(rf"^(?:The|This|That) ({NOUN})\b")
VISIBLE: Final = re.compile(r"\b[Tt]he (visible|available) text\b")
REPORTED: Final = re.compile(
    rf"\b(?:according to|{SAYS}|told|announced|asked|denied|testified|estimates?|estimated"
    r"|confirmed|rated|published|issued|claims?|claimed)\b",
    re.IGNORECASE,
)
LEANS: Final = re.compile(
    r"^(?:(?:In|Of|By|For|With|Under|On|To) )?(?:He|She|It|They|Him|Her|Them|His|Its"
    r"|Their|This|These|Those|That|Such|Both|Others?|Another|Neither|One|Some|Here|There|Then|Still"
    r"|But|And|Also|Instead|However|First|Second|Third|Even|Each|it|this|these|those|them|one|both|each|such)\b"
    r"|^(?:In )?[Tt]he (?:first|second|third|others?|latter|former|two|three|four|same|example)\b"
)
OWN_VOICE: Final = re.compile(r"\b(?:I|we|We|our|Our|my|My)\b(?!\.)|[!?]")
"""A quoted speaker's own voice, or an outcry, is not the voice of a page."""
BRACKETED: Final = re.compile(r"\s\((\d[^()]*)\)")
DANGLING: Final = re.compile(
    r"^(?:(?:Under|In|For|After|Before|With|Of|By|At|On|Among|Some of) )?[Tt]he ([a-z][a-z-]+)\b"
)
KNOWN: Final = frozenset({"world", "sun", "moon", "earth", "public", "united", "number", "latest"})
"""Nouns that need nothing before them."""
LOWERED: Final = re.compile(
    r"^(?:A|An|The|In|On|At|Under|Two|Three|Four|Five|Many|Most|Several|No|About|From|After|Before"
    r"|For|With|Some|More|Officers|Officials|Experts|People|Researchers|Scientists)\b"
)


def standing_alone(text: str, source: Source) -> str:
    """Name the source where a sentence points at itself or says nothing of who reports it."""
    name = publisher(source)
    text = BRACKETED.sub(r", \1,", text).replace(",,", ",").replace(",.", ".")
    if own := SELF.match(text):
        return f"The {name.removeprefix('The ')} {own[1]}{text[own.end() :]}"
    if VISIBLE.search(text):
        return (
            VISIBLE.sub(rf"the \1 text from {name}", text, count=1)[:1].upper()
            + VISIBLE.sub(rf"the \1 text from {name}", text, count=1)[1:]
        )
    if _attributed(text, name):
        return text
    return _attribute(text, name)


def fit(text: str) -> bool:
    """Whether a sentence can stand on a page at all."""
    return not OWN_VOICE.search(text)


def leans_back(text: str) -> bool:
    """Whether a sentence needs the one before it: a pronoun, or "the order" of a while ago."""
    noun = DANGLING.match(text)
    return points_back(text) or bool(noun and noun[1] not in KNOWN and not SELF.match(text))


def points_back(text: str) -> bool:
    """Whether a sentence says nothing without the one before it: it begins with a pronoun."""
    return bool(LEANS.match(text)) and not SELF.match(text)


def _attributed(text: str, name: str) -> bool:
    return name.lower() in text.lower() or bool(REPORTED.search(text))


def _attribute(text: str, name: str) -> str:
    bare = text.rstrip()
    if bare.endswith(".") and not bare.endswith(('."', ".”")):
        return f"{bare[:-1]}, according to {name}."
    head = f"{bare[0].lower()}{bare[1:]}" if LOWERED.match(bare) else bare
    return f"According to {name}, {head}"
