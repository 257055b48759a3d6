"""The opposite of a statement, and whether a statement denies."""

import re
from typing import Final

from agent.claims.questions import NEGATED

NEGATION: Final = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|nowhere|without|cannot|[a-z]+n't"
    r"|(?:is|are|was|were|do|does|did|has|have|had|ca|wo|could|would|should)nt)\b",
    re.IGNORECASE,
)
DENYING: Final = re.compile(
    r"^it (?:is|was) (?:a |an |just a )?(?:false|untrue|not true|wrong|incorrect|hoax|myth|lie)"
    r" that\s+(.+)$",
    re.IGNORECASE,
)
NOT: Final = re.compile(r"\b(?P<auxiliary>is|are|was|were|am|has|have|had|can|could|will|would|"
                        r"should|may|might|must|do|does|did)\s+not\b", re.IGNORECASE)  # fmt: skip
SHORT: Final = re.compile(rf"\b(?:{'|'.join(NEGATED)})\b", re.IGNORECASE)
NO: Final = re.compile(
    r"\bno\s+(?!longer\b|more\b|one\b|less\b|fewer\b|doubt\b)(?=\w)", re.IGNORECASE
)
AT_ALL: Final = re.compile(r"\s+(?:at all|whatsoever)\b", re.IGNORECASE)
ANY: Final = re.compile(r"\bany\b")
JOINED: Final = re.compile(r"\b(?:and|but|or)\b", re.IGNORECASE)
NO_LONGER: Final = re.compile(r"\b(?:is|are|was|were) no longer\b", re.IGNORECASE)


def negations(text: str) -> int:
    """How many words deny in `text`."""
    return len(NEGATION.findall(text))


def opposed(statement: str) -> str:
    """The statement that is true where `statement` is false, as plainly as rules can say it.

    The one negation is taken out; a statement without one, or with several, is denied as a whole.
    """
    if denied := DENYING.match(statement):
        return denied[1]
    if negations(statement) != 1 or JOINED.search(statement):
        return _behind(statement)
    return ANY.sub("some", _affirmed(statement))


def _behind(statement: str) -> str:
    return f"it is not true that {statement}"


def _affirmed(statement: str) -> str:
    """Take the one negation out."""
    if NO_LONGER.search(statement):
        return re.sub(r"\bno longer\b", "still", statement, count=1, flags=re.IGNORECASE)
    if plain := NOT.search(statement):
        # "did not rise" is opposed by "did rise": emphatic, and right.
        return f"{statement[: plain.start()]}{plain['auxiliary']}{statement[plain.end() :]}"
    if short := SHORT.search(statement):
        return f"{statement[: short.start()]}{NEGATED[short[0].lower()]}{statement[short.end() :]}"
    if re.search(r"\bnever\b", statement, re.IGNORECASE):
        return re.sub(r"\bnever\b", "at some time", statement, count=1, flags=re.IGNORECASE)
    if NO.search(statement):
        return NO.sub("some ", AT_ALL.sub("", statement), count=1)
    return _behind(statement)
