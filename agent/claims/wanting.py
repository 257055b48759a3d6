"""Questions that ask for a missing piece, for taste or for advice."""

import re
from typing import Final

WH: Final = re.compile(
    r"^([Ww]ho(?:se|m)?|[Ww]hat|[Ww]hen|[Ww]here|[Ww]hich|[Ww]hy|[Hh]ow come"
    r"|[Hh]ow(?: (?:many|much|often|long|old|far|big|tall|high|fast|likely|soon|large|deep|hot|cold"
    r"|common|dangerous|safe|effective|accurate|bad|good|expensive|strong|deadly))?)(?:'s|'re)?\b(?!-)"
)
TASTE: Final = re.compile(
    r"^(?:what(?:'s| is| are)? (?:the (?:best|worst|point)|your|do you|should"
    r"|does (?:everyone|anyone))"
    r"|who(?:'s| is)? (?:the )?(?:best|worst|better|right)|which .*\b(?:better|best|worst)\b"
    r"|(?:how|why|when|where|what|which|who) (?:[\w-]+ )?should\b)",
    re.IGNORECASE,
)
ADVICE: Final = re.compile(
    r"^(?:how (?:do|can|should|to|would|could) (?:i|you|we|one)?\b|what (?:do|can|should) i\b"
    r"|what (?:is|are|does|do|was|were) (?:a|an|[\w-]+)(?: mean| stand for)?\W*$|where can i\b)",
    re.IGNORECASE,
)
"""Asks for instructions or a definition: nothing in it can be true or false."""


def asked(text: str) -> str | None:
    """The wh-word of a question that asks for a missing piece, in small letters, else None.

    "WHO" in capitals is the organisation.
    """
    found = WH.match(text)
    return found[1].lower() if found else None
