"""A claim may not make one thing the cause of another where its evidence does not."""

import re
from collections.abc import Iterator

from agent.checks.evidence_text import EvidenceText, Line, sides
from agent.language.normalise import content, fold
from agent.types import CheckName, CheckResult, Outcome

_CHANGE = (
    "rise|increase|surge|spike|jump|growth|fall|drop|decline|decrease|loss|change|shift|trend|wave"
    "|demand|series|spread|spate"
)
_CAUSE = re.compile(
    r"\b(?:because|(?<!natural )(?<!all )caus(?:e[sd]?|ing)(?! of death)"
    r"|led (?!by\b)(?:\w+ ){1,5}?to|led to|lead(?:s|ing)? to|due to(?! be\b)"
    r"|owing to|thanks to|as a (?:result|consequence) of|result(?:s|ed|ing)? (?:in|from)"
    r"|trigger(?:s|ed|ing)|prompt(?:s|ed|ing)|dr(?:ove|iven) (?:by|up|down)"
    r"|brought (?:about|down|on)"
    r"|stem(?:s|med)? from|attribut(?:ed|able) to|responsible for"
    r"|reason (?:for|that|why)|blam(?:e|ed|es) (?:on|for)|explain(?:s|ed)? why"
    rf"|dr(?:ove|ives|iving)(?= (?:\w+ ){{0,3}}?(?:{_CHANGE})s?\b)"
    rf"|m(?:ade|akes?|aking)(?= (?:\w+ ){{1,6}}?(?:{_CHANGE}|sick|ill|worse)\b)"
    r"|fuel(?:l?ed|s|l?ing)|spark(?:s|ed|ing)|spur(?:s|red|ring)|stok(?:es|ed|ing)"
    r"|prevent(?:s|ed)?(?! (?:[^,.;]{1,40} )?from\b)"
    r"|g(?:ave|ives?|iving) rise to|protect(?:s|ed|ing)?(?= (?:\w+ ){0,5}?(?:from|against)\b)"
    r"|(?:rais|increas|lower|reduc|cut|boost|doubl|tripl)(?:es?|ed|ing|s|ting)"
    r"(?= (?:\w+ ){0,3}?(?:risks?|chances?|likelihood|odds|incidence)\b)"
    r"|(?<=, )so (?!(?:that|far|on|much|many|as)\b)\w+)\b",
    re.IGNORECASE,
)
_ALSO = re.compile(
    r"\b(?:so that|therefore|thus|hence|consequen\w+|effects? (?:of|on)|explain\w*|reasons?"
    r"|in response to|push(?:ed|es|ing)|forc(?:ed|es|ing)|driv(?:es?|en|ing)|drove|contribut\w+"
    r"|following|prevent\w*|protect\w*|avert\w*|avoid\w*)\b"
    r"|\bsince (?!\d|(?-i:[A-Z])|then\b|(?:early|late|last|\w+ \d)|(?:\w+ ){1,5}?(?:began|start))",
    re.IGNORECASE,
)
"""Words that may give a cause in the evidence, too loose to accuse a claim of."""
_PART = re.compile(
    r"\b(?:part of|part(?:ly|ially)|in part|(?:one|some) of (?:the|several|its|many)"
    r"|(?:a|one|another) (?:factor|cause|reason)|among the (?:factors|causes|reasons)"
    r"|contribut\w+|played a (?:part|role)|helped)\b",
    re.IGNORECASE,
)
"""What makes a cause one of several."""
_NOT_GIVEN = re.compile(
    r"(?:(?:\b(?:not|never|no|cannot|nor|without)|n't)\b(?: \w+){0,3}? (?:claim|say|stat|show|prov"
    r"|evidence|sign|proof|suggest|find|found|mean)\w*\b[^,;:.]{0,50}"
    r"|(?:\b(?:not|never|cannot)|n't)(?: \w+ly)? )$",
    re.IGNORECASE,
)
"""A cause that is denied, or said not to be shown. In a claim it is none: no link at all says as
much, and polarity is another checker's."""
_SIDE = 0.25
"""Share of either side of the claim's causal word that a sentence must have to join the two."""
_NEAR = 0.25
"""How much less of the claim than the sentence nearest to it a sentence may have, as a share, for
its causal word to count: "because" elsewhere on the subject makes no cause of an association."""
_KNOWN = 0.6
"""Share of either side that the evidence must have for the missing link to be certain."""


def check_causation(claim: str, reading: EvidenceText) -> CheckResult:
    """Look for a sentence of the evidence that joins the cause and the effect of the claim.

    It is a violation where the evidence speaks of both but joins them nowhere, or makes the cause
    one of several.
    """
    flat = fold(claim)
    said = _CAUSE.search(flat)
    if said is None or _NOT_GIVEN.search(flat[: said.start()]):
        return CheckResult(name=CheckName.CAUSATION, outcome=Outcome.NOT_APPLICABLE)
    parts = [frozenset(content(part)) for part in sides(claim, said)]
    joined = list(_joining(parts, reading))
    nearest = max((share for share, _ in joined), default=0.0)
    causes = [
        line for share, line in joined if share >= nearest - _NEAR and _gives_cause(line.text)
    ]
    if causes and (_PART.search(flat) or not all(_PART.search(line.text) for line in causes)):
        return CheckResult(name=CheckName.CAUSATION, outcome=Outcome.OK)
    known = all(side and len(side & reading.stems) >= _KNOWN * len(side) for side in parts)
    told = "makes it one cause of several" if causes else "does not join the two"
    return CheckResult(
        name=CheckName.CAUSATION,
        outcome=Outcome.VIOLATED if known else Outcome.UNKNOWN,
        detail=f'the sentence says "{said[0]}"; the cited text {told}',
        span=said.span(),
    )


def _gives_cause(text: str) -> bool:
    cues = (m for pattern in (_CAUSE, _ALSO) for m in pattern.finditer(text))
    return any(not _NOT_GIVEN.search(text[: m.start()]) for m in cues)


def _joining(parts: list[frozenset[str]], reading: EvidenceText) -> Iterator[tuple[float, Line]]:
    """Give the lines that, read with the one before, speak of both sides; how much of the claim."""
    wanted = frozenset[str]().union(*parts)
    for before, line in reading.in_turn:
        spoken = line.content | (before.content if before else frozenset())
        if all(len(side & spoken) >= _SIDE * len(side) for side in parts):
            yield reading.overlap(wanted, line), line
