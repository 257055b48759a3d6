"""What of a claim stays the same when it is worded otherwise."""

import re
from typing import Final

from agent.claims.opposite import negations
from agent.language.text import (
    STOP,
    expanded,
    stem,
    tokens,
)
from agent.types import Claim

THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}\b)")
SIGNS: Final = {"%": " percent ", "$": " dollar ", "€": " euro ", "£": " pound ", "°": " degree "}
GLUE: Final = frozenset(
    """a an and are as at be been by did do does for had has have in is it its of on that the their
    there they this to was were with no not nor""".split()  # noqa: SIM905  (a word list reads better as prose)
)
"""Small words that claims gain and lose when they are worded otherwise; all others count."""


def fingerprint(claim: Claim) -> str:
    """Equal for claims that are the same, as far as words show it.

    Order counts for nothing but the first word that carries meaning, so that "A sued B" is not
    "B sued A"; a claim and its opposite differ, and so do claims with other figures.
    """
    text = THOUSANDS.sub("", claim.text)
    for sign, word in SIGNS.items():
        text = text.replace(sign, word)
    words = [stem(w) for w in expanded(text)]
    small = sorted((set(tokens(text)) & STOP) - GLUE)
    return "|".join(
        (
            "not" if negations(text) % 2 else "",
            words[0] if words else "",
            " ".join(sorted(set(words))),
            " ".join(small),
        )
    )
