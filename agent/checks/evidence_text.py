"""The cited words, parsed once for all checks."""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from agent.language.dates import Date, dates
from agent.language.names import Vocabulary, vocabulary
from agent.language.quantities import Quantity, quantities
from agent.language.text import (
    content_stems,
    fold,
    squash,
    stems,
    words,
)
from agent.types import EvidenceSpan
from retrieval.sentences import split_sentences

CLOSE = 0.75
"""Share of a claim's content words from which on an evidence sentence says the same thing, so that
a difference between the two is a finding. At this share the dev rows (see the model card) show
far more findings among unsupported than among supported claims."""
ENOUGH = 3
"""Content words that a claim must have for that share to mean anything. Of two, both are needed."""
_MOST, _TOGETHER = 0.5, 0.85
"""The same share of a sentence that is read with the one before, and of both together."""
_REACH = 40
"""Characters within which a cue finds the word that it bears on."""
QUOTED = re.compile(r"\"([^\"]+)\"|(?<!\w)'((?:[^']|(?<=\w)'(?=\w))+)'(?!\w)")
"""What stands between marks, in folded text; an apostrophe is none."""
LONGEST_LINE = 80
"""Words beyond which a "sentence" is a table or a menu, where nearness says nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of evidence."""

    text: str
    extract: int
    """Position of its extract."""
    stems: tuple[str, ...]
    content: frozenset[str]


@lru_cache(maxsize=8_192)
def amounts_of(sentence: str) -> tuple[Quantity, ...]:
    """Find the quantities of a sentence that are not part of a date."""
    return tuple(quantities(sentence, [(d.start, d.end) for d in dates(sentence)]))


