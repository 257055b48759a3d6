"""A claim and the sentence it rests on must point the same way."""

import re
from collections.abc import Container

from agent.checks.evidence_text import (
    ENOUGH,
    LONGEST_LINE,
    EvidenceText,
    Line,
    governing,
)
from agent.language.antonyms import PAIRS, two_words
from agent.language.lexicon import pattern, words
from agent.language.text import content_stems, stem
from agent.types import CheckName, CheckResult, Outcome

_CUE = pattern(
    r"\b(?:not(?! (?:only|just|merely|necessarily|least))|no(?! (?:fewer|less|more) than|\.)"
    r"|nothing(?! but)|(?!(?:not|no|nothing)\b){core.negation}|non|{stance.refusal}"
    r"|den(?:y|ies|ied|ying)|false|untrue"
    r"|(?:myth|misconception|falsehood|fiction|hoax|lie|wrong|incorrect)(?= (?:to \w+ )?that\b)"
    r")\b|n't\b",
    re.IGNORECASE,
)
_CUE_STEMS = frozenset(
    map(
        stem,
        words("core.negation") | {"false", "untrue", "unable", "fail", "refuse", "lack", "deny"},
    )
)
_THROUGH = _CUE_STEMS | frozenset(
    map(
        stem,
        words("reporting.saying")
        | words("reporting.stating")
        | words("reporting.contesting")
        | words("reporting.judging")
        | {"mean", "prove", "imply", "proof", "evidence", "true", "case", "correct", "accurate"},
    )
)
_CLOSE = 0.7
"""Share of the claim that a sentence must have for their polarity to be compared; a little less
than for other comparisons, as the word that is turned round may be missing itself."""
_NEARER = 0.15
"""How much more of the claim a sentence must have for its polarity to outweigh another's."""


def check_negation(claim: str, reading: EvidenceText) -> CheckResult:
    """Compare the polarity of the claim with that of the sentences about the same thing.

    Only negations that bear on a word of both count; a pair of opposites ("rose", "fell") makes up
    for one. Any other difference is a violation, unless a sentence that is as near has none.
    """
    wanted = frozenset(content_stems(claim)) - _CUE_STEMS
    if len(rest := wanted - reading.publishers) >= ENOUGH:
        wanted = rest
    if len(wanted) < 2:
        return CheckResult(name=CheckName.NEGATION, outcome=Outcome.NOT_APPLICABLE)
    least = _CLOSE if len(wanted) >= ENOUGH else 1.0
    small = _plain_small(claim) - _ORDER  # "A before B" is "B after A"
    even, odd = 0.0, 0.0
    other: Line | None = None
    for before, line in reading.in_turn:
        mine, theirs, same = _opposites(claim, small, line)
        meant = (len(wanted & line.content) + len(mine) + bool(same)) / len(wanted)
        alike = meant >= least or reading.together(wanted, before, line)
        if not alike or len(line.stems) > LONGEST_LINE:
            continue
        here = _cues(claim, (line.content | mine) - _CUE_STEMS, mine)
        there = _cues(line.text, wanted | theirs | same, theirs)
        if abs(len(here) - len(there)) == len(mine):
            even = max(even, meant)
        elif meant > odd:
            odd, other = meant, line
    if even and odd <= even + _NEARER:
        return CheckResult(name=CheckName.NEGATION, outcome=Outcome.OK)
    if other is None:
        return CheckResult(name=CheckName.NEGATION, outcome=Outcome.NOT_APPLICABLE)
    return CheckResult(
        name=CheckName.NEGATION,
        outcome=Outcome.VIOLATED,
        detail=f'the sentence and the cited text point opposite ways; it says "{other.text}"',
        span=(0, len(claim)),
        evidence=other.text,
    )


def _cues(text: str, shared: Container[str], opposites: Container[str]) -> list[re.Match[str]]:
    """Give the negations that bear on what is shared; "false" is none where "true" is compared."""
    return [m for m in governing(_CUE, text, shared, _THROUGH) if stem(m[0]) not in opposites]


def _opposites(claim: str, small: set[str], line: Line) -> tuple[set[str], set[str], set[str]]:
    """Compare words that have an opposite.

    Returns:
        Words of the claim whose opposite the line has instead, those opposites, and words of the
        line that say the same as one of the claim ("guilty" for "convicted").
    """
    said = set(content_stems(claim)) | small | two_words(claim)
    given = set(line.stems) | two_words(line.text)
    mine, theirs, same = set[str](), set[str](), set[str]()
    for left, right in PAIRS:
        for one, other in ((left, right), (right, left)):
            if not said & one or said & other or given & said & one:
                continue
            if given & one:
                same |= given & one
            elif given & other:
                mine.add(min(said & one))
                theirs |= given & other
    return mine, theirs, same


def _plain_small(claim: str) -> set[str]:
    """Give the opposites among the function words ("before", "more"), which content leaves out."""
    return {stem(w) for w in re.findall(r"[a-z]+", claim.casefold()) if w in _SMALL}


_SMALL = frozenset(["before", "after", "above", "below", "under", "over", "until", "more", "most"])
_ORDER = frozenset(map(stem, ("before", "after")))
