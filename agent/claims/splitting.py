"""Several claims in one text: its sentences, and the clauses that are claims of their own."""

import re
from typing import Final, NamedTuple

from agent.claims.questions import AUXILIARIES, DETERMINERS, NEGATED, POINTERS, PRONOUNS
from agent.claims.verbs import base_of
from retrieval.sentences import sentences

HARD: Final = re.compile(r"(?<=[?!])[\"')\]]*\s+|\s+[-|]\s+(?=\w+\s+\w+\s+\w+)|\s*;\s+")
MARGIN: Final = re.compile(
    r"(?:after|before|when|whenever|if|unless|because|since|although|though|while|as|once|despite|in|on"
    r"|at|by|during|under|with|without|for|from|until|to|according)\b",
    re.IGNORECASE,
)
"""Opens a clause that is no claim of its own."""
APPEAL: Final = re.compile(
    r"(?P<who>(?:[\w'.-]+ ){1,5}?)(?P<says>proves?|proved|admits?|admitted|confirms?|confirmed"
    r"|shows?|showed|says?|said|knows?|knew|agrees?|agreed|states?|stated|reports?|reported)"
    r" (?:it|this|that|so)\W*"
)
"""Somebody called as a witness: "the data prove it"."""
RELATIVE: Final = re.compile(r",\s+(?:who|whose|which|where|when|whom)\b")
JOIN: Final = re.compile(r",?\s+(?:and|but|while)\s+")
COMMA: Final = re.compile(r",\s+")
LONGEST_SUBJECT: Final = 5
LONGEST: Final = 60
"""Words of a sentence beyond which it is not taken apart."""
MOST_SENTENCES: Final = 40
"""Sentences of a pasted text that are read."""


class Clauses(NamedTuple):
    """The claim of a sentence and the claims beside it."""

    claim: str
    others: tuple[str, ...] = ()
    joined: bool = False
    """The others are parts of the claim, which holds only where they do."""
    cut: bool = False
    """Something was said that is not in the claim."""


def split(text: str) -> list[str]:
    """Sentences of a pasted text, and what semicolons and dashes keep apart in them."""
    pieces = [p for p in dict.fromkeys(HARD.split(text)) if any(c.isalnum() for c in p)]
    return [piece[a:b] for piece in pieces[:MOST_SENTENCES] for a, b in sentences(piece)]


def clauses(statement: str) -> Clauses:
    """Part a statement where it makes more than one claim; a question is left whole."""
    if len(statement.split()) > LONGEST:
        return Clauses(statement)
    for comma in COMMA.finditer(statement):
        claim, rest = statement[: comma.start()], statement[comma.end() :]
        at = _verb_at(claim.split())
        if at is None or RELATIVE.search(claim) or MARGIN.match(claim):
            continue
        if found := _beside(claim, rest, " ".join(claim.split()[:at])):
            return found
    for join in JOIN.finditer(statement):
        left, right = statement[: join.start()], statement[join.end() :]
        if not MARGIN.match(left) and _verb_at(left.split()) and _independent(right):
            return Clauses(statement, (right,), joined=True)
    return Clauses(statement)


def _beside(claim: str, rest: str, subject: str) -> Clauses | None:
    """What stands behind a comma, where it is a claim of its own or a remark."""
    if appeal := APPEAL.fullmatch(rest):
        return Clauses(claim, (f"{appeal['who']}{appeal['says']} that {claim}",))
    first = (rest.split(maxsplit=1) or [""])[0].lower().strip(",.;:'\"")
    if first in PRONOUNS | POINTERS | {"its", "it's", "that's", "theyre", "they're"}:
        return Clauses(claim, cut=len(rest.split()) > 3)
    if base_of(first):
        return Clauses(claim, (f"{subject} {rest}",))
    return Clauses(claim, (rest,)) if _independent(rest) else None


def finite(text: str) -> bool:
    """Whether a subject and a finite verb are certain."""
    return _verb_at(text.split()) is not None


def _independent(clause: str) -> bool:
    """Whether a clause has a subject of its own that says what it is: an article or a name."""
    words = clause.split()
    at = _verb_at(words)
    if at is None or at > LONGEST_SUBJECT or len(words) < at + 2:
        return False
    return words[0].lower() in DETERMINERS - POINTERS or words[0][0].isupper()


def _verb_at(words: list[str]) -> int | None:
    """Position of the first word that is surely a finite verb, behind at least one word."""
    for n, word in enumerate(words[1:], start=1):
        low = word.lower().strip(",;:.")
        if low in AUXILIARIES | NEGATED.keys():
            return n
        before = words[n - 1].lower()
        if word[0].islower() and base_of(low) and before not in DETERMINERS | {"of", "to", "for"}:
            return n
    return None
