"""The words that every form of a page shares, and what makes text from outside harmless."""

import re
import unicodedata

from agent.language.lexicon import any_of
from agent.language.phrases import day
from agent.types import (
    EMBEDDED,
    CheckedSentence,
    Insufficient,
    Page,
    PublishedCheck,
    SourceNotice,
    Usage,
    Value,
    VerdictLabel,
    draft_id,
)
from retrieval.types import Notice, Scope, Source

DISCLAIMER = (
    "Disclaimer: This first draft can contain mistakes. Please verify important information, "
    "and anything about breaking news, at the sources listed below."
)
NO_VERDICT = "Verdict: none - not enough evidence"
CHECKED = "Already checked"
"""Stands before what others found when they checked the same claim."""
TWO_READINGS = "two readings"
"""Stands in brackets behind a sentence that an editor should look at."""
NOTICES = {
    "corrected": "corrected",
    "concern": "expression of concern",
    "retracted": "retracted",
    "withdrawn": "withdrawn",
    "reinstated": "reinstated",
}
"""What a notice says of a source, in a word or three."""
SUMMARY = "Summary of the source"
"""Stands before cited words that are not the publisher's own, in the place of quotation marks."""

# ECMA-48 control sequences (CSI), operating system commands (OSC) and two-byte escapes.
_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]"
)
# Blank by design, though Unicode files them under letters and marks.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_NUMBERED = r"[0-9]{1,6}(?:[a-z]|\s?ff?\.?)?"
_PLACE = (
    r"(?i:\s*(?:[,:]?\s*(?:(?:pp?|pages?|paras?|paragraphs?|ch(?:ap)?|chapters?|sec|sections?|lines?"
    r"|figs?|figures?|tab|tables?|art|articles?|annex|app|appendix|vol|fn|notes?|slides?|rows?)\b\.?"
    rf"|\u00a7+)\s*(?:{_NUMBERED}|[ivxl]{{1,6}}\b|[a-z]\b)|:\s+{_NUMBERED})"
    rf"(?:\s*[,\u2013-]\s*{_NUMBERED})*)"
)
PLACE = rf"(?:{_PLACE}){{1,3}}"
"""Where in a source, behind its number: `, p. 4`, `, pp. 4-5`, `: 14`, `, Annex B, \u00a7 3`."""
_NUMBER = rf"\^?\d+(?:{PLACE})?"
# What a reader, or a program, would take for a citation: [3], [1, 2], [1-3], [^4], [5, p. 6],
# 【7】.
_MARKER = re.compile(
    rf"\[(\s*{_NUMBER}(?:\s*[,;\u2013-]\s*{_NUMBER})*\s*)\]|\u3010(\d+[^\u3010\u3011]*)\u3011"
)
_CLOSING = "\"'\u201d\u2019)"
_INITIALISM = re.compile(r"(?:\b[A-Za-z]\.){2,}$|\b(?:Co|Corp|Inc|Jr|Ltd|Sr|etc)\.$")
_ASKING = re.compile(
    r"(?:who(?:m|se)?|wh(?:at|ich|en|ere|y)|how|"
    + any_of("core.be", "core.have", "core.do", "core.modals")
    + r")\b",
    re.IGNORECASE,
)


class Edition(Value):
    """What a desk knows of a page beside its words."""

    draft: str = ""
    """Id under which the desk keeps it, however often it was edited."""
    notices: tuple[str, ...] = ()
    """What readers are told of corrections, each with its date: they stand at the top."""

    def name(self, page: Page) -> str:
        """The id that a file of the page says it is."""
        return self.draft or draft_id(page)

    def lines(self) -> tuple[str, ...]:
        """The notices as they are printed."""
        return tuple(prose(notice) for notice in self.notices)


PLAIN = Edition()
"""A page as it was drafted."""


def clean(text: str) -> str:
    """Text on one line with nothing in it that cannot be seen.

    Takes out terminal escapes, control characters, bidirectional overrides, zero-width and
    unassigned characters, variation selectors; runs of white space become one space.
    """
    text = _INVISIBLE.sub("", _ANSI.sub("", text))
    return " ".join("".join(c for c in text if c.isspace() or not hidden(c)).split())


def hidden(character: str) -> bool:
    """Control, format, surrogate, private or unassigned: white space such as a tab included."""
    return unicodedata.category(character) in _HIDDEN


