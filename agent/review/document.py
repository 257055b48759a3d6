"""A document: made of a page, made into a page, looked up, changed by a line, compared."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, Final

from agent.review.port import NotAllowed, UnknownDraft
from agent.review.types import (
    BOTTOM_LINE,
    LIMITS,
    SUMMARY,
    Document,
    DocumentSection,
    Line,
    LineChange,
    TrayLine,
)
from agent.types import (
    CheckedSection,
    CheckedSentence,
    Citation,
    Page,
    RejectedSentence,
)
from agent.writers import conclusion

ENDS: Final = {conclusion.LIMITS: LIMITS, conclusion.BOTTOM_LINE: BOTTOM_LINE}
"""The heading that a page gives to each of the last two sections, and its id here."""
FIRST: Final = 6
"""Words that tell a sentence from others in a message."""
NAMED_AT_ONCE: Final = 5


def document_of(page: Page) -> Document:
    """The first version of a finished page, every sentence as it was drafted."""
    made = [DocumentSection(id=SUMMARY, heading=conclusion.SUMMARY, lines=_lines(page.summary, 0))]
    count = len(page.summary)
    ends = {i: DocumentSection(id=i, heading=heading) for heading, i in ENDS.items()}
    for section in page.sections:
        own = ENDS.get(section.heading) or f"section-{len(made)}"
        lines = _lines(section.sentences, count)
        count += len(lines)
        one = DocumentSection(id=own, heading=section.heading, lines=lines)
        if own in ends:
            ends[own] = one
        else:
            made.append(one)
    sections = (*made, *ends.values())
    fallen = _lines([f.sentence for f in page.fallen], count)
    return Document(
        question=page.question,
        claim=page.claim,
        verdict=page.verdict,
        reason=page.reason,
        sections=sections,
        follow_ups=page.follow_ups,
        tray=tuple(
            TrayLine(line=line, section=_meant(f, sections), nearest=f.nearest, tried=f.tried)
            for line, f in zip(fallen, page.fallen, strict=True)
        ),
        evidence=page.evidence,
        usage=page.usage,
        earlier=page.earlier,
        timings=page.timings,
        lines_made=count + len(fallen),
    )


def _lines(sentences: Sequence[CheckedSentence], count: int) -> tuple[Line, ...]:
    return tuple(
        Line(
            id=f"s{count + n}",
            text=s.text,
            kind=s.kind,
            citations=s.citations,
            verification=s.ruling,
        )
        for n, s in enumerate(sentences, 1)
    )


def _meant(fallen: RejectedSentence, sections: Sequence[DocumentSection]) -> str:
    """The section of that heading; else the numbered one that cites most of the same passages."""
    named = next((s.id for s in sections if s.heading == fallen.place), None)
    return named or nearest_section(fallen.sentence.citations, sections)


def nearest_section(cited: Iterable[Citation], sections: Sequence[DocumentSection]) -> str:
    """The numbered section that shares most cited passages; the first where none does."""
    wanted = {c.passage for c in cited}
    numbered = [s for s in sections if s.id not in {SUMMARY, LIMITS, BOTTOM_LINE}] or sections
    return max(numbered, key=lambda s: len(wanted & cited_passages(s.lines))).id


def cited_passages(lines: Iterable[Line]) -> set[str]:
    """Ids of the passages that sentences cite."""
    return {c.passage for line in lines for c in line.citations}


def page_of(document: Document) -> Page:
    """The document without its notes and empty sections.

    Raises:
        NotAllowed: a sentence is red, or there is no summary or no section.
    """
    if red := [line for line in page_lines(document) if line.red]:
        raise NotAllowed(
            f"The check refuses {name_lines(red)}, and what it refuses is not printed. Reword, "
            "cite anew or drop it, or make it a note."
        )
    kept = [(s, _checked(s)) for s in document.sections]
    summary = next((lines for s, lines in kept if s.id == SUMMARY), ())
    body = [(s, lines) for s, lines in kept if s.id != SUMMARY and lines]
    if not summary or not body:
        raise NotAllowed("A page needs a summary and a section. Add a sentence to each.")
    return Page(
        question=document.question,
        claim=document.claim,
        verdict=document.verdict,
        reason=document.reason,
        summary=summary,
        sections=tuple(CheckedSection(heading=s.heading, sentences=lines) for s, lines in body),
        follow_ups=document.follow_ups,
        fallen=tuple(_rejected(t, document) for t in document.tray if t.line.red),
        evidence=document.evidence,
        earlier=document.earlier,
        usage=document.usage,
        timings=document.timings,
    )


def _checked(section: DocumentSection) -> tuple[CheckedSentence, ...]:
    return tuple(checked_sentence(line) for line in section.lines if not line.note)


def checked_sentence(line: Line) -> CheckedSentence:
    """A line as pages have it."""
    return CheckedSentence(
        text=line.text, kind=line.kind, citations=line.citations, ruling=line.verification
    )


def _rejected(held: TrayLine, document: Document) -> RejectedSentence:
    return RejectedSentence(
        sentence=checked_sentence(held.line),
        place=section_of(document, held.section).heading,
        nearest=held.nearest,
        tried=held.tried,
    )


def page_lines(document: Document) -> Iterator[Line]:
    """Every sentence of the document in reading order, notes with it, the tray without."""
    for section in document.sections:
        yield from section.lines


def name_line(line: Line) -> str:
    """A sentence by its first words, for people, to whom no page shows ids."""
    words = line.text.split()
    return f"“{' '.join(words[:FIRST])}{' …' if len(words) > FIRST else ''}”"


def name_lines(lines: Sequence[Line]) -> str:
    """Sentences by their first words; of many, how many more there are."""
    more = len(lines) - NAMED_AT_ONCE
    named = ", ".join(name_line(line) for line in lines[:NAMED_AT_ONCE])
    return f"{named} and {more} more" if more > 0 else named


def changed(document: Document, **fields: Any) -> Document:  # noqa: ANN401  (each its own type)
    """The document with other fields."""
    return Document(**{**dict(document), **fields})


def line_with(line: Line, **fields: Any) -> Line:  # noqa: ANN401
    """The line with other fields."""
    return Line(**{**dict(line), **fields})


def section_of(document: Document, section: str) -> DocumentSection:
    """A section by id. Raises UnknownDraft."""
    found = next((s for s in document.sections if s.id == section), None)
    if found is None:
        raise UnknownDraft(f"There is no section {section!r}. Read the draft again.")
    return found


def held_line(document: Document, line: str) -> TrayLine | None:
    """A sentence of the tray by id; None where it is not there."""
    return next((t for t in document.tray if t.line.id == line), None)


def line_of(document: Document, line: str) -> Line:
    """A sentence by id, from the page or the tray. Raises UnknownDraft."""
    held = held_line(document, line)
    every = (*page_lines(document), *([held.line] if held else []))
    found = next((one for one in every if one.id == line), None)
    if found is None:
        raise UnknownDraft(f"There is no sentence {line!r}. Read the draft again.")
    return found


def place_of(document: Document, line: str) -> str:
    """Id of the section that a sentence stands in or was meant for. Raises UnknownDraft."""
    line_of(document, line)
    held = held_line(document, line)
    if held:
        return held.section
    return next(s.id for s in document.sections if any(one.id == line for one in s.lines))


def before(document: Document, section: str, line: str = "") -> str:
    """The standing sentence in front of one, or the section's last; "" where there is none."""
    said = ""
    for one in section_of(document, section).lines:
        if one.id == line:
            break
        if not one.note:
            said = "" if one.red else one.text
    return said


