"""A claim may not add what its evidence has nothing of."""

import re
from collections.abc import Iterator
from itertools import chain

from agent.checks.normalise import content, fold, stem
from agent.checks.reading import Reading
from agent.types import Check, Outcome

NAME = "detail"
_PART = re.compile(r"[^,;()]+")
_LEAST = 2
"""Content words from which on a part between commas is a detail of its own."""
_BEFORE = (
    *("about", "above", "across", "after", "against", "along", "among", "around", "at", "before"),
    *("behind", "below", "beneath", "beside", "between", "beyond", "by", "despite", "during"),
    *("for", "from", "in", "inside", "into", "near", "of", "off", "on", "onto", "outside", "over"),
    *("past", "since", "through", "throughout", "toward", "towards", "under", "until", "upon"),
    *("via", "with", "within", "without"),
)
_ENDS = (
    *("and", "or", "but", "nor", "that", "which", "who", "whom", "whose", "when", "while", "where"),
    *("because", "as", "than", "if", "so", "though", "is", "are", "was", "were", "be", "been"),
    *("being", "has", "have", "had", "will", "would", "could", "can", "may", "might", "must"),
    *("did", "does", "do", "not", "to", "it", "he", "she", "they", "we", "roughly", "nearly"),
)
_GOAL = r"to(?= (?:the|an?|its|his|her|their|our|your|my)\b)"
"""Without an article it may be a verb's "to"."""
_PHRASE = re.compile(
    rf"\b(?:{'|'.join(_BEFORE)}|{_GOAL})"
    rf"((?: (?!(?:{'|'.join((*_BEFORE, *_ENDS))})\b)[\w'$%.-]*\w){{1,5}})",
    re.IGNORECASE,
)
"""A preposition with what hangs on it: "for broken ribs", "to their hands"."""
_FIXED = frozenset(map(stem, ("instance", "example", "fact", "general", "way", "end", "turn")))
"""Phrases with these say nothing: "for instance", "under way"."""
_KNOWN = 0.8
"""Share of the rest that the evidence must have, or the sentence is another one altogether."""


def check(claim: str, reading: Reading) -> Check:
    """Look for a part of which the evidence has no word, though it has the rest.

    A part is what stands between commas, or a preposition with what hangs on it. It may be said in
    other words, so it proves nothing: the outcome is `UNKNOWN`.
    """
    known = reading.stems | reading.publishers
    folded = fold(claim)
    new = next(chain(_parts(folded, known), _phrases(folded, known)), None)
    if new is None:
        return Check(name=NAME, outcome=Outcome.NOT_APPLICABLE)
    detail = f'the cited text has nothing of "{new[0].strip()}"'
    return Check(name=NAME, outcome=Outcome.UNKNOWN, detail=detail, span=new.span())


def _parts(folded: str, known: frozenset[str]) -> Iterator[re.Match[str]]:
    parts = [(m, _told(m[0])) for m in _PART.finditer(folded)]
    if any(2 * len(told & known) > len(told) for _, told in parts):
        yield from (m for m, told in parts if len(told) >= _LEAST and not told & known)


def _phrases(folded: str, known: frozenset[str]) -> Iterator[re.Match[str]]:
    everything = _told(folded)
    for m in _PHRASE.finditer(folded):
        told = _told(m[1])
        rest = everything - told
        if told and not told & (known | _FIXED) and len(rest & known) >= _KNOWN * len(rest) > 0:
            yield m


def _told(text: str) -> set[str]:
    return {word for word in content(text) if word.isalpha() and len(word) > 1}
