"""Reporting frames: the words by which a text says that somebody else says something."""

import re
from dataclasses import dataclass
from functools import lru_cache

from agent.language.lexicon import pattern
from agent.language.text import fold

_CALLING = (
    r"(?:describ|characteri[sz]|portray)(?:es?|ed|ing|s)(?=(?: [^,.;]{1,60}?)? as\b)"
    r"|(?:calls|called|labels|labell?ed|brands|branded|dubs|dubbed)(?= (?-i:it|the|this|that|these"
    r"|those|him|her|them|a|an|such)\b)"
)
"""Who calls a thing something says so."""
_TO_THAT = r"(?=(?:\W+\w+){0,4}?\W+that\b)"
_AT_THE_END = r"(?<=[a-z])(?=\W*$|\s(?:to|in|on|at)\s(?:\w+\W*){1,6}$)"
_VERB = pattern(
    r"(?<!united )(?<!\bof )(?<!\ban )(?<!\d )(?<!\bto be )\b(?:(?P<said>{reporting.saying})"
    rf"|(?<!were )(?<!was )(?<!been )(?<!so )(?:{_CALLING})"
    r"|(?P<contested>{reporting.contesting})"
    rf"|(?:{{reporting.stating}}|(?P<judged>{{reporting.judging}}))(?:{_TO_THAT}|{_AT_THE_END})"
    r"|(?<!were )(?<!was )(?<!been )(?P<counted>{reporting.counting})(?=\s(?:\w+\s){0,2}?[$€£]?\d))"
    r"\b(?!-)",
    re.IGNORECASE,
)
_PHRASE = pattern(
    r"\b(?:according to|in (?:the )?(?:\w+(?:'s)? ){1,3}(?:view|opinion|words)"
    r"|in the (?:view|opinion|words) of|by (?:\w+(?:'s)? ){1,4}(?:account|estimates?|count)"
    r"|so-called|(?:alleged|reported|supposed|purported)ly|critics? of"
    r"|{reporting.statements} that|(?:claim|allegation|accusation|rumou?r)s? of)\b",
    re.IGNORECASE,
)
_WORDING = r"(?:versions?|editions?|drafts?|headlines?|captions?|posts?)"
_FORMER = pattern(
    rf"\b(?:earlier|previous|prior|original|initial|first) (?:\w+ )?{_WORDING}\b"
    r"(?: of (?:this|the|our) (?:\w+ )?{reporting.documents})?,? (?:had )?"
    r"(?:{reporting.falsehood}ly |in error )?"
    r"(?:{reporting.saying}|{reporting.stating}|gave|put|mis[a-z]+ed)\b"
    r"|\b(?:originally|initially|{reporting.falsehood}ly) "
    r"(?:said|stated|reported|wrote|gave|identified|described|named)\b"
    r"|\bmis(?:stated|reported|identified|quoted|named|attributed|dated)\b",
    re.IGNORECASE,
)
"""What a text once said and has put right: a correction names it so as not to say it."""
_DOCUMENT = pattern(r"\b(?:{reporting.documents}|it|we|i)\W+(?:\w+\W+){0,2}$", re.IGNORECASE)
_OTHER = re.compile(
    r"(?:\b(?:an?|another|one|some|other|further|earlier|recent|previous|separate|quoted)|'s)\W+$",
    re.IGNORECASE,
)
"""What makes it another document: "a study", "the agency's report"."""
_BY_DOCUMENT = pattern(r"\s(?:the|this|its) (?:\w+ )?{reporting.documents}\b", re.IGNORECASE)
_NAMED = 8
"""Words at the end of a sentence that can be the name of who says so."""
_OPENING = 14
"""Words at its beginning that can be."""
_WHEN = re.compile(r"\s*(?:$|(?:to|in|on|at)\b)")
"""What may stand between "..., the mayor said" and the end of the sentence begins so."""


@dataclass(frozen=True, slots=True)
class ReportingClause:
    """One reporting cue; `start` and `end` are character offsets of the cue itself."""

    start: int
    end: int
    contested: bool
    """The word marks the content as somebody's own ("claims", "believes", "denied")."""
    document: bool
    """What speaks is the source itself ("the report says")."""
    former: bool = False
    """The text said it once and has put it right ("an earlier version of this article said")."""


def opens(frame: ReportingClause, text: str) -> bool:
    """Whether a cue stands so early that all of the sentence is what is said."""
    before = text[: frame.start]
    return len(before.split()) <= _OPENING and ";" not in before


def reaches_back(frame: ReportingClause, text: str) -> bool:
    """Whether a cue that ends the sentence speaks of all of it: "..., according to the mayor"."""
    before, after = text[: frame.start].rstrip(), text[frame.end :].rstrip(" .!?\"”'")
    if len(after.split()) > _NAMED:
        return False
    phrase = text[frame.start : frame.end].casefold() == "according to"
    return phrase or before.endswith(",") or _WHEN.match(after) is not None


def reporting_clauses(text: str) -> list[ReportingClause]:
    """Find the reporting cues of a sentence, outside of its quotations."""
    return list(_reporting_clauses(text))


@lru_cache(maxsize=1_024)
def _reporting_clauses(text: str) -> tuple[ReportingClause, ...]:
    flat = re.sub(r'"[^"]*"', lambda m: " " * len(m[0]), fold(text))
    found = [
        ReportingClause(
            m.start(),
            m.end(),
            bool(m["contested"] or m["judged"] or m["counted"]),
            _is_document(flat, m.start()),
        )
        for m in _VERB.finditer(flat)
    ]
    for m in _PHRASE.finditer(flat):
        document = m[0].casefold() == "according to" and bool(_BY_DOCUMENT.match(flat, m.end()))
        found.append(ReportingClause(m.start(), m.end(), contested=not document, document=document))
    found += [
        ReportingClause(m.start(), m.end(), contested=True, document=False, former=True)
        for m in _FORMER.finditer(flat)
    ]
    return tuple(sorted(found, key=lambda f: f.start))


def _is_document(text: str, at: int) -> bool:
    """Whether what speaks right before `at` is the text itself."""
    found = _DOCUMENT.search(text, max(0, at - 40), at)
    return found is not None and _OTHER.search(text, 0, found.start()) is None
