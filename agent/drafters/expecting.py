"""What would be on record if the claim were true: searched for, and asked at the end of the page.

The statements come from the planner, so a model may have written them. They reach a page only where
every word of them is a word of the claim or of the evidence and every name one of the claim, and
only inside a denial that a search certifies, or a question.
"""

import re
from typing import Final

from agent.drafters.phrasing import LOWERED
from agent.ledger import Ledger
from agent.types import Evidence, Kind, Plan, Section, Sentence, VerdictLabel
from agent.words import content, expanded, stem

MOST: Final = 2
WORDS: Final = range(5, 21)
PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z ,'’-]+")
"""No digits, quotation or sentence marks: nothing that could be a figure or an address."""
COMMON: Final = frozenset(
    stem(w)
    for w in """announce announced arrest confirm confirmed data document evidence find found figure
    investigation law official order police public publish published record report reported rule
    said show source state statement study verify verified""".split()  # noqa: SIM905
)


def searched(plan: Plan, evidence: Evidence, limits: Section, ledger: Ledger) -> list[Sentence]:
    """Absence sentences about what was expected; each stands on its own certificate or falls."""
    if ledger.verdict.label not in {VerdictLabel.REFUTED, VerdictLabel.UNPROVEN}:
        return []
    cites = limits.sentences[0].citations
    return [
        Sentence(
            text=f"No passage in the library reviewed here says that {expected}.",
            kind=Kind.ABSENCE,
            citations=cites,
        )
        for expected in _grounded(plan, evidence)
    ]


def asked(plan: Plan, evidence: Evidence) -> tuple[str, ...]:
    """A question that asserts nothing for the first expectation."""
    return tuple(f"Is it on record anywhere that {e}?" for e in _grounded(plan, evidence)[:1])


def _grounded(plan: Plan, evidence: Evidence) -> list[str]:
    """Expectations made of known words alone, as they stand behind a "that"."""
    asked = {*expanded(plan.claim.text), *content(plan.claim.text)}
    known = (
        asked | COMMON | {word for passage in evidence.passages for word in content(passage.text)}
    )
    found = []
    for text in plan.expected:
        bare = " ".join(text.split()).rstrip(".")
        bare = f"{bare[0].lower()}{bare[1:]}" if LOWERED.match(bare) else bare
        names = set(content(" ".join(w for w in bare.split() if not w.islower())))
        plain = PLAIN.fullmatch(bare) and len(bare.split()) in WORDS
        if plain and set(content(bare)) <= known and names <= asked:
            found.append(bare)
    return found[:MOST]
