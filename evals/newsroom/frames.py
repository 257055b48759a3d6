"""What a sentence can stand in: told plainly, denied, retracted, or put in somebody's mouth."""

import re
from typing import Final

PLAIN: Final = (
    "{c}.",
    "{c}.",
    "{c}, papers seen in {place} show.",
    "It is on record that {c}.",
    "Officials in {place} confirmed that {c}.",
    "After weeks of silence it became known that {c}.",
    "This newsroom has seen documents by which {c}.",
)
SPOKEN: Final = (
    "{p} said that {c}.",
    "In a speech in {place}, {p} claimed that {c}.",
    "{p} told a meeting in {place} that {c}.",
)
DENIED: Final = ("It is not true that {c}.", "The statement that {c} is false.")
RETRACTED: Final = (
    "{publisher} has retracted its report that {c}.",
    "{publisher} withdrew its report of {day} that {c}, and called it wrong.",
)
CORRECTED: Final = (
    "It is no longer correct that {c}.",
    "An earlier edition stated wrongly that {c}.",
)

_FLIPS: Final = re.compile(
    r"\b(?:not true|no longer correct|untrue|false|den(?:y|ied|ies)|stated wrongly|wrong"
    r"|retracted its report|withdrew its report|no evidence)\b[^.;]*\b(?:that|which)\s+$",
    re.IGNORECASE,
)
_FALSE_AFTER: Final = re.compile(
    r"^[^.;,]*,?\s+(?:is|was) (?:false|wrong|untrue|not true)\b", re.IGNORECASE
)
_MARKS: Final = re.compile(
    r"\b(?:first|initial(?:ly)?|early|earlier|preliminary|provisional|previous(?:ly)?|former(?:ly)?"
    r"|correct(?:ed|ion)|revis(?:ed|ion)|retract\w*|withdr[ae]w\w*|no longer|outdated|superseded"
    r"|wrongly|since then)\b",
    re.IGNORECASE,
)


def flips(before: str, after: str) -> bool:
    """Whether the words around a clause deny it."""
    return bool(_FLIPS.search(before) or _FALSE_AFTER.match(after))


def speaker(before: str, after: str, persons: str) -> str | None:
    """The person in whose mouth a clause is put by the words before it or behind it.

    Args:
        before: the words of the sentence before the clause.
        after: the words behind it.
        persons: an expression of all persons.
    """
    verb = r"(?:said|says|claimed|claims|told|added|wrote|argued|stated)"
    for where, expression in (
        (before, rf"(?P<p>{persons})\W+{verb}\b[^.;]*$"),
        (before, rf"\b[Aa]ccording to (?P<p>{persons}),?\s+$"),
        (after, rf"^[^.;]*,? (?:according to (?P<p>{persons})|(?P<q>{persons}) {verb})\b"),
    ):
        if found := re.search(expression, where):
            return found.groupdict().get("p") or found.groupdict().get("q")
    return None


def marks_as_past(text: str) -> bool:
    """Whether a sentence says of what it tells that it was corrected, or is an early figure."""
    return bool(_MARKS.search(text))
