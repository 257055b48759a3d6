"""Which words of a source are quoted, and where they stand in it.

Words of a summary are nobody's. They are told without quotation marks at any length.
"""

import re
from difflib import SequenceMatcher
from typing import Final

from agent.language.phrases import speaker
from agent.writers.attribution import (
    BRACKETED,
    FRAME,
    QUOTED,
    SAYS,
    VISIBLE,
    about_itself,
    attribute,
    name_reporter,
    name_source,
    names_publisher,
    with_noun,
)
from retrieval.types import Source

OWN_WORDS: Final = 25
"""Words of a source in a row beyond which they are marked as a quotation."""
LEAST: Final = 20
"""Characters that a quotation has at least."""
ASIDE: Final = re.compile(
    r"^(.{60,}?), (?:which|who|among them|including|for example) [^;:\"“]*\.$"
)
"""A remark at the end that a sentence can do without."""
OWN_NAME: Final = re.compile(rf"^[A-Z][^,;:\"“]{{2,60}}? (?:{SAYS}|took up|looked at) ")
"""Who speaks and the verb, in a sentence that names its own source."""
SAID: Final = 8
"""Words from which a quotation in the source is left out when its own words are counted."""
CLOSING: Final = ('"', "”", ")")
WORD: Final = re.compile(r"[\w'’.,-]*\w")


def shortened(text: str) -> str:
    """A long sentence without the remark that ends it."""
    aside = ASIDE.match(text) if len(text.split()) > OWN_WORDS else None
    return f"{aside[1]}." if aside else text


def size(text: str, words: str, source: Source) -> int:
    """How many words in a row a text has of its source's own `words`; of a summary none."""
    return 0 if source.is_summary else own(text, words)[2]


def plain(words: str, source: Source) -> list[str]:
    """A sentence of a source in ever plainer forms, none of them a long quotation without marks."""
    itself = about_itself(words, source) or VISIBLE.search(words)
    steps = [
        name_reporter(words, source),
        with_noun(words, source),
        attribute(words, source),
        *([] if itself else [words]),
    ]
    short = [step for step in dict.fromkeys(steps) if size(step, words, source) <= OWN_WORDS]
    return short or [marked(name_source(words, source), words, source)]


def marked(text: str, words: str, source: Source) -> str:
    """Put quotation marks around a source's own words where they run too long."""
    start, end, length = own(text, words)
    if length <= OWN_WORDS or source.is_summary:
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
    return names_publisher(frame, source) and not told


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
