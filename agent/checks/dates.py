"""Every calendar date of a claim must be a date of its evidence."""

import re

from agent.checks.evidence_text import (
    CLOSE,
    ENOUGH,
    EvidenceText,
    Line,
    beside,
    of_another,
)
from agent.language.dates import (
    Date,
    carries,
    dates,
    of_day,
    relative,
)
from agent.language.text import content_stems, squash
from agent.types import CheckName, CheckResult, Outcome

_REPORTS = re.compile(
    r"\b(?:report|publish|releas|announc|post|wrote|writ|said|says|issu|articl|dated|page|check)",
    re.IGNORECASE,
)
_REPORTED = re.compile(r"\b(?:reported|wrote)(?: online)? on $", re.IGNORECASE)
_RIVAL = 0.4
"""Share of the claim's content words in a line whose other date counts as a rival."""


def check_dates(claim: str, reading: EvidenceText) -> CheckResult:
    """Hold the dates of the claim against those of the evidence.

    A date of the claim may be less exact than the evidence, never more. The day on which an
    extract was published may carry the date of a sentence that speaks of reporting or publishing.
    """
    wanted = dates(claim)
    unsure = relative(claim)
    if not wanted and not unsure:
        return CheckResult(name=CheckName.DATES, outcome=Outcome.NOT_APPLICABLE)
    for found in wanted:
        elsewhere = _belongs_elsewhere(found, claim, reading) or _of_another(found, claim, reading)
        if elsewhere or not _carried(found, claim, reading):
            return _violation(found, claim, reading)
    for start, end in unsure:
        if not any(squash(claim[start:end]) in text for text in reading.flat):
            detail = f'"{claim[start:end]}" depends on when it was written'
            return CheckResult(
                name=CheckName.DATES, outcome=Outcome.UNKNOWN, detail=detail, span=(start, end)
            )
    return CheckResult(name=CheckName.DATES, outcome=Outcome.OK)


def _carried(wanted: Date, claim: str, reading: EvidenceText) -> bool:
    years = _years(reading)
    if any(carries(given, wanted, years) for _, given in reading.dates):
        return True
    if wanted.month is None and _as_number(wanted, reading):
        return True
    published = [of_day(e.published) for e in reading.extracts if e.published]
    return _REPORTS.search(claim) is not None and any(carries(d, wanted) for d in published)


def _years(reading: EvidenceText) -> set[int]:
    """Give the years that a date without one may belong to: those that the evidence speaks of."""
    spoken = {d.year for _, d in reading.dates if d.year}
    return spoken | {e.published.year for e in reading.extracts if e.published}


def _as_number(wanted: Date, reading: EvidenceText) -> bool:
    return any(q.value == wanted.year for _, q in reading.quantities) and wanted.until is None


def _violation(wanted: Date, claim: str, reading: EvidenceText) -> CheckResult:
    said = claim[wanted.start : wanted.end]
    rival = _rival(wanted, claim, reading)
    given = rival[0].text[rival[1].start : rival[1].end] if rival else ""
    return CheckResult(
        name=CheckName.DATES,
        outcome=Outcome.VIOLATED,
        detail=f"the sentence says {said}; the cited text "
        + (f"says {given}" if rival else "does not give this date"),
        span=(wanted.start, wanted.end),
        evidence=rival[0].text if rival else None,
    )


def _belongs_elsewhere(wanted: Date, claim: str, reading: EvidenceText) -> bool:
    """Tell whether the evidence has the date, but another one for the thing the claim is about."""
    if wanted.month is None:
        return False
    words = _apart_from_dates(claim)
    if len(words) < ENOUGH:
        return False
    close = reading.close(words)
    there = [given for line, given in reading.dates if line in close]
    if any(carries(given, wanted, {wanted.year or 0}) for given in there):
        return False
    return _rival(wanted, claim, reading, CLOSE) is not None


def _of_another(wanted: Date, claim: str, reading: EvidenceText) -> bool:
    """Tell whether each line with the date has it beside other words than those of the claim."""
    stated = dates(claim)
    words = _apart_from_dates(claim)
    if len(stated) > 1:
        parts = beside(claim, [(d.start, d.end) for d in stated])
        words = next(w for d, w in zip(stated, parts, strict=True) if d.start == wanted.start)
    lines = dict.fromkeys(
        line for line, given in reading.dates if carries(given, wanted, {wanted.year or 0})
    )
    return bool(lines) and all(
        _of_a_report(wanted, claim, line) or _beside(wanted, stated, words, line) for line in lines
    )


def _of_a_report(wanted: Date, claim: str, line: Line) -> bool:
    """Tell whether the line only reports on that day, and the claim is about no report."""
    given = [d for d in dates(line.text) if carries(d, wanted, {wanted.year or 0})]
    reported = all(_REPORTED.search(line.text, 0, d.start) for d in given)
    return reported and _REPORTS.search(claim) is None


def _beside(wanted: Date, stated: list[Date], words: frozenset[str], line: Line) -> bool:
    found = dates(line.text)
    own = [carries(d, wanted, {wanted.year or 0}) for d in found]
    others = (d for d, is_own in zip(found, own, strict=True) if not is_own)
    if any(carries(d, other, {other.year or 0}) for d in others for other in stated):
        return False  # the claim compares the two
    told = beside(line.text, [(d.start, d.end) for d in found])
    return of_another(words, zip(own, told, strict=True), max(2, len(words) / 2))


def _apart_from_dates(claim: str) -> frozenset[str]:
    flat = claim
    for found in dates(claim):
        flat = flat[: found.start] + " " * (found.end - found.start) + flat[found.end :]
    return frozenset(content_stems(flat))


def _rival(
    wanted: Date, claim: str, reading: EvidenceText, least: float = _RIVAL
) -> tuple[Line, Date] | None:
    """Find the date, as exact as the claim's, that the evidence gives for the same thing."""
    words = _apart_from_dates(claim)
    stated = dates(claim)
    best: tuple[Line, Date] | None = None
    for line, given in reading.dates:
        alike = (given.day is None) == (wanted.day is None) and (given.until is None) == (
            wanted.until is None
        )
        if not alike or any(carries(given, other) for other in stated):
            continue
        score = reading.overlap(words, line)
        if score >= least and (best is None or score > reading.overlap(words, best[0])):
            best = (line, given)
    return best
