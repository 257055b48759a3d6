"""Which words of a source are quoted, and where they stand in it."""

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from agent.language.phrases import speaker
from agent.types import Citation
from agent.writers.anaphora import LEANS
from agent.writers.attribution import (
    BRACKETED,
    FRAME,
    QUOTED,
    SAYS,
    VISIBLE,
    about_itself,
    attribute,
    named,
    names,
    standing_alone,
    with_noun,
)
from retrieval.sentences import split_sentences
from retrieval.types import Passage, Source

OWN_WORDS: Final = 25
"""Words of a source in a row beyond which they are marked as a quotation."""
LEAST: Final = 20
"""Characters that a quotation has at least."""
ASIDE: Final = re.compile(
    r"^(.{60,}?), (?:which|who|among them|including|for example) [^;:\"“]*\.$"
)
"""A remark at the end that a sentence can do without."""
OWN_NAME: Final = re.compile(rf"^[A-Z][^,;:\"“]{{2,60}}? (?:{SAYS}|calls|took up|looked at) ")
"""Who speaks and the verb, in a sentence that names its own source."""
SAID: Final = 8
"""Words from which a quotation in the source is left out when its own words are counted."""
CLOSING: Final = ('"', "”", ")")
WORD: Final = re.compile(r"[\w'’.,-]*\w")


def shortened(text: str) -> str:
    """A long sentence without the remark that ends it."""
    aside = ASIDE.match(text) if len(text.split()) > OWN_WORDS else None
    return f"{aside[1]}." if aside else text


def size(text: str, words: str) -> int:
    """How many words in a row a text has of `words` outside quotations."""
    return own(text, words)[2]


def plain(words: str, source: Source) -> list[str]:
    """A sentence of a source in ever plainer forms, none of them a long quotation without marks."""
    itself = about_itself(words, source) or VISIBLE.search(words)
    steps = [
        standing_alone(words, source),
        with_noun(words, source),
        attribute(words, source),
        *([] if itself else [words]),
    ]
    short = [step for step in dict.fromkeys(steps) if size(step, words) <= OWN_WORDS]
    return short or [marked(named(words, source), words, source)]


def marked(text: str, words: str, source: Source) -> str:
    """Put quotation marks around a source's own words where they run too long."""
    start, end, length = own(text, words)
    if length <= OWN_WORDS:
        return text
    frame = FRAME.match(text)
    if frame and start < frame.end() < end - LEAST and _speaks(source, frame[0]):
        start = frame.end()
    elif start == 0 and (mine := OWN_NAME.match(text)) and _speaks(source, mine[0]):
        start = mine.end()
    elif start == 0:
        held = text if text.rstrip(" .") in words else words
        return f"According to {speaker(source)}, {quotation(held)}."
    return f"{text[:start]}{quotation(text[start:end])}{text[end:].rstrip(' .')}."


def _speaks(source: Source, frame: str) -> bool:
    """Whether it is the source that speaks: its words are not those of somebody it reports on."""
    name = re.escape(speaker(source).lower().removeprefix("the "))
    told = re.search(rf"\b(?:told|to|with) (?:the )?{name}\b", frame.lower())
    return names(frame, source) and not told


def own(text: str, words: str) -> tuple[int, int, int]:
    """The longest run of `words` in `text` outside quotations: start, end, and how many words."""
    masked = QUOTED.sub(lambda m: "\0" * len(m[0]) if len(m[0].split()) > SAID else m[0], text)
    mine = [(m[0].lower(), m.start(), m.end()) for m in WORD.finditer(masked)]
    theirs = [m[0].lower() for m in WORD.finditer(words)]
    match = SequenceMatcher(None, [w for w, _, _ in mine], theirs, autojunk=False)
    longest = match.find_longest_match()
    if not longest.size:
        return 0, 0, 0
    end = mine[longest.a + longest.size - 1][2]
    return mine[longest.a][1], end + (text[end : end + 1] in CLOSING), longest.size


def quotation(words: str) -> str:
    """Words between quotation marks, curly ones where they hold straight ones.

    A figure in brackets, which looks like a citation, is left out with dots.
    """
    bare = BRACKETED.sub(" ...", words.rstrip(" ."))
    return f"“{bare}”" if '"' in bare else f'"{bare}"'


SAME: Final = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032`\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("[{", "("),
    **dict.fromkeys("]}", ")"),
}
AROUND: Final = " \"'"
"""Marks that a model puts around a quotation."""
SHORTEST: Final = 3
"""Words of a quotation; fewer can be found anywhere and carry nothing."""


@dataclass(frozen=True)
class Place:
    """Where a quotation was found: its citation, and the words before it that it leans on."""

    citation: Citation
    lead: str


def find(words: str, passage: Passage) -> Place | None:
    """Place the sentences of `passage` that hold `words`, or None where they do not.

    The citation is widened to whole sentences: a quotation that begins behind a "not", or behind
    "he falsely claimed that", would carry the opposite of what its sentence says. It also takes
    in the sentence before one that begins with a pronoun.
    """
    wanted, _ = folded(words)
    wanted = wanted.strip(AROUND)
    held, places = folded(passage.text)
    at = held.find(wanted)
    if len(wanted.split()) < SHORTEST or at < 0:
        return None
    start, end = places[at], places[at + len(wanted) - 1] + 1
    spans = split_sentences(passage.text)
    touched = [n for n, (a, b) in enumerate(spans) if a < end and start < b]
    if not touched:
        return None
    own = lead = touched[0]
    while lead and LEANS.match(passage.text[spans[lead][0] : spans[lead][1]]):
        lead -= 1
    first, last = spans[lead][0], spans[touched[-1]][1]
    return Place(Citation.of(passage, first, last), passage.text[first : spans[own][0]])


def folded(text: str) -> tuple[str, list[int]]:
    """Text without what is forgiven, and for each of its characters the place it came from."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for plain in _plain(character):
            if plain == " " and characters and characters[-1] == " ":
                continue
            characters.append(plain)
            places.append(place)
    return "".join(characters), places


def _plain(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in {"Cf", "Cc", "Cs"}:
        return ""
    plain = unicodedata.normalize("NFKC", character).lower()
    return SAME.get(character) or SAME.get(plain) or plain
