"""What of a claim stays the same when it is worded otherwise."""

import re
from typing import Final

from agent.claims.opposite import count_negations
from agent.language.lexicon import words
from agent.language.text import STOP, expanded, lemma, tokens
from agent.types import Claim

THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}\b)")
SIGNS: Final = {"%": " percent ", "$": " dollar ", "€": " euro ", "£": " pound ", "°": " degree "}
TIES: Final = frozenset({"as", "at", "by", "for", "in"}) | {"and", "of", "on", "to", "with"}
POINTERS: Final = frozenset({"it", "its", "they", "their", "there"}) | {
    "a",
    "an",
    "the",
    "this",
    "that",
}
GRAMMAR: Final = ("core.be", "core.have", "core.do", "core.negation")
GLUE: Final = TIES.union(POINTERS, *map(words, GRAMMAR))
"""Small words that claims gain and lose when they are worded otherwise; all others count."""


def fingerprint(claim: Claim) -> str:
    """Equal for claims that are the same, as far as words show it.

    Order counts for nothing but the first word that carries meaning, so that "A sued B" is not
    "B sued A"; a claim and its opposite differ, and so do claims with other figures.
    """
    text = THOUSANDS.sub("", claim.text)
    for sign, word in SIGNS.items():
        text = text.replace(sign, word)
    stems = [lemma(w) for w in expanded(text)]
    small = sorted((set(tokens(text)) & STOP) - GLUE)
    return "|".join(
        (
            "not" if count_negations(text) % 2 else "",
            stems[0] if stems else "",
            " ".join(sorted(set(stems))),
            " ".join(small),
        )
    )