def prose(text: str) -> str:
    """Clean text in which no bracketed number is left: only the renderer writes `[n]`.

    `[3]` becomes `{3}`: nothing is lost, and nothing reads it as a citation.
    """
    return _MARKER.sub(lambda m: f"{{{m[1] or m[2]}}}", clean(text))


def stem(text: str) -> tuple[str, str]:
    """Split prose from its full stop, so that a citation group can stand between them.

    A stop inside closing quotation marks moves behind them (`"no."` to `"no" [1].`);
    the dot of an abbreviation stays (`in the U.S. [1].`).
    """
    text = text.rstrip()
    bare = text.rstrip(_CLOSING)
    if bare.endswith(("...", "\u2026")) or _INITIALISM.search(bare):
        return text, "."
    if bare == text and text.endswith(("?", "!")):
        return text[:-1].rstrip(), text[-1]
    if bare.endswith("."):
        return bare[:-1].rstrip() + text[len(bare) :], "."
    return text, "."


def heading(text: str) -> str:
    """A heading ends without a full stop."""
    body, stop = stem(prose(text))
    return body if stop == "." else body + stop


def title(draft: Page | Insufficient) -> str:
    """What was asked, verbatim, as a question: a statement is quoted and asked about."""
    asked = prose(draft.question.text)
    if asked.endswith("?"):
        return asked
    if _ASKING.match(asked) and asked[-1].isalnum():
        return f"{asked}?"
    opening, closing = ("\u201c", "\u201d") if '"' in asked else ('"', '"')
    return f"Is this true: {opening}{asked}{closing}?"


def tested(draft: Page | Insufficient) -> str:
    """`claim tested: ...`: the reading that was chosen."""
    done = "looked for" if isinstance(draft, Insufficient) else "tested"
    return f"claim {done}: {prose(draft.claim.text).rstrip('.')}"


def asides(draft: Page | Insufficient) -> tuple[str, ...]:
    """How the question was read, and what was found before, where there is something to say."""
    read = " ".join(prose(note) for note in draft.claim.notes)
    before = "; ".join(
        f"{label(e.verdict)} on {day(e.checked_on)}"
        + (f" (evidence up to {day(e.as_of)})" if e.as_of else "")
        for e in draft.earlier
    )
    lines = (
        f"How it was read: {read}" if read else "",
        f"Checked before: {before}. Earlier drafts are not used as evidence." if before else "",
        *(told for _, told in source_notices(draft)),
    )
    return tuple(line for line in lines if line)


def source_notices(draft: Page | Insufficient) -> tuple[tuple[SourceNotice, str], ...]:
    """What is said of sources that were left out, being taken back, and of those that are cited.

    The last notice of each kind about each source, each with the words that tell it.
    """
    if isinstance(draft, Insufficient):
        cited, notices = set[str](), draft.notices
    else:
        cited = {c.source for sentence in draft.sentences() for c in sentence.citations}
        notices = draft.evidence.notices
    last = {(one.source.id, one.notice.kind): one for one in notices}
    return tuple(
        (one, _told_notice(one))
        for one in last.values()
        if one.notice.takes_back or one.source.id in cited
    )


def notice_line(notice: Notice) -> str:
    """`Retracted, noticed January 5, 2026: “…” (retraction_watch.csv).`."""
    return f"{NOTICES[notice.kind].capitalize()}, {_noticed(notice)}"


def _noticed(notice: Notice) -> str:
    words, by = prose(notice.words), prose(notice.given_by)
    return f"noticed {day(notice.noticed)}: \u201c{words}\u201d ({by})."


def _told_notice(one: SourceNotice) -> str:
    """`Left out, retracted: “Salt and sleep” (The Review), noticed January 5, 2026: “…” (x).`."""
    notice, source = one.notice, one.source
    kind = NOTICES[notice.kind]
    head = f"Left out, {kind}" if notice.takes_back else kind.capitalize()
    named = f"\u201c{prose(source.title)}\u201d ({prose(source.publisher)})"
    return f"{head}: {named}, {_noticed(notice)}"


def published_checks(
    draft: Page | Insufficient,
) -> tuple[tuple[PublishedCheck, str], ...]:
    """What others found when they checked the claim, each with the words that tell it."""
    checks = draft.checks if isinstance(draft, Insufficient) else draft.evidence.checks
    return tuple((check, told_check(check)) for check in checks)


