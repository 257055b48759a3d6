"""What stands around a claim is taken off until nothing but the claim is left."""

import re
from typing import Final

from agent.claims.leads import LEADS
from agent.claims.tags import TAGS

POINTING: Final = re.compile(
    r"(?:(?:is|are|was|were|can|could|does|did|do|how is|how can|what about|why is)\s+)?"
    r"(?:this|that|it|these|those)(?:\s+(?:is|are|was|were|be))?"
    r"(?:\s+(?:even|really|actually|still|any|so|anything))?(?:\s+[\w'-]+){0,2}\W*$",
    re.IGNORECASE,
)
"""About words that stand elsewhere: "is this legal?"."""
AROUND: Final = re.compile(r"(?P<mark>[\"'])(?P<inner>.+?)(?P=mark)\s*(?P<stop>[.?!]?)")
REACH: Final = 200
"""Characters from either end in which a frame is looked for."""
EDGES: Final = " \t,;:-"


def unframed(text: str) -> str:
    """The words of a claim without what leads to it and trails it; empty where that is all."""
    while True:
        bare = text.strip(EDGES)
        for lead in LEADS:
            if found := lead.match(bare, 0, REACH):
                bare = bare[found.end() :]
        for tag in TAGS:
            if found := tag.search(bare, max(0, len(bare) - REACH)):
                bare = bare[: found.start()]
        bare = _unquoted(bare.strip(EDGES))
        if bare == text:
            return bare if any(c.isalnum() for c in bare) else ""
        text = bare


def _unquoted(text: str) -> str:
    """Take off a pair of quotation marks around everything."""
    around = AROUND.fullmatch(text)
    if around and around["mark"] not in around["inner"].strip():
        return f"{around['inner'].strip()}{around['stop']}".strip()
    return text
