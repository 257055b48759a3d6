"""What stands around the sentences of a text: title, verdict line, headings."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from agent.audit.cited_text import CitedText
from agent.checks import EXACT, run
from agent.checks.evidence_text import EvidenceText
from agent.checks.names import share_named
from agent.types import CheckName, EvidenceSpan, Outcome, Value, Verdict, VerdictLabel

FACTS: Final = EXACT - {CheckName.NAMES, CheckName.NEGATION, CheckName.ROLES}
"""Checkers whose finding does not need a whole sentence; names are looked up by themselves."""
SHORT: Final = 4
"""Letters below which a word may be small in a heading that capitalises every word."""


class Place(StrEnum):
    TITLE = "title"
    VERDICT = "verdict line"
    HEADING = "heading"


class CheckedFrame(Value):
    """One line around the sentences and what was found of it."""

    place: Place
    text: str
    line: int | None = None
    falls: bool
    reason: str


def check_frame(
    text: CitedText, cited: Sequence[tuple[str, Sequence[EvidenceSpan]]], verdict: Verdict | None
) -> tuple[CheckedFrame, ...]:
    """Rule on title, verdict line and headings, in this order.

    Args:
        text: the text as it was read.
        cited: section and cited words of each sentence that stands.
        verdict: what these sentences add up to; None where the title is no claim or none stands.
    """
    found: list[CheckedFrame] = []
    if text.title and not text.asked:
        found.append(_title(text.title, [e for _, extracts in cited for e in extracts]))
    if text.verdict:
        found.append(_verdict(text.verdict, verdict))
    for heading in text.headings:
        words = [e for section, extracts in cited if section == heading.text for e in extracts]
        falls, reason = _facts(heading.text, words)
        found.append(
            CheckedFrame(
                place=Place.HEADING,
                text=heading.text,
                line=heading.line,
                falls=falls,
                reason=reason,
            )
        )
    return tuple(found)


def _title(title: str, words: Sequence[EvidenceSpan]) -> CheckedFrame:
    falls, reason = (False, "a question states nothing")
    if not title.rstrip("\"'\u201d\u2019) ").endswith("?"):
        falls, reason = _facts(title, words)
    return CheckedFrame(place=Place.TITLE, text=title, falls=falls, reason=reason)


def _verdict(said: str, verdict: Verdict | None) -> CheckedFrame:
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
    return CheckedFrame(place=Place.VERDICT, text=said, falls=falls, reason=reason)


def _facts(words: str, cited: Sequence[EvidenceSpan]) -> tuple[bool, str]:
    """Whether a line has a hard fact that the cited words do not have, and which."""
    reading = EvidenceText(cited)
    found = (c for c in run(words, reading) if c.name in FACTS)
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
