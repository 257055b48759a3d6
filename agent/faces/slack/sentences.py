"""One cited sentence: its words, where they come from, and the quote where it says more."""

import re
from typing import Final

from agent.brief import Point
from agent.faces.slack.inert import Block, linked, ours, quote, said, section
from agent.phrases import day

SENTENCE: Final = 1_500
QUOTE: Final = 280
SOURCES: Final = 3
SAID: Final = 0.85
"""Share of the quoted words from which on the sentence says them already: a phone is small."""
DENIALS: Final = frozenset({"neither", "never", "no", "none", "nor", "not", "t"})
_WORD: Final = re.compile(r"\w+")


def sentence(point: Point) -> list[Block]:
    """The parts of a rich text."""
    elements = [said(point.text, most=SENTENCE)]
    for source in point.sources[:SOURCES]:
        when = f", {day(source.published)}" if source.published else ""
        elements += [ours("\n— "), linked(source.url, source.publisher), ours(when)]
    parts = [section(*(e for e in elements if e["text"]))]
    words = next((c.quote for c in point.citations), "")
    if not repeats(point.text, words):
        parts.append(quote(said(words, most=QUOTE, italic=True)))
    return parts


def repeats(text: str, words: str) -> bool:
    """Whether quoted words are nearly all in a sentence already, and each denial is."""
    known = set(_WORD.findall(text.casefold()))
    quoted = _WORD.findall(words.casefold())
    missing = [word for word in quoted if word not in known]
    return len(missing) <= (1 - SAID) * len(quoted) and DENIALS.isdisjoint(missing)
