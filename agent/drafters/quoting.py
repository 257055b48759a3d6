"""Find the words that a model quotes in the stored text, exactly, or say that they are not there.

Only typography is forgiven: quotation marks, dashes, brackets, white space, case, invisible
characters. Nothing is scored: one letter more or less is another quotation, since a fuzzy score
gives a quote with its negation flipped 95 of 100.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

from agent.drafters.leaning import LEANS
from agent.types import Citation
from retrieval.sentences import sentences
from retrieval.types import Passage

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
    spans = sentences(passage.text)
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
