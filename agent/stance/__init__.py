"""What a sentence says of a claim, as far as rules can read it.

It speaks *for* the claim where it says it in the same or other words (`bearing`), *against* it
where it says the opposite, says that the claim is false, or gives another figure for the same
thing. What no rule can read is left open: what cannot be told is not guessed. `agent.verdict` reads
every sentence of the evidence with these rules and lets the judge refuse what they find.
"""

from agent.stance.cues import NEGATION
from agent.stance.entails import passages_that_entail
from agent.stance.proposition import proposition
from agent.stance.retractions import (
    Retraction,
    find_retractions,
    is_retracted,
    retracted_citations,
)
from agent.stance.rules import SourceSentence, stance_by_rules

__all__ = [
    "NEGATION",
    "Retraction",
    "SourceSentence",
    "find_retractions",
    "is_retracted",
    "passages_that_entail",
    "proposition",
    "retracted_citations",
    "stance_by_rules",
]
