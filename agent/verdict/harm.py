"""Whether a claim alleges harm, a crime or a deceit of somebody: then one report is not enough."""

import re
from typing import Final

from agent.checks.names import names
from agent.types import Claim

HARM: Final = re.compile(
    r"\b(?:kill|murder|shoot|shot|stab|injur|wound|hurt|harm|attack|assault|rape|molest|abus|beat|tortur"
    r"|poison|kidnap|abduct|steal|stole|rob|loot|burn|bomb|brib|extort|blackmail|embezzl|launder"
    r"|smuggl|traffick|defraud|fraud|cheat|forg(?:ed|ing|ery)|falsif|fak(?:ed|ing)|fabricat|rigg"
    r"|lied|lying|lies|perjur|plagiari|spied|spying|convict|guilty|indict|criminal|crime|terroris"
    r"|deliberately|intentionally|on purpose|knowingly|cover(?:ed)? up)\w*",
    re.IGNORECASE,
)
"""A policy, not a reading: what is said of somebody in these words needs more than one report."""


def alleges_harm(claim: Claim) -> bool:
    """Whether the claim says such a thing and names somebody."""
    return bool(HARM.search(claim.text)) and bool(names(claim.text))