def with_section(document: Document, section: str, **fields: Any) -> Document:  # noqa: ANN401
    """The document with other fields of one section."""
    sections = tuple(
        DocumentSection(**{**dict(s), **fields}) if s.id == section else s
        for s in document.sections
    )
    return changed(document, sections=sections)


def with_line(document: Document, line: Line) -> Document:
    """The document with another line in place of the one of the same id, on page or tray."""
    sections = tuple(
        DocumentSection(
            id=s.id,
            heading=s.heading,
            lines=tuple(line if one.id == line.id else one for one in s.lines),
        )
        for s in document.sections
    )
    tray = tuple(
        TrayLine(**{**dict(t), "line": line}) if t.line.id == line.id else t for t in document.tray
    )
    return changed(document, sections=sections, tray=tray)


def on_page(document: Document, line: Line) -> Document:
    """A line of the tray at the end of its section; one that is on the page stays where it is."""
    held = held_line(document, line.id)
    if held is None:
        return with_line(document, line)
    tray = tuple(t for t in document.tray if t is not held)
    lines = (*section_of(document, held.section).lines, line)
    return with_section(changed(document, tray=tray), held.section, lines=lines)


def compare(old: Document, new: Document) -> list[LineChange]:
    """What changed from one document to another, in the order of the new one.

    A sentence that went to the tray is removed; one that changed and moved is changed.
    """
    was, now = _placed(old), _placed(new)
    matcher = SequenceMatcher(a=list(was), b=list(now), autojunk=False)
    found: list[LineChange] = []
    for _, a, b, c, d in matcher.get_opcodes():
        found += [_change(was[i], None) for i in list(was)[a:b] if i not in now]
        for i in list(now)[c:d]:
            if i not in was:
                found.append(_change(None, now[i]))
            elif _differs(was[i][1], now[i][1]):
                found.append(_change(was[i], now[i]))
            elif was[i][0] != now[i][0] or (i not in list(was)[a:b]):
                found.append(_change(was[i], now[i], moved=True))
    return found


Placed = tuple[str, Line]


def _placed(document: Document) -> dict[str, Placed]:
    """Section and line by id, in reading order."""
    return {line.id: (s.id, line) for s in document.sections for line in s.lines}


def _differs(old: Line, new: Line) -> bool:
    marks = ("text", "citations", "note", "red")
    return any(getattr(old, mark) != getattr(new, mark) for mark in marks)


def _change(old: Placed | None, new: Placed | None, *, moved: bool = False) -> LineChange:
    known = new or old
    if known is None:
        raise AssertionError("a change has an old line or a new one")
    supported = [None if p is None else p[1].verification.accepted for p in (old, new)]
    kind = "added" if old is None else "removed" if new is None else "changed"
    return LineChange.model_validate(
        {
            "line": known[1].id,
            "change": "moved" if moved else kind,
            "before": old[1].text if old else "",
            "after": new[1].text if new else "",
            "before_supported": supported[0],
            "after_supported": supported[1],
        }
    )
