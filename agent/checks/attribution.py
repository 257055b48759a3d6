"""What a source only reports somebody to say must not become the plain truth."""

import re
from collections.abc import Container, Sequence

from agent.checks.evidence_text import EvidenceText, Line
from agent.language.names import names
from agent.language.reported_speech import (
    ReportingClause,
    opens,
    reaches_back,
    reporting_clauses,
)
from agent.language.text import content_stems, fold
from agent.types import CheckName, CheckResult, Outcome

_BEHIND = re.compile(r",\"? (?:[\w'-]+ ){1,6}$")
"""A comma and the name of who says so."""
_SECOND = re.compile(r"\b(?:and|but) (?:also )?$")
"""Before a second verb of the same speaker."""
_COLON = re.compile(r".*[:;] ", re.DOTALL)
"""What stands before another statement, whose speaker need not say it."""
_ACCORDING = "according to"
_NEXT = re.compile(r"(?:, (?:and|but|while|whereas)\b|;)")
"""Where a clause of its own begins."""


def check_attribution(claim: str, reading: EvidenceText) -> CheckResult:
    """Tell whether the claim keeps the attribution of the sentences about the same thing.

    A cue outside the part that both share is an attribution of that part; one of the claim keeps it
    unless it belongs to the shared part itself. The source stating a thing itself ("the report
    says") is none, since the citation attributes it; the source arguing or believing it is one.
    """
    kept = [f for f in reporting_clauses(claim) if opens(f, claim) or reaches_back(f, claim)]
    wanted = frozenset(content_stems(claim))
    close = reading.close(wanted)
    if not close:
        outcome = Outcome.OK if kept else Outcome.NOT_APPLICABLE
        return CheckResult(name=CheckName.ATTRIBUTION, outcome=outcome)
    lost = [frame for line in close if (frame := _attribution(claim, wanted, kept, line, reading))]
    if len(lost) < len(close):
        return CheckResult(name=CheckName.ATTRIBUTION, outcome=Outcome.OK)
    frame = lost[0]
    cue = close[0].text[frame.start : frame.end]
    return CheckResult(
        name=CheckName.ATTRIBUTION,
        outcome=Outcome.VIOLATED,
        detail=f'the cited text attributes this ("{cue}"); the sentence states it as its own',
        span=(0, len(claim)),
        evidence=close[0].text,
    )


def _attribution(
    claim: str,
    wanted: frozenset[str],
    kept: Sequence[ReportingClause],
    line: Line,
    reading: EvidenceText,
) -> ReportingClause | None:
    """Give a frame of the line that the claim has lost."""
    over, inside = _parted(wanted, line, reading)
    own = [f for f in kept if not any(_same(f, claim, other, line.text) for other in inside)]
    for frame in over:
        own_view = frame.contested and not _according(frame, line)
        if own_view or not (frame.document or _publisher_speaks(frame, line, reading)):
            said = frozenset(content_stems(line.text[frame.end :]))
            if not any(_keeps(f, claim, said) for f in own):
                return frame
    return None


def _parted(
    wanted: frozenset[str], line: Line, reading: EvidenceText
) -> tuple[list[ReportingClause], list[ReportingClause]]:
    """Part the frames of a line into those over what it shares with the claim, and those in it."""
    start, end = reading.shared(wanted, line)
    over, inside = list[ReportingClause](), list[ReportingClause]()
    for frame in reporting_clauses(line.text):
        outside = not start <= frame.start < frame.end <= end or _leads(frame, wanted, line)
        speaks = outside and (frame.start < end or _trails(frame, line.text))
        speaks = speaks and not _elsewhere(frame, wanted, line)
        (over if speaks else inside).append(frame)
    return [f for f in over if not any(_apart(f, o, wanted, line) for o in inside)], inside


def _same(frame: ReportingClause, claim: str, other: ReportingClause, text: str) -> bool:
    """Whether a frame of the claim is one of what is said; "according to" names another's words."""
    cues = [claim[frame.start : frame.end].casefold(), text[other.start : other.end].casefold()]
    return cues[0] == cues[1] != _ACCORDING


def _keeps(frame: ReportingClause, claim: str, said: Container[str]) -> bool:
    """Whether a frame of the claim names who says it, and is not itself part of what is said."""
    cue = claim[frame.start : frame.end]
    if not opens(frame, claim) or " " in cue or cue.endswith("ly"):
        return True  # no verb whose subject stands before it
    speaker = content_stems(claim[: frame.start])
    return not speaker or not all(word in said for word in speaker)


def _trails(frame: ReportingClause, text: str) -> bool:
    """Whether a cue behind what is shared speaks of it: "..., the mayor said on Tuesday"."""
    return reaches_back(frame, text) or _BEHIND.search(text, 0, frame.start) is not None


def _elsewhere(frame: ReportingClause, wanted: frozenset[str], line: Line) -> bool:
    """Whether a cue speaks of another part of the line than what is shared.

    All of that stands before a colon, and the cue ends what comes behind it; or the cue names what
    was put right, and some of what is shared stands only behind it: "it said June; it was July".
    """
    right = _NEXT.search(line.text, frame.end) if frame.former else None
    if right is not None and wanted & set(content_stems(line.text[right.end() :])) - set(
        content_stems(line.text[: right.start()])
    ):
        return True
    before = _COLON.match(line.text, 0, frame.start)
    return before is not None and wanted & line.content <= set(content_stems(before[0]))


def _apart(
    frame: ReportingClause, other: ReportingClause, wanted: frozenset[str], line: Line
) -> bool:
    """Whether all that is shared stands in a clause of its own, with another frame, behind it."""
    behind = _NEXT.search(line.text, frame.end, other.start)
    return behind is not None and wanted & line.content <= set(
        content_stems(line.text[behind.end() :])
    )


def _leads(frame: ReportingClause, wanted: frozenset[str], line: Line) -> bool:
    """Whether what is shared stands behind the cue, though a name before it has a word too.

    All of it, or the most of it where the cue is a second verb ("visited the tower and said").
    """
    shared, behind = wanted & line.content, set(content_stems(line.text[frame.end :]))
    second = _SECOND.search(line.text, 0, frame.start) is not None
    return shared <= behind or (second and 2 * len(shared & behind) > len(shared))


def _publisher_speaks(frame: ReportingClause, line: Line, reading: EvidenceText) -> bool:
    publisher = reading.extracts[line.extract].publisher
    if not publisher:
        return False
    start, end = 0, frame.start
    if _according(frame, line):
        start, end = frame.end, max(frame.end, line.text.find(",", frame.end))
    speakers = {t for n in names(line.text) if start <= n.start < n.end <= end for t in n.tokens}
    own = {t.casefold() for t in fold(publisher).split()}
    return bool(speakers) and speakers <= own


def _according(frame: ReportingClause, line: Line) -> bool:
    return line.text[frame.start : frame.end].casefold() == _ACCORDING
