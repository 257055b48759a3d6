"""Rule on what stands around the sentences of a text: its title, its verdict line, its headings.

They cite nothing themselves. A verdict must be the one that the standing sentences add up to; the
figures, dates, names and quotations of a title or heading must be in what those sentences cite.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from agent.checks import run
from agent.checks.naming import share_named
from agent.checks.reading import Reading
from agent.reading import CitedText
from agent.types import Extract, Outcome, Value, Verdict, VerdictLabel

EXACT: Final = frozenset({"numbers", "dates", "money", "percentages", "quotations"})
"""Checkers whose finding does not need a whole sentence; names are looked up by themselves."""
SHORT: Final = 4
"""Letters below which a word may be small in a heading that capitalises every word."""


class Place(StrEnum):
    TITLE = "title"
    VERDICT = "verdict line"
    HEADING = "heading"


class Framed(Value):
    """One line around the sentences and what was found of it."""

    place: Place
    text: str
    line: int | None = None
    falls: bool
    reason: str


def frame(
    text: CitedText, cited: Sequence[tuple[str, Sequence[Extract]]], verdict: Verdict | None
) -> tuple[Framed, ...]:
    """Rule on title, verdict line and headings, in this order.

    Args:
        text: the text as it was read.
        cited: section and cited words of each sentence that stands.
        verdict: what these sentences add up to; None where the title is no claim or none stands.
    """
    found: list[Framed] = []
    if text.title and not text.asked:
        found.append(_title(text.title, [e for _, extracts in cited for e in extracts]))
    if text.verdict:
        found.append(_verdict(text.verdict, verdict))
    for heading in text.headings:
        words = [e for section, extracts in cited if section == heading.text for e in extracts]
        falls, reason = _facts(heading.text, words)
        found.append(
            Framed(
                place=Place.HEADING,
                text=heading.text,
                line=heading.line,
                falls=falls,
                reason=reason,
            )
        )
    return tuple(found)


def _title(title: str, words: Sequence[Extract]) -> Framed:
    falls, reason = (False, "a question states nothing")
    if not title.rstrip("\"'\u201d\u2019) ").endswith("?"):
        falls, reason = _facts(title, words)
    return Framed(place=Place.TITLE, text=title, falls=falls, reason=reason)


def _verdict(said: str, verdict: Verdict | None) -> Framed:
    """Unproven claims nothing, so it may always be said."""
    known = said.casefold()
    if known not in set(VerdictLabel):
        falls, reason = False, "it is none of the verdicts that can be computed; not checked"
    elif known == VerdictLabel.UNPROVEN:
        falls, reason = False, "it claims nothing"
    elif verdict is None:
        falls, reason = True, "no sentence that stands bears on a claim in the title"
    else:
        falls = verdict.label != known
        reason = f"the sentences that stand add up to {verdict.label} ({verdict.rule})"
    return Framed(place=Place.VERDICT, text=said, falls=falls, reason=reason)


def _facts(words: str, cited: Sequence[Extract]) -> tuple[bool, str]:
    """Whether a line has a hard fact that the cited words do not have, and which."""
    reading = Reading(cited)
    found = (c for c in run(words, reading) if c.name in EXACT)
    wrong = [c.detail for c in found if c.outcome is Outcome.VIOLATED]
    if not _capitalises_every_word(words.split()) and share_named(words, reading) < 1:
        wrong.append("it has a name that the cited text does not have")
    if wrong:
        return True, wrong[0].replace("the sentence", "it")
    return False, "it has no figure, date, name or quotation that its sentences do not cite"


def _capitalises_every_word(words: Iterable[str]) -> bool:
    """Title case or capitals, in which a name cannot be told from any other word."""
    long = [w for w in words if len(w) >= SHORT and w[0].isalpha()]
    return len(long) > 1 and all(w[0].isupper() for w in long)
