"""Sentences of a page, made of the words of sources and attributed to them."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from agent.language.phrases import speaker
from agent.types import Citation, Sentence
from agent.writers.anaphora import leans_back
from agent.writers.attribution import (
    TOLD,
    Casing,
    about_itself,
    attribute,
    attribute_with_date,
    lower_first,
    name_source,
    names_publisher,
    names_reporter,
    told_plainly,
    without_also,
)
from agent.writers.candidates import Candidate
from agent.writers.quotations import (
    OWN_WORDS,
    marked,
    own,
    quotation,
    shortened,
    size,
)
from retrieval.types import Source

LONGEST: Final = 44
"""Words up to which sentences of one paragraph are told in one."""
PARTIES: Final = frozenset({"advocacy", "opinion"})
"""Kinds of sources whose every sentence names them."""
SELF_SAYS: Final = re.compile(r"^The [a-z -]+ (?:says|said|reports|reported) that (?P<what>.+)")


class SentenceWriter:
    """Writes the sentences of one page in order; remembers whom it has named.

    Args:
        casing: Which words may open a sentence with a capital and are no names.
    """

    def __init__(self, casing: Casing) -> None:
        self._casing = casing
        self._dated: set[str] = set()
        self._last = ""
        self._attributed = False

    def turn(self) -> None:
        """Begin a paragraph: whoever speaks first in it is named again, and once is enough."""
        self._last = ""
        self._attributed = False

    def tell(self, one: Candidate, *more: Candidate) -> Sentence:
        """One sentence and those it leans on, as one sentence that stands alone.

        Args:
            one: The sentence.
            more: What follows in its paragraph and is told with it: see `follows`.
        """
        run, source = one.run(), one.source
        text, said = self._head(one, source)
        for before, after in pairwise(run):
            text = self._behind(text, before.text, after)
        for after in more:
            text = self._further(text, said, after)
        self._last = source.id
        return Sentence(text=text, citations=_spans((*run, *more)))

    def follows(self, after: Candidate, before: Candidate, words: int) -> bool:
        """Whether a sentence can be told in one with those before it in its paragraph.

        Args:
            after: The sentence.
            before: The last of them.
            words: How many words they have.
        """
        length = len(after.text.split())
        return (
            after.passage.id == before.passage.id
            and after.start >= before.end
            and length <= OWN_WORDS
            and words + length <= LONGEST
            and len(after.run()) == 1
            and not any(mark in f"{before.text} {after.text}" for mark in (":", ";", '"', "“"))
            and self._casing.sure(after.text)
            and not about_itself(after.text, after.source)
        )

    def change(self, later: Candidate, earlier: Candidate) -> Sentence:
        """A figure that was replaced: the later source first, the earlier one named as earlier."""
        self._last = later.source.id
        self._dated |= {later.source.id, earlier.source.id}
        now, before = (
            attribute_with_date(name_source(c.text, c.source), c.source, self._casing)
            for c in (later, earlier)
        )
        text = joined([now, f"earlier, {before}"])
        return Sentence(text=text, citations=(later.citation(), earlier.citation()))

    def _head(self, one: Candidate, source: Source) -> tuple[str, bool]:
        """The sentence with its source's name, and the day where it is named first.

        Returns:
            The text, and whether it opens with "so-and-so reported that" of its own.
        """
        text = one.run()[0].text
        said = without_also(name_source(shortened(text), source))
        first = source.published is not None and source.id not in self._dated
        self._dated.add(source.id)
        says = SELF_SAYS.match(text) if about_itself(text, source) else None
        if first and says and size(said, text, source) <= OWN_WORDS:
            return attribute_with_date(says["what"], source, self._casing), True
        told = names_reporter(said, source) and not (
            leans_back(text, source) and self._strange(said, source)
        )
        if size(said, text, source) > OWN_WORDS or told:
            plain = told_plainly(said, source) if self._attributed else said
            self._attributed = True
            return marked(plain, text, source), False
        again = self._last == source.id if source.kind in PARTIES else self._attributed
        if again:
            return said, False
        self._attributed = True
        if first and self._casing.sure(said):
            whole = attribute_with_date(said, source, self._casing)
            return whole, f"{TOLD.get(source.kind, 'reported')} on" in whole
        return attribute(said, source, self._casing), False

    def _strange(self, said: str, source: Source) -> bool:
        """Whether a section has not named the source yet, nor does the sentence."""
        return self._last != source.id and not names_publisher(said, source)

    def _further(self, text: str, framed: bool, after: Candidate) -> str:  # noqa: FBT001
        """Text with a further sentence of its paragraph behind it, under the same attribution."""
        more = lower_first(name_source(after.text, after.source), self._casing)
        end = f", according to {speaker(after.source)}."
        own = names_reporter(after.text, after.source)
        if framed and not own:
            return f"{text.rstrip('.')}, and that {more}"
        if text.endswith(end) and not own and ";" not in text:
            start = lower_first(text.removesuffix(end), self._casing)
            return f"According to {speaker(after.source)}, {start}, and {more}"
        return joined([text, more])

    def _behind(self, text: str, before: str, after: Candidate) -> str:
        """Text with the next sentence of its source behind it, quoted where both run too long."""
        _, end, length = own(text, before)
        more = name_source(after.text, after.source)
        words = len(more.split())
        unbroken = end >= len(text.rstrip(" .")) and more == after.text
        if after.source.is_summary:
            return joined([text, lower_first(more, self._casing)])
        if words > OWN_WORDS or (unbroken and length + words > OWN_WORDS):
            return f"{text.rstrip(' .')}: {quotation(more)}."
        return joined([text, lower_first(more, self._casing)])


def joined(parts: Sequence[str]) -> str:
    """One sentence of several."""
    return "; ".join([*(p.rstrip().rstrip(".") for p in parts[:-1]), parts[-1]])


def _spans(run: Sequence[Candidate]) -> tuple[Citation, ...]:
    """Cite a run as one span of each passage that it lies in."""
    spans: list[Citation] = []
    for passage in {c.passage.id: c.passage for c in run}.values():
        mine = [c for c in run if c.passage.id == passage.id]
        start, end = mine[0].start, mine[-1].end
        spans.append(Citation.of(passage, start - passage.start, end - passage.start))
    return tuple(spans)
