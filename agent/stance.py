"""Does a sentence speak for or against the claim? First version: rules over the verifier's view.

A sentence speaks *for* the claim where the verifier lets the claim stand on it alone, *against* it
where it denies the claim or something said of it. Everything else speaks for neither side: a
stance that cannot be told is not guessed.
"""

import re
from collections.abc import Sequence
from typing import Final

from agent.ports import Shelf, Verifier
from agent.types import Claim, Extract, Pair, Stance, Support
from agent.words import expanded

DENIAL: Final = re.compile(
    r"\b(?:is|are|was|were|as|rated|called|be|been) (?:[\w-]+ ){0,3}?"
    r"(?:fake|false|hoax(?:es)?|untrue|myth|misleading|wrong|incorrect|fabricated|debunked|disproved"
    r"|refuted|impossible|baseless|unfounded)\b"
    r"|\b(?:is|are|was|were) not (?:real|true|genuine|accurate|correct)\b"
    r"|\brated (?:the|this|that) claim\b.*\b(?:fake|false|wrong|misleading)\b"
    r"|\bno (?:[\w-]+ )?(?:evidence|proof|basis) (?:that|of|for)\b"
    r"|\bno (?:[\w-]+ )?(?:link|association|connection) (?:between|with|to)\b"
    r"|\bno (?:report|case|record|instance)s?\b.*\b(?:verified|confirmed|documented)\b",
    re.IGNORECASE,
)
"""Said of the claim, not beside it: "is fake", but not "a fake video"."""
DOUBT: Final = re.compile(r"\b(?:deep)?fakes?\b|\bhoax|\bfalse|\bmyth|\bdebunk", re.IGNORECASE)
"""A claim that speaks of fakes itself is not denied by a sentence that does."""
NEGATION: Final = re.compile(
    r"\b(?:not|no|never|none|neither|nor|cannot|[a-z]+n't|without|stopp?(?:s|ed)?)\b", re.IGNORECASE
)
SILENCE: Final = re.compile(
    r"\b(?:do(?:es)?|did) not (?:itself )?(?:say|state|mention|describe|name|give|address|report)\b"
    r"|\bnot (?:named|given|stated|clear|known)\b",
    re.IGNORECASE,
)
"""What a source does not speak about says nothing against the claim."""
SUBJECT: Final = 0.50
"""Cosine from which a sentence is about the same thing as the claim."""


def stances(
    claim: Claim, sentences: Sequence[str], shelf: Shelf, verifier: Verifier
) -> list[Stance]:
    """Read the stance of each sentence towards the claim, in order."""
    if not sentences:
        return []
    wanted = " ".join(expanded(claim.text))
    vectors = shelf.embed([claim.text, wanted, *sentences])
    cosines = (vectors[2:] @ vectors[:2].T).max(axis=1)
    rulings = verifier.judge(
        [Pair(claim=claim.text, evidence=(Extract(text=s),)) for s in sentences]
    )
    return [
        _stance(claim.text, text, float(cosine), ruling.support)
        for text, cosine, ruling in zip(sentences, cosines, rulings, strict=True)
    ]


def _stance(claim: str, text: str, cosine: float, support: Support) -> Stance:
    if cosine < SUBJECT or SILENCE.search(text):
        return Stance.NEITHER
    denies = bool(DENIAL.search(text)) and not DOUBT.search(claim)
    if support is Support.CONTRADICTED or (denies and not NEGATION.search(claim)):
        return Stance.AGAINST
    return Stance.FOR if support is Support.SUPPORTED and not denies else Stance.NEITHER
