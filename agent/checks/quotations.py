"""A quotation must stand in the evidence word for word, and with its speaker.

Evidence that is a summary holds as a quotation only what it has in quotation marks itself.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import dropwhile, takewhile

from agent.checks.evidence_text import QUOTED, EvidenceText, Line
from agent.language.names import LINKS, TITLES, names
from agent.language.reported_speech import reporting_clauses
from agent.language.text import (
    STOP,
    fold,
    plain,
    squash,
)
from agent.types import CheckName, CheckResult, Outcome

_LEFT_OUT = re.compile(r"\[[^\]]*\]|\.\.\.")
_EDGES = " .,;:!?-'\""
_ALTERED = 0.6
"""Similarity (difflib ratio) from which on a sentence counts as the original of the quotation."""


def quoted(text: str) -> list[tuple[int, int]]:
    """Find the spans inside quotation marks that hold two words or more; apostrophes are none."""
    spans = (m.span(1) if m[1] else m.span(2) for m in QUOTED.finditer(fold(text)))
    return [(start, end) for start, end in spans if len(text[start:end].split()) > 1]


def check_quotations(claim: str, reading: EvidenceText) -> CheckResult:
    """Look every quotation of the claim up in the evidence.

    Marks, dashes, case and spaces are folded; an ellipsis or a bracket may stand for words left
    out, but what remains must be there in order. In a summary it must be there in quotation marks.
    """
    spans = [span for span in quoted(claim) if not _title(claim[slice(*span)])]
    if not spans:
        return CheckResult(name=CheckName.QUOTATIONS, outcome=Outcome.NOT_APPLICABLE)
    for start, end in spans:
        said = claim[start:end]
        if not any(_stands_in(said, text) for text in reading.quotable):
            return _altered(said, (start, end), reading)
        other = _other_speaker(claim, (start, end), reading)
        if other:
            return CheckResult(
                name=CheckName.QUOTATIONS,
                outcome=Outcome.VIOLATED,
                detail="the cited text gives these words to somebody else",
                span=(start, end),
                evidence=other.text,
            )
    return CheckResult(name=CheckName.QUOTATIONS, outcome=Outcome.OK)


def _title(said: str) -> bool:
    """Tell the title of a work, which is a name and checked as one: every long word has a capital.

    A title needs two such words; "NO VACCINES" is a slogan.
    """
    long = [word for word in re.findall(r"[^\W\d_]{4,}", said) if word.lower() not in STOP]
    return len(long) > 1 and all(w[0].isupper() for w in long) and said.upper() != said


def _stands_in(said: str, text: str) -> bool:
    at = 0
    bare = _bare(text)
    for part in _parts(said):
        found = bare.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _parts(said: str) -> Iterator[str]:
    for piece in _LEFT_OUT.split(squash(said)):
        part = _bare(piece).strip(_EDGES)
        if part:
            yield part


def _bare(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace('"', "").replace("&", "and"))


def _altered(said: str, span: tuple[int, int], reading: EvidenceText) -> CheckResult:
    wanted = squash(said)
    nearest, ratio = None, _ALTERED
    if any(_stands_in(said, text) for text in reading.flat):
        return CheckResult(
            name=CheckName.QUOTATIONS,
            outcome=Outcome.VIOLATED,
            detail=f'the sentence quotes "{said}"; these are words of a summary, which quotes '
            "nobody with them",
            span=span,
        )
    for line in reading.lines:
        own = [] if reading.extracts[line.extract].summary else [line.text]
        candidates = [line.text[a:b] for a, b in quoted(line.text)] or own
        for text in candidates:
            likeness = SequenceMatcher(None, wanted, squash(text), autojunk=False).ratio()
            if likeness > ratio:
                nearest, ratio = text, likeness
    detail = f'the sentence quotes "{said}"; the cited text ' + (
        f'says "{nearest}"' if nearest else "does not have these words"
    )
    return CheckResult(
        name=CheckName.QUOTATIONS,
        outcome=Outcome.VIOLATED,
        detail=detail,
        span=span,
        evidence=nearest,
    )


def _other_speaker(claim: str, span: tuple[int, int], reading: EvidenceText) -> Line | None:
    """Find the line that gives the quotation to a speaker whom the claim does not name.

    A quotation that holds its own speaker ("According to the Daily, "Lee said …"") names him.
    """
    outside = claim[: span[0]] + " " * (span[1] - span[0]) + claim[span[1] :]
    speakers = _people(outside)
    if not speakers or not reporting_clauses(outside):
        return None
    parts = list(_parts(claim[span[0] : span[1]]))
    inside = _people(claim[span[0] : span[1]])
    other: Line | None = None
    for at, line in enumerate(reading.lines):
        if not all(part in _bare(squash(line.text)) for part in parts):
            continue
        own = _people(QUOTED.sub(" ", line.text)) if reporting_clauses(line.text) else set()
        near = own or {w for n in reading.lines[max(0, at - 1) : at + 2] for w in _words(n.text)}
        if speakers & near or not own or own & inside:
            return None
        other = other or line
    return other


def _people(text: str) -> set[str]:
    """Give the last word of each name that can speak, without what follows "of" or "at"."""
    found = (n for n in names(text) if not n.opens or len(n.tokens) > 1)
    parts = (dropwhile(LINKS.__contains__, name.tokens) for name in found)  # "De Blasio"
    heads = ([*takewhile(lambda token: token not in LINKS, part)] for part in parts)
    return {head[-1] for head in heads if head} - TITLES


def _words(text: str) -> set[str]:
    return {plain(word) for word in re.findall(r"[\w'.-]+", text)}
