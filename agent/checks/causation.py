"""A claim may not make one thing the cause of another where its evidence does not."""

import re
from collections.abc import Iterator

from agent.checks.evidence_text import EvidenceText, Line, sides
from agent.language.lexicon import pattern
from agent.language.text import content_stems, fold
from agent.types import CheckName, CheckResult, Outcome

_CAUSE = pattern(r"\b{checks.causes}(?!\w)", re.IGNORECASE)
_ALSO = pattern(r"\b{checks.loose_causes}", re.IGNORECASE)
"""Words that may give a cause in the evidence, too loose to accuse a claim of."""
_PART = pattern(
    r"\b(?:part(?: of|ly|ially)|in part|(?:one|some) of {core.determiners}"
    r"|(?:a|one|another) (?:factor|cause|reason)|among the (?:factors|causes|reasons)"
    r"|contribut\w+|played a (?:part|role)|helped)\b",
    re.IGNORECASE,
)
"""What makes a cause one of several."""
_NOT_GIVEN = pattern(
    r"(?:(?:\b{core.negation}|n't)\b(?: \w+){0,3}? (?:claim|say|stat|show|prov|evidence|sign|proof"
    r"|suggest|find|found|mean)\w*\b[^,;:.]{0,50}"
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
    parts = [frozenset(content_stems(part)) for part in sides(claim, said)]
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
    cues = (m for cue in (_CAUSE, _ALSO) for m in cue.finditer(text))
    return any(not _NOT_GIVEN.search(text[: m.start()]) for m in cues)


def _joining(parts: list[frozenset[str]], reading: EvidenceText) -> Iterator[tuple[float, Line]]:
    """Give the lines that, read with the one before, speak of both sides; how much of the claim."""
    wanted = frozenset[str]().union(*parts)
    for before, line in reading.in_turn:
        spoken = line.content | (before.content if before else frozenset())
        if all(len(side & spoken) >= _SIDE * len(side) for side in parts):
            yield reading.overlap(wanted, line), line
