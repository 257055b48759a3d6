"""From chosen sentences to prose.

Attributed once, joined where one leans on another, quoted where a source's own words run long.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final

from agent.drafters.candidates import Candidate
from agent.drafters.phrasing import (
    FRAME,
    Casing,
    about_itself,
    attribute,
    attributed,
    continued,
    dated,
    named,
    opened,
    speaker,
)
from agent.types import Citation, Sentence
from retrieval.types import Source

OWN_WORDS: Final = 25
"""Words of a source in a row beyond which they are marked as a quotation."""
SHORT: Final = 32
"""Words up to which a sentence may be joined with one of another source."""
LEAST: Final = 20
"""Characters that a quotation has at least."""
PARTIES: Final = frozenset({"advocacy", "opinion"})
"""Kinds of sources whose every sentence names them."""
ASIDE: Final = re.compile(
    r"^(.{60,}?), (?:which|who|among them|including|for example) [^;:\"“]*\.$"
)
"""A remark at the end that a sentence can do without."""
SELF_SAYS: Final = re.compile(r"^The [a-z -]+ (?:says|said|reports|reported) that (?P<what>.+)")
QUOTED: Final = re.compile(r"\"[^\"]*\"|“[^”]*”")
SAID: Final = 8
"""Words from which a quotation in the source is left out when its own words are counted."""
CLOSING: Final = ('"', "”", ")")
WORD: Final = re.compile(r"[\w'’.,-]*\w")


class Teller:
    """Writes the sentences of one page in order; remembers whom it has named.

    Args:
        casing: Which words may open a sentence with a capital and are no names.
    """

    def __init__(self, casing: Casing) -> None:
        self._casing = casing
        self._dated: set[str] = set()
        self._last = ""

    def turn(self) -> None:
        """Begin a section: whoever speaks first in it is named again."""
        self._last = ""

    def tell(self, one: Candidate) -> Sentence:
        """One sentence and those it leans on, as one sentence that stands alone."""
        run, source = one.run(), one.source
        text = self._head(run[0].text, source)
        for before, after in pairwise(run):
            text = self._behind(text, before.text, after)
        self._last = source.id
        return Sentence(text=text, citations=_spans(run))

    def together(self, first: Sentence, second: Sentence) -> Sentence | None:
        """Two sentences of different sources as one, where it stays readable."""
        texts = (first.text, second.text)
        if any(";" in t or ": " in t or len(t.split()) > SHORT for t in texts):
            return None
        if not self._casing.sure(second.text):
            return None
        citations = (*first.citations, *second.citations)
        text = joined([first.text, continued(second.text, self._casing)])
        return Sentence(text=text, citations=citations)

    def change(self, later: Candidate, earlier: Candidate) -> Sentence:
        """A figure that was replaced: the later source first, the earlier one named as earlier."""
        self._last = later.source.id
        self._dated |= {later.source.id, earlier.source.id}
        now, before = (
            dated(named(c.text, c.source), c.source, self._casing) for c in (later, earlier)
        )
        text = joined([now, f"earlier, {before}"])
        return Sentence(text=text, citations=(later.citation(), earlier.citation()))

    def _head(self, text: str, source: Source) -> str:
        """The sentence with its source's name, and the day where it is named first."""
        said = named(shortened(text), source)
        first = source.published is not None and source.id not in self._dated
        self._dated.add(source.id)
        says = SELF_SAYS.match(text) if about_itself(text, source) else None
        if first and says and _size(said, text) <= OWN_WORDS:
            return dated(says["what"], source, self._casing)
        if _size(said, text) > OWN_WORDS or attributed(said, source):
            return marked(said, text, source)
        if first and self._casing.sure(said):
            return dated(said, source, self._casing)
        if self._last == source.id and source.kind not in PARTIES:
            return said
        return attribute(said, source, self._casing)

    def _behind(self, text: str, before: str, after: Candidate) -> str:
        """Text with the next sentence of its source behind it: quoted where both run too long."""
        _, end, size = _own(text, before)
        more = named(after.text, after.source)
        words = len(more.split())
        unbroken = end >= len(text.rstrip(" .")) and more == after.text
        if words > OWN_WORDS or (unbroken and size + words > OWN_WORDS):
            return f"{text.rstrip(' .')}: {_quotation(more)}."
        return joined([text, continued(more, self._casing)])


def joined(parts: Sequence[str]) -> str:
    """One sentence of several."""
    return "; ".join([*(p.rstrip().rstrip(".") for p in parts[:-1]), parts[-1]])


def shortened(text: str) -> str:
    """A long sentence without the remark that ends it."""
    aside = ASIDE.match(text) if len(text.split()) > OWN_WORDS else None
    return f"{aside[1]}." if aside else text


def _size(text: str, words: str) -> int:
    return _own(text, words)[2]


def marked(text: str, words: str, source: Source) -> str:
    """Put quotation marks around a source's own words where they run too long."""
    start, end, size = _own(text, words)
    if size <= OWN_WORDS:
        return text
    if (frame := FRAME.match(text)) and start < frame.end() < end - LEAST:
        start = frame.end()
    elif start == 0:
        return f"{opened(speaker(source))} wrote: {_quotation(text)}."
    return f"{text[:start]}{_quotation(text[start:end])}{text[end:].rstrip(' .')}."


def _own(text: str, words: str) -> tuple[int, int, int]:
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


def _quotation(words: str) -> str:
    bare = words.rstrip(" .")
    return f"“{bare}”" if '"' in bare else f'"{bare}"'


def _spans(run: Sequence[Candidate]) -> tuple[Citation, ...]:
    """Cite a run as one span of each passage that it lies in."""
    spans: list[Citation] = []
    for passage in {c.passage.id: c.passage for c in run}.values():
        mine = [c for c in run if c.passage.id == passage.id]
        start, end = mine[0].start, mine[-1].end
        spans.append(
            Citation(
                source=passage.source.id,
                passage=passage.id,
                start=start,
                end=end,
                quote=passage.text[start - passage.start : end - passage.start],
            )
        )
    return tuple(spans)