def told_check(check: PublishedCheck) -> str:
    """`PolitiFact, January 5, 2026: “False” (the claim that “The bridge fell.”)`."""
    source, rating, claim = check.source, prose(check.rating.quote), prose(check.claim.quote)
    return (
        f"{prose(source.publisher)}, {published(source)}: \u201c{rating}\u201d "
        f"(the claim that \u201c{claim}\u201d)"
    )


def checked_on(draft: Page | Insufficient) -> str:
    return f"Checked on {day(draft.question.asked_on)}"


def published(source: Source) -> str:
    return day(source.published) if source.published else "no date"


def label(verdict: VerdictLabel) -> str:
    """`Refuted`."""
    return verdict.value.capitalize()


def verdict(page: Page) -> str:
    """`Refuted`; `No verdict` for what cannot be true or false."""
    return label(page.verdict.label) if page.claim.gets_verdict else "No verdict"


def reason(page: Page) -> str:
    """Why the verdict is as it is, in words of the matter; without any, what it was counted on."""
    return prose(page.reason).rstrip(".") or prose(page.verdict.scope)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def searched(scope: Scope) -> str:
    """How much was searched, in one phrase: passages, sources, origins, dates."""
    words = (
        f"{_count(scope.passages, 'passage')} of {_count(scope.sources, 'source')} "
        f"from {_count(scope.origins, 'origin')}"
    )
    if scope.earliest and scope.latest:
        words += f", published {day(scope.earliest)} to {day(scope.latest)}"
    if scope.undated:
        words += f"; {scope.undated:,} of the sources undated"
    return words


def searched_line(draft: Insufficient) -> str:
    return f"Searched: {searched(draft.scope)}."


def reason_line(draft: Insufficient) -> str:
    return f"Reason: {prose(draft.reason).rstrip('.')}."


def nearest(draft: Insufficient) -> tuple[Source, ...]:
    """The sources that came nearest to the question, each once."""
    return tuple({hit.passage.source.id: hit.passage.source for hit in draft.nearest}.values())


def nearest_line(draft: Insufficient) -> str:
    """Why there is no page, and the nearest sources by name."""
    names = "; ".join(
        f"{prose(s.title)} ({prose(s.publisher)}, {published(s)})" for s in nearest(draft)
    )
    return reason_line(draft) + (f" Nearest in the library: {names}." if names else "")


def made(draft: Page | Insufficient) -> str:
    """Who wrote it and what that cost, in one line; then what a reader must know of it."""
    line = _made(draft.usage)
    notes = " ".join(prose(note) for note in draft.usage.notes)
    return f"{line} Note: {notes}" if notes else line


def doubt_mark(sentence: CheckedSentence) -> str:
    """` (two readings)` in front of the citations of a sentence that was read in two ways."""
    return f" ({TWO_READINGS})" if sentence.ruling.doubt else ""


def doubts(page: Page) -> str:
    """What the mark stands for, where the page has it: each reason once."""
    reasons = dict.fromkeys(s.ruling.doubt for s in page.sentences() if s.ruling.doubt)
    if not reasons:
        return ""
    return (
        f"{TWO_READINGS.capitalize()}: the language model found a sentence in the cited words; "
        f"{'; '.join(map(prose, reasons))}. Read the sources."
    )


def _made(usage: Usage) -> str:
    """Who wrote the body; where a model was asked, what that took."""
    if not usage.calls:
        return "Drafted on this machine by the embedded writer; no language model was used."
    spent = f"{_count(usage.calls, 'call')}, {_tokens(usage)}"
    if usage.model == EMBEDDED:
        return (
            "Drafted on this machine by the embedded writer; the language model that was asked "
            f"gave no answer: {spent}."
        )
    if usage.stood_in:
        return (
            "Drafted on this machine by the embedded writer, in the place of the language model "
            f"{prose(usage.model)}: {spent}."
        )
    return f"Drafted with the language model {prose(usage.model)}: {spent}."


def _tokens(usage: Usage) -> str:
    """Tokens and dollars; what the endpoint did not count is called our estimate."""
    cost = "cost not known" if usage.cost is None else f"${usage.cost:,.4f}"
    cached = f" ({usage.cached_tokens:,} cached)" if usage.cached_tokens else ""
    words = f"{usage.input_tokens:,} tokens in{cached}, {usage.output_tokens:,} out"
    if usage.uncounted:
        whose = _count(usage.uncounted, "call")
        words = f"about {words} (estimated here for {whose} that the endpoint did not count)"
    return f"{words}, {cost}"