class EvidenceText:
    """The extracts that one claim cites, parsed on demand and once.

    Args:
        extracts: the cited spans, in citation order.
    """

    def __init__(self, extracts: Sequence[EvidenceSpan]) -> None:
        self.extracts = tuple(extracts)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """All sentences of all extracts, in order."""
        return tuple(
            _line(text, position)
            for position, extract in enumerate(self.extracts)
            for text in _split(extract.text)
        )

    @cached_property
    def in_turn(self) -> tuple[tuple[Line | None, Line], ...]:
        """Each sentence with the one before it."""
        return tuple(zip((None, *self.lines), self.lines, strict=False))

    @cached_property
    def quantities(self) -> tuple[tuple[Line, Quantity], ...]:
        """Every number, percentage and sum of money, with the line it stands in.

        The name of a publisher ("FOX 5") is a line of its own: naming it is no claim.
        """
        names = (_line(e.publisher, n) for n, e in enumerate(self.extracts) if e.publisher)
        return tuple((line, q) for line in (*self.lines, *names) for q in amounts_of(line.text))

    @cached_property
    def dates(self) -> tuple[tuple[Line, Date], ...]:
        """Every calendar date, with the line it stands in."""
        return tuple((line, found) for line in self.lines for found in dates(line.text))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What the evidence can name, with its titles and publishers."""
        records = (f"{e.publisher or ''}\n{e.title or ''}" for e in self.extracts)
        return vocabulary([*(e.text for e in self.extracts), *records])

    @cached_property
    def publishers(self) -> frozenset[str]:
        """Content stems of the names of the publishers, which their own texts need not have."""
        return frozenset(
            s for e in self.extracts if e.publisher for s in content_stems(e.publisher)
        )

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(s for line in self.lines for s in line.stems)

    @cached_property
    def flat(self) -> tuple[str, ...]:
        """Each extract with everything folded that print varies."""
        return tuple(squash(extract.text) for extract in self.extracts)

    @cached_property
    def quotable(self) -> tuple[str, ...]:
        """Text that may be quoted, folded: a verbatim extract, each quotation in a summary."""
        return tuple(
            squash(text)
            for extract in self.extracts
            for text in (quotations_in(extract) if extract.summary else (extract.text,))
        )

    def overlap(self, claim: frozenset[str], line: Line) -> float:
        """Share of the content stems of a claim that a line has, in [0, 1]."""
        return len(claim & line.content) / len(claim) if claim else 0.0

    def shared(self, claim: frozenset[str], line: Line) -> tuple[int, int]:
        """Give the span of a line from its first to its last word in common with the claim."""
        hits = [at for at, stem in enumerate(line.stems) if stem in claim]
        if not hits:
            return 0, 0
        found = words(line.text)
        return found[hits[0]][1], found[hits[-1]][2]

    def close(self, wanted: frozenset[str], least: float = CLOSE) -> list[Line]:
        """Give the lines that have at least a share of the content stems, the closest first."""
        if len(wanted) < 2:
            return []
        if len(wanted) < ENOUGH:
            least = 1.0
        prose = (line for line in self.lines if len(line.stems) <= LONGEST_LINE)
        scored = [(self.overlap(wanted, line), line) for line in prose]
        near = sorted((s for s in scored if s[0] >= least), key=lambda s: -s[0])
        if near:
            return [line for _, line in near]
        return [line for before, line in self.in_turn if self.together(wanted, before, line)]

    def together(self, wanted: frozenset[str], before: Line | None, line: Line) -> bool:
        """Tell whether a line is close with the one before, which may say who, where and when."""
        if before is None or before.extract != line.extract or len(wanted) < ENOUGH:
            return False
        if max(len(before.stems), len(line.stems)) > LONGEST_LINE:
            return False
        both = len(wanted & (line.content | before.content))
        return self.overlap(wanted, line) >= _MOST and both >= _TOGETHER * len(wanted)


def quotations_in(extract: EvidenceSpan) -> Iterator[str]:
    """What of the words stands in quotation marks, read with the whole passage where it is known.

    A sentence of a long quotation has no mark of its own, or one only.
    """
    whole = extract.passage if extract.text in extract.passage else extract.text
    start = whole.index(extract.text)
    end = start + len(extract.text)
    for paragraph in re.finditer(r"[^\n]+", fold(whole)):  # a mark left open ends with it
        for found in QUOTED.finditer(paragraph[0]):
            first, last = (paragraph.start() + at for at in found.span(1 if found[1] else 2))
            inside = whole[max(start, first) : min(end, last)]
            if inside.strip():
                yield inside


def _split(text: str) -> Iterator[str]:
    for start, end in split_sentences(text):
        piece = text[start:end].strip()
        if piece:
            yield piece


def _line(text: str, extract: int) -> Line:
    return Line(fold(text), extract, tuple(stems(text)), frozenset(content_stems(text)))


def sides(text: str, cue: re.Match[str]) -> tuple[str, str]:
    """Give what stands before and after a cue.

    Before one that opens the sentence stands what follows its comma ("After the vote, he left").
    """
    left, right = text[: cue.start()], text[cue.end() :]
    if not content_stems(left) and "," in right:
        right, left = right.split(",", 1)
    return left, right


def governing(
    cue: re.Pattern[str],
    text: str,
    shared: Container[str],
    through: Container[str] = frozenset(),
) -> list[re.Match[str]]:
    """Find the cues of a text that bear on what it shares with another.

    A cue bears on the next content word, or on the one before where nothing follows it closely
    ("may raise", "is unconfirmed").

    Args:
        cue: the pattern of the cues.
        text: a claim or a line of evidence.
        shared: content stems of the other text.
        through: content stems that pass it on to the word after them.
    """
    flat = fold(text)
    return [m for m in cue.finditer(flat) if _bears_on(flat, m, shared, through)]


def _bears_on(
    text: str, cue: re.Match[str], shared: Container[str], through: Container[str]
) -> bool:
    behind = text[cue.end() : cue.end() + _REACH]
    if text[: cue.start()].endswith(", "):  # "and, possibly, others"
        behind = behind.removeprefix(",")
    after = content_stems(re.split(r"[.,;:!?]", behind)[0])
    if after:
        held = after[0] in through and after[0] not in shared
        return after[min(1, len(after) - 1) if held else 0] in shared
    before = content_stems(text[max(0, cue.start() - _REACH) : cue.start()])
    return bool(before) and before[-1] in shared


def beside(text: str, spans: Sequence[tuple[int, int]]) -> list[frozenset[str]]:
    """Give the content stems that stand between each span and its neighbour.

    They are those before it ("adopted on May 23 and released on May 24"), or those behind it where
    the text opens with one ("In May it rose, in June it fell").

    Args:
        text: a sentence.
        spans: (start, end) of dates or of figures, in order.
    """
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    told = [frozenset(content_stems(text[a:b])) for a, b in zip(ends, starts, strict=True)]
    return told[:-1] if told[0] else told[1:]


def of_another(
    words: frozenset[str], parts: Iterable[tuple[bool, frozenset[str]]], least: float
) -> bool:
    """Tell whether words stand beside another date or figure of a sentence, not beside their own.

    Args:
        words: content stems of what a claim says of it.
        parts: of each date or figure of the sentence, whether it is the claim's, and what stands
            beside it; where nothing does, nothing is told.
        least: of the words must stand beside another.
    """
    other = 0
    for own, told in parts:
        shared = len(words & told)
        if own and (shared or not told):
            return False
        if not own:
            other = max(other, shared)
    return other >= least
