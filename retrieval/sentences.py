"""Sentences of a text, as exact spans."""

import re
from collections.abc import Iterator

from sentencex import get_sentence_boundaries

_CLOCK = re.compile(r"\b[ap]\.m\.$", re.IGNORECASE)
_ZONE = re.compile(
    r"(?:Eastern|Central|Mountain|Pacific|Atlantic|Greenwich|Coordinated|Local|[A-Z]{2,4}T|UTC)\b"
)
_UNFINISHED = re.compile(r"(?:\d{1,3}|[A-Za-z]|Dr|Approx|Vol|Fig|Figs|Art|Arts|Nos)\.$")
"""A piece that is no more than this is a list number or an abbreviation, not a sentence."""
_TAIL = 8
"""Characters at the end of a piece that decide: one more than `_UNFINISHED` and a clock need."""
_HIDDEN_END = re.compile(r"(?:No\.|[^\n]*?\bno\.|\([A-Z][^()\n]*[.!?]\))\s+(?=[A-Z\"“‘(])")
"""An answer ("No. Inflation fell.", "He said no.") or a sentence in brackets, which the splitter
runs on from."""

Span = tuple[int, int]


def split_sentences(text: str) -> list[Span]:
    """Split English text into sentences.

    The rules are sentencex's (Wikimedia, MIT), mended where it is known to fail on news: "3 p.m.
    Eastern", an answer "No.", list numbers, sentences in brackets, lower-case continuations.
    A blank line always ends a sentence.

    Returns:
        (start, end) of each sentence in order, in characters, without surrounding space; what
        lies between them is space only.
    """
    spans: list[Span] = []
    for start, end in _cut(text):
        if spans and _continues(text, spans[-1], (start, end)):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _cut(text: str) -> Iterator[Span]:
    for piece in get_sentence_boundaries("en", text):
        start, end = piece["start_index"], piece["end_index"]
        while hidden := _HIDDEN_END.match(text, start, end):
            yield from _strip(text, start, hidden.end())
            start = hidden.end()
        yield from _strip(text, start, end)


def _strip(text: str, start: int, end: int) -> Iterator[Span]:
    body = text[start:end].strip()
    if body:
        start = text.index(body, start)
        yield start, start + len(body)


def _continues(text: str, before: Span, after: Span) -> bool:
    """True where the splitter cut inside a sentence."""
    left, right = text[max(before[0], before[1] - _TAIL) : before[1]], text[slice(*after)]
    if "\n\n" in text[before[1] : after[0]]:
        return False
    if _CLOCK.search(left):
        return bool(_ZONE.match(right))
    return right.split(maxsplit=1)[0].islower() or bool(
        _UNFINISHED.fullmatch(left.rsplit("\n", 1)[-1])
    )
