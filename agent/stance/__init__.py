"""What a sentence says of a claim, as far as rules can read it.

It speaks *for* the claim where it says it in the same or other words (`bearing`), *against* it
where it says the opposite, says that the claim is false, or gives another figure for the same
thing. What no rule can read is left open: what cannot be told is not guessed. `agent.verdict` reads
every sentence of the evidence with these rules and lets the judge refuse what they find.
"""

from agent.stance.cues import NEGATION
from agent.stance.proposition import proposition
from agent.stance.rules import by_rule
from agent.stance.said import Said
from agent.stance.saying import says
from agent.stance.withdrawn import Withdrawal, taken_back, withdrawals, withdrawn

__all__ = [
    "NEGATION",
    "Said",
    "Withdrawal",
    "by_rule",
    "proposition",
    "says",
    "taken_back",
    "withdrawals",
    "withdrawn",
]
