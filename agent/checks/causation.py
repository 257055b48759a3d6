"""A claim may not make one thing the cause of another where its evidence does not."""

import re
from itertools import pairwise

from agent.checks.normalise import content, fold
from agent.checks.reading import Line, Reading
from agent.types import Check, Outcome

NAME = "causation"
_CAUSE = re.compile(
    r"\b(?:because|(?<!natural )caus(?:e[sd]?|ing)|led (?!by\b)(?:\w+ ){1,5}?to|led to"
    r"|lead(?:s|ing)? to|due to(?! be\b)"
    r"|owing to|thanks to|as a (?:result|consequence) of|result(?:s|ed|ing)? (?:in|from)"
    r"|trigger(?:s|ed|ing)|prompt(?:s|ed|ing)|dr(?:ove|iven) (?:by|up|down)|brought (?:about|down)"
    r"|stem(?:s|med)? from|attribut(?:ed|able) to|responsible for"
    r"|reason (?:for|that|why)|blam(?:e|ed|es) (?:on|for)"
    r"|(?<=, )so (?!(?:that|far|on|much|many|as)\b)\w+)\b",
    re.IGNORECASE,
)
_ALSO = re.compile(
    r"\b(?:so that|therefore|thus|hence|since|consequen\w+|effects? (?:of|on)|explain\w*|reasons?"
    r"|in response to|push(?:ed|es|ing)|forc(?:ed|es|ing)|driv(?:es?|en|ing)|drove)\b",
    re.IGNORECASE,
)
"""Words that may give a cause in the evidence, too loose to accuse a claim of."""
_SIDE = 0.25
"""Share of either side of the claim's causal word that a sentence must have to join the two."""
_KNOWN = 0.6
"""Share of either side that the evidence must have for the missing link to be certain."""


def check(claim: str, reading: Reading) -> Check:
    """Look for a sentence of the evidence that joins the cause and the effect of the claim.

    It is a violation where the evidence speaks of both but joins them nowhere.
    """
    said = _CAUSE.search(fold(claim))
    if said is None:
        return Check(name=NAME, outcome=Outcome.NOT_APPLICABLE)
    sides = [frozenset(content(part)) for part in (claim[: said.start()], claim[said.end() :])]
    if any(_joins(pair, sides, reading) for pair in pairwise((None, *reading.lines))):
        return Check(name=NAME, outcome=Outcome.OK)
    known = all(side and len(side & reading.stems) >= _KNOWN * len(side) for side in sides)
    return Check(
        name=NAME,
        outcome=Outcome.VIOLATED if known else Outcome.UNKNOWN,
        detail=f'the sentence says "{said[0]}"; the cited text does not join the two',
        span=said.span(),
    )


def _joins(
    pair: tuple[Line | None, Line | None], sides: list[frozenset[str]], reading: Reading
) -> bool:
    """Tell whether a line, read with the one before it, gives a cause on both sides."""
    before, line = pair
    if line is None or not (_CAUSE.search(line.text) or _ALSO.search(line.text)):
        return False
    spoken = line.content | (before.content if before else frozenset())
    return all(len(side & spoken) >= _SIDE * len(side) for side in sides)
