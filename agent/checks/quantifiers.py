"""A claim may not say all where its evidence says some."""

import re

from agent.checks.normalise import content, fold, stem
from agent.checks.reading import Reading
from agent.types import Check, Outcome

NAME = "quantifiers"
_ALL = re.compile(
    r"\b(?:all(?! (?:the )?(?:other|told|along|but|right|in all|over)\b)|all over the world"
    r"|every(?! (?:day|week|month|year|night|morning|other|few|\w+ (?:years|months|days))\b)"
    r"|each|everyone|everybody|everything|everywhere|always|entire(?:ly)?|whole|wholly|complete(?:ly)?"
    r"|total(?:ly)?|any|anyone|anything|worldwide|universal(?:ly)?|without exception|exactly"
    r"|precisely|only|unanimous(?:ly)?|both|full(?:y)?|throughout|invariably)\b",
    re.IGNORECASE,
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


def check(claim: str, reading: Reading) -> Check:
    """Look for a universal word of the claim that its evidence lacks.

    It is a violation where a sentence says the same thing without such a word, and unknown where
    no sentence of the evidence has one.
    """
    said = _ALL.search(fold(claim)) or _NONE.search(fold(claim))
    if said is None:
        return Check(name=NAME, outcome=Outcome.NOT_APPLICABLE)
    same = _NEGATED if _NONE.fullmatch(said[0]) else _ALL
    close = reading.close(frozenset(content(claim)) - {stem(said[0])})
    if any(same.search(line.text) for line in close or reading.lines):
        return Check(name=NAME, outcome=Outcome.OK)
    return Check(
        name=NAME,
        outcome=Outcome.VIOLATED if close else Outcome.UNKNOWN,
        detail=f'the sentence says "{said[0]}"; the cited text does not go that far',
        span=said.span(),
        evidence=close[0].text if close else None,
    )
