"""When are two claims the same? Same words in whatever form, same figures, same polarity."""

import re
from typing import Final

from agent.claims.opposite import negations
from agent.types import Claim
from agent.words import expanded, stem, tokens

THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}\b)")
SIGNS: Final = {"%": " percent ", "$": " dollar ", "€": " euro ", "£": " pound ", "°": " degree "}
TURNING: Final = frozenset(
    """all every each most some few only more less fewer before after above below over under up down
    against without may might could can should must will would until since again first once than
    off on further into from out too same""".split()  # noqa: SIM905  (a word list reads better as prose)
)
"""Small words that make another claim of the same large ones."""


def key(claim: Claim) -> str:
    """Equal for claims that are the same, as far as words show it.

    Order counts for nothing but the first word that carries meaning, so that "A sued B" is not
    "B sued A"; a claim and its opposite differ, and so do claims with other figures.
    """
    text = THOUSANDS.sub("", claim.text)
    for sign, word in SIGNS.items():
        text = text.replace(sign, word)
    words = [stem(w) for w in expanded(text)]
    turning = sorted(set(tokens(text)) & TURNING)
    return "|".join(
        (
            "not" if negations(text) % 2 else "",
            words[0] if words else "",
            " ".join(sorted(set(words))),
            " ".join(turning),
        )
    )
