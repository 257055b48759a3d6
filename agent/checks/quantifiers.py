"""A claim may not say all where its evidence says some."""

import re

from agent.checks.normalise import content, fold, stem
from agent.checks.reading import Reading
from agent.types import Check, Outcome

NAME = "quantifiers"
_ALL = re.compile(
    r"\b(?:all(?! (?:the )?(?:other|told|along|but|right|in all|over)\b)"
    r"|every(?! (?:day|week|month|year|night|morning|other|few|\w+ (?:years|months|days))\b)"
    r"|each|everyone|everybody|everything|always|entire(?:ly)?|whole|wholly|complete(?:ly)?"
    r"|total(?:ly)?|any(?:one|thing)?|universal(?:ly)?|without exception"
    r"|unanimous(?:ly)?|both|full(?:y)?|throughout|invariably)\b",
    re.IGNORECASE,
)
_EXACT = re.compile(r"\b(?:exactly|precisely)\b", re.IGNORECASE)
_SOLE = re.compile(
    r"\b(?:only|sole(?:ly)?|exclusive(?:ly)?|alone|just|single|unique(?:ly)?|nothing but"
    r"|no other)\b",
    re.IGNORECASE,
)
_ALL_OVER = r"(?:all over|across|around|throughout) the (?:\w+ )?"
_WORLD = re.compile(
    rf"\b(?:{_ALL_OVER}(?:world|globe|planet)|worldwide|globally|everywhere)\b", re.IGNORECASE
)
_AS_WORLD = re.compile(r"\b(?:world|glob|planet|everywhere|international)", re.IGNORECASE)
_LAND = "country|nation|continent|kingdom|union|state"
_COUNTRY = re.compile(rf"\b(?:{_ALL_OVER}(?:{_LAND})|nationwide|nationally)\b", re.IGNORECASE)
_AS_COUNTRY = re.compile(
    rf"\b(?:{_LAND}|world|glob|everywhere|throughout|all over|across)", re.IGNORECASE
)
_NONE = re.compile(
    r"\b(?:none|nobody|no one|nothing|never|nowhere"
    r"|no(?! (?:fewer|less|more|longer|doubt|but)\b|[.,]))\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:not?|never|none|nobody|nothing|nowhere|neither|nor|without|cannot|no-one)\b|n't\b",
    re.IGNORECASE,
)


_KINDS = (
    (_ALL, re.compile(rf"(?<!\bnot ){_ALL.pattern}", re.IGNORECASE)),
    (_WORLD, _AS_WORLD),
    (_COUNTRY, _AS_COUNTRY),
    (_EXACT, _EXACT),
    (re.compile(r"\b(?:only|solely|exclusively)\b", re.IGNORECASE), _SOLE),
    (_NONE, _NEGATED),
)
"""What a claim may say, and what its evidence must then have."""
_CERTAIN = (_AS_WORLD, _AS_COUNTRY, _EXACT)
"""Missing altogether, these are a finding: all that is said is narrower or less exact."""


def check(claim: str, reading: Reading) -> Check:
    """Look for a universal word of the claim whose like its evidence lacks.

    It is a violation where a sentence says the same thing without such a word, or where nothing in
    the evidence is as wide or as exact; else it is unknown where no sentence has one.
    """
    flat = fold(claim)
    said = [
        (found, like)
        for cue, like in _KINDS
        if (found := cue.search(flat)) and not _denies(found, flat)
    ]
    wanted = frozenset(content(claim)) - {stem(found[0]) for found, _ in said}
    close = reading.close(wanted) if said else []
    for found, like in said:
        if not any(like.search(line.text) for line in close or reading.lines):
            return Check(
                name=NAME,
                outcome=Outcome.VIOLATED if close or like in _CERTAIN else Outcome.UNKNOWN,
                detail=f'the sentence says "{found[0]}"; the cited text does not go that far',
                span=found.span(),
                evidence=close[0].text if close else None,
            )
    return Check(name=NAME, outcome=Outcome.OK if said else Outcome.NOT_APPLICABLE)


def _denies(found: re.Match[str], claim: str) -> bool:
    """Whether it is an "any" that only goes with a negation ("never had any")."""
    return found[0].casefold().startswith("any") and bool(_NEGATED.search(claim))
