"""What can happen in an invented world, in several wordings, and the frames they stand in.

A wording serves twice: it is written from and it is recognised by. What stands in square brackets
may be left out. `{a}` and `{b}` are organisations, `{p}` a person, `{what}` a matter, `{n}` a
figure, `{when}` a date. A frame tells a clause plainly, denies it, retracts it, or puts it in
somebody's mouth.
"""

import re
from dataclasses import dataclass
from typing import Final

from evals.synthetic.world import Fact

_OPTIONAL = re.compile(r"\[([^]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
PLAIN_FRAMES: Final = (
    "{c}.",
    "{c}.",
    "{c}, papers seen in {place} show.",
    "It is on record that {c}.",
    "Officials in {place} confirmed that {c}.",
    "After weeks of silence it became known that {c}.",
    "This newsroom has seen documents by which {c}.",
)
SPOKEN_FRAMES: Final = (
    "{p} said that {c}.",
    "In a speech in {place}, {p} claimed that {c}.",
    "{p} told a meeting in {place} that {c}.",
)
DENIED_FRAMES: Final = ("It is not true that {c}.", "The statement that {c} is false.")
RETRACTED_FRAMES: Final = (
    "{publisher} has retracted its report that {c}.",
    "{publisher} withdrew its report of {day} that {c}, and called it wrong.",
)
CORRECTED_FRAMES: Final = (
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


@dataclass(frozen=True)
class Relation:
    """One kind of event."""

    name: str
    says: tuple[str, ...]
    denies: tuple[str, ...]
    asks: tuple[str, ...]

    @property
    def value(self) -> str | None:
        """The slot that can have one value only."""
        found = [slot for slot in ("n", "when") if f"{{{slot}}}" in self.says[0]]
        return found[0] if found else None


RELATIONS: Final = {
    relation.name: relation
    for relation in (
        Relation(
            "sued",
            (
                "{a} sued {b}[ over {what}]",
                "{a} filed a lawsuit against {b}[ over {what}]",
                "{a} has taken {b} to court[ over {what}]",
                "{b} was sued by {a}[ over {what}]",
                "{b} faces a lawsuit by {a}[ over {what}]",
            ),
            (
                "{a} did not sue {b}[ over {what}]",
                "{a} has not filed a lawsuit against {b}[ over {what}]",
                "{b} was not sued by {a}[ over {what}]",
            ),
            (
                "Did {a} sue {b}[ over {what}]?",
                "Was {b} sued by {a}[ over {what}]?",
                "Has {a} taken {b} to court[ over {what}]?",
            ),
        ),
        Relation(
            "fined",
            (
                "{a} fined {b}[ ${n} million][ over {what}]",
                "{a} imposed a fine[ of ${n} million] on {b}[ over {what}]",
                "{b} was fined[ ${n} million] by {a}[ over {what}]",
                "{b} must pay a fine[ of ${n} million] to {a}[ over {what}]",
            ),
            (
                "{a} did not fine {b}[ over {what}]",
                "{a} has not imposed a fine on {b}[ over {what}]",
                "{b} was not fined by {a}[ over {what}]",
            ),
            (
                "Did {a} fine {b}[ ${n} million][ over {what}]?",
                "Was {b} fined[ ${n} million] by {a}[ over {what}]?",
                "Did {a} impose a fine[ of ${n} million] on {b}[ over {what}]?",
            ),
        ),
        Relation(
            "bought",
            (
                "{a} bought {b}[ for ${n} million]",
                "{a} paid ${n} million for {b}",
                "{b} was sold to {a}[ for ${n} million]",
                "{a} acquired {b}[ at a price of ${n} million]",
            ),
            ("{a} did not buy {b}", "{a} has not acquired {b}", "{b} was not sold to {a}"),
            (
                "Did {a} buy {b}[ for ${n} million]?",
                "Was {b} sold to {a}[ for ${n} million]?",
                "Has {a} acquired {b}[ at a price of ${n} million]?",
            ),
        ),
        Relation(
            "counted",
            (
                "{a} counted {n} {what}",
                "{a} registered {n} {what}",
                "{n} {what} were counted by {a}",
                "the number of {what} that {a} recorded was {n}",
            ),
            ("{a} did not count {n} {what}", "{a} did not register {n} {what}"),
            (
                "Did {a} count {n} {what}?",
                "Were {n} {what} counted by {a}?",
                "Has {a} registered {n} {what}?",
            ),
        ),
        Relation(
            "hurt",
            (
                "{n} people were hurt in the {what}",
                "the {what} left {n} people hurt",
                "{n} people suffered injuries in the {what}",
            ),
            (
                "{n} people were not hurt in the {what}",
                "the {what} did not leave {n} people hurt",
            ),
            (
                "Were {n} people hurt in the {what}?",
                "Did the {what} leave {n} people hurt?",
            ),
        ),
        Relation(
            "closed",
            (
                "{a} closed the {what}[ on {when}]",
                "{a} shut the {what}[ on {when}]",
                "the {what} was closed by {a}[ on {when}]",
                "the {what} was shut by {a}[ on {when}]",
            ),
            (
                "{a} did not close the {what}",
                "{a} has not shut the {what}",
                "the {what} was not closed by {a}",
            ),
            (
                "Did {a} close the {what}[ on {when}]?",
                "Was the {what} closed by {a}[ on {when}]?",
                "Has {a} shut the {what}?",
            ),
        ),
        Relation(
            "banned",
            (
                "{a} banned {what}[ on {when}]",
                "{a} put a ban on {what}[ on {when}]",
                "{what} were banned by {a}[ on {when}]",
                "a ban on {what} was issued by {a}[ on {when}]",
            ),
            (
                "{a} did not ban {what}",
                "{a} has not put a ban on {what}",
                "{what} were not banned by {a}",
            ),
            (
                "Did {a} ban {what}[ on {when}]?",
                "Were {what} banned by {a}[ on {when}]?",
                "Has {a} put a ban on {what}?",
            ),
        ),
        Relation(
            "dismissed",
            (
                "{a} dismissed {p}[ on {when}]",
                "{p} was dismissed by {a}[ on {when}]",
                "{a} removed {p} from office[ on {when}]",
            ),
            (
                "{a} did not dismiss {p}",
                "{p} was not dismissed by {a}",
                "{a} has not removed {p} from office",
            ),
            (
                "Did {a} dismiss {p}[ on {when}]?",
                "Was {p} dismissed by {a}[ on {when}]?",
                "Has {a} removed {p} from office?",
            ),
        ),
    )
}


def fill_wording(wording: str, fact: Fact) -> str:
    """A wording with the fact's values; brackets with a slot that the fact leaves open go."""
    slots = dict(fact.slots)

    def kept(found: re.Match[str]) -> str:
        return found[1] if set(_SLOT.findall(found[1])) <= slots.keys() else ""

    return _SLOT.sub(lambda found: slots[found[1]], _OPTIONAL.sub(kept, wording))


def fits_wording(wording: str, fact: Fact) -> bool:
    """Whether a wording has a place for every value of the fact, and a value for every place."""
    slots = dict(fact.slots).keys()
    needed = set(_SLOT.findall(_OPTIONAL.sub("", wording)))
    return needed <= slots <= set(_SLOT.findall(wording))


def longest_core(wording: str) -> str:
    """The longest run of words that every sentence in this wording has, in lower case."""
    return max(_SLOT.split(_OPTIONAL.sub("{_}", wording))[::2], key=len).casefold()


def compile_wording(wording: str, slots: dict[str, str]) -> re.Pattern[str]:
    """What recognises a wording.

    Args:
        wording: one of a relation's.
        slots: for each slot the expression of its values.
    """
    parts = re.split(r"(\[[^]]*\]|\{\w+\})", wording)
    return re.compile(
        rf"(?<!\w){''.join(_part_pattern(p, slots) for p in parts)}(?!\w)", re.IGNORECASE
    )


def _part_pattern(part: str, slots: dict[str, str]) -> str:
    if part.startswith("["):
        inner = "".join(_part_pattern(p, slots) for p in re.split(r"(\{\w+\})", part[1:-1]))
        return f"(?:{inner})?"
    if part.startswith("{"):
        return f"(?P<{part[1:-1]}>{slots[part[1:-1]]})"
    return re.escape(part).replace(r"\ ", r"\s+")


def denies_clause(before: str, after: str) -> bool:
    """Whether the words around a clause deny it."""
    return bool(_FLIPS.search(before) or _FALSE_AFTER.match(after))


def find_speaker(before: str, after: str, persons: str) -> str | None:
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
