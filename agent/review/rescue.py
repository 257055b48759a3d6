"""Rescue what the check refused: reword it, cite it anew, or have its section written again."""

from collections.abc import Sequence

from agent.pipeline.repair import verify_and_repair
from agent.pipeline.retrieve import scope_of
from agent.review.checking import (
    Tools,
    clashes,
    extended,
    kind_in,
    plan_of,
    record_of,
    with_passages,
)
from agent.review.document import (
    before,
    changed,
    cited_passages,
    held_line,
    line_of,
    line_with,
    on_page,
    place_of,
    section_of,
    with_section,
)
from agent.review.port import NotAllowed
from agent.review.types import BOTTOM_LINE, LIMITS, SUMMARY, Document, Line, TrayLine
from agent.types import CheckedSentence, Kind, RejectedSentence, Section, Sentence
from agent.verification.absence import cite_whole
from agent.writers.model_output import nearest_words

ENDS = {SUMMARY, LIMITS, BOTTOM_LINE}
LOOKED_AT = 8
"""Passages that are tried for a sentence."""


def weaken(document: Document, line_id: str, who: str, tools: Tools) -> Document:
    """Let the writers reword a sentence until what it cites carries it; then on the page.

    Raises:
        NotAllowed: it stands, or no wording was accepted.
    """
    line, said = _rejected(document, line_id)
    tried: list[str] = []
    for writer in (w for w in (tools.writer, tools.spare) if w):
        sentence, ruling = said, line.verification
        for _ in range(max(1, writer.rounds)):
            [better] = writer.revise([(sentence, ruling)], document.evidence)
            if better is None or better == sentence:
                break
            form = Sentence(**{**dict(better), "before": said.before})
            sentence, ruling = tools.check(document, form)
            tried.append(f"“{sentence.text}”")
            if ruling.accepted:
                new = line_with(
                    line,
                    text=sentence.text,
                    kind=sentence.kind,
                    citations=sentence.citations,
                    verification=ruling,
                    by=who,
                    accepted_by="",
                )
                return on_page(document, new)
    raise NotAllowed(
        f"No weaker wording of {line_id} is carried by what it cites{_told(tried)}. Edit it, cite "
        "it anew or drop it."
    )


def _told(tried: Sequence[str]) -> str:
    return f" (tried: {'; '.join(tried)})" if tried else ""


def recite(document: Document, line_id: str, who: str, tools: Tools) -> Document:
    """Look in the library for a passage that carries a sentence as it stands; then on the page.

    Raises:
        NotAllowed: it stands, rests on more than words, or nothing that was found carries it.
    """
    line, said = _rejected(document, line_id)
    kind = kind_in(line.text, document)
    if kind is not Kind.FINDING:
        raise NotAllowed(f"{line_id} is an {kind.value}: no passage carries it. Edit or drop it.")
    found = tools.library.search(line.text, LOOKED_AT, scope_of(plan_of(document)))
    passages = [h.passage for h in found if not clashes(document, h.passage.source)]
    evidence = extended(document.evidence, passages, (), ())
    spans = dict.fromkeys(
        (*(nearest_words(line.text, p) for p in passages), *(cite_whole(p) for p in passages))
    )
    forms = [Sentence(text=line.text, citations=(span,), before=said.before) for span in spans]
    if not forms:
        raise NotAllowed("The library has nothing near this sentence. Edit it or drop it.")
    sentence, ruling = tools.check(changed(document, evidence=evidence), *forms)
    if not ruling.accepted:
        raise NotAllowed(
            f"None of the {len(passages)} nearest passages carries {line_id} as it stands. Edit "
            "it, pick a passage yourself or drop it."
        )
    cited = [p for p in passages if p.id == sentence.citations[0].passage]
    new = line_with(
        line,
        kind=kind,
        citations=sentence.citations,
        verification=ruling,
        by=who,
        accepted_by="",
    )
    return on_page(with_passages(document, cited, tools), new)


def _rejected(document: Document, line_id: str) -> tuple[Line, Sentence]:
    """A sentence of the tray, or a red one of the page, as it would stand on the page.

    Raises:
        UnknownDraft: there is no such sentence.
        NotAllowed: it stands, or is a note.
    """
    line, held = line_of(document, line_id), held_line(document, line_id)
    if not line.red and not held:
        what = "is a note" if line.note else "stands"
        raise NotAllowed(f"{line_id} {what}: there is nothing to rescue. Edit it instead.")
    front = before(document, place_of(document, line_id), "" if held else line_id)
    said = Sentence(text=line.text, kind=line.kind, citations=line.citations, before=front)
    return line, said


def redo(document: Document, section: str, who: str, tools: Tools) -> Document:
    """Have the writer draft one section again; what editors wrote in it goes to the tray.

    Raises:
        NotAllowed: the section is computed, or the writer wrote nothing else that stands.
    """
    old = section_of(document, section)
    if section in ENDS:
        raise NotAllowed(f"The section {section!r} is not drafted alone. Edit its sentences.")
    kept, rejected = _drafted(document, old.lines, tools)
    if not kept:
        raise NotAllowed("Nothing that the writer wrote for this section is carried. Edit it.")
    if [s.text for s in kept] == [line.text for line in old.lines if not line.note]:
        raise NotAllowed("The writer wrote the same again. Edit the sentences instead.")
    same = {(line.text, line.citations): line for line in old.lines if not line.note}
    count = document.lines_made
    lines: list[Line] = []
    for sentence in kept:
        known = same.pop((sentence.text, sentence.citations), None)
        count += known is None
        lines.append(known or _line(sentence, f"s{count}"))
    tray = [TrayLine(line=line, section=section) for line in same.values() if line.by]
    for fallen in rejected:
        count += 1
        line = _line(fallen.sentence, f"s{count}")
        tray.append(
            TrayLine(line=line, section=section, nearest=fallen.nearest, tried=fallen.tried)
        )
    notes = [line for line in old.lines if line.note]
    new = with_section(document, section, lines=(*lines, *notes))
    return changed(new, tray=(*document.tray, *tray), lines_made=count)


def _line(sentence: CheckedSentence, line_id: str) -> Line:
    return Line(
        id=line_id,
        text=sentence.text,
        kind=sentence.kind,
        citations=sentence.citations,
        verification=sentence.ruling,
    )


def _drafted(
    document: Document, lines: Sequence[Line], tools: Tools
) -> tuple[list[CheckedSentence], tuple[RejectedSentence, ...]]:
    """The new section that shares most cited passages, checked, without what the page says."""
    plan, mine = plan_of(document), cited_passages(lines)
    made = tools.writer.draft(plan, document.evidence, document.verdict)
    best = max(made.sections, key=lambda s: len(mine & _cited(s)), default=None)
    if best is None or not mine & _cited(best):
        return [], ()
    body = [x for s in document.sections if s.id not in ENDS for x in s.lines]
    elsewhere = {x.text for x in body} - {x.text for x in lines}
    new = tuple(s for s in best.sentences if s.text not in elsewhere)
    [checked], rejected = verify_and_repair(
        [Section(heading=best.heading, sentences=new)],
        tools.gate(document),
        tools.writer,
        record_of(document),
    )
    return [s for s in checked if s and s.text not in elsewhere], rejected


def _cited(section: Section) -> set[str]:
    return {c.passage for s in section.sentences for c in s.citations}
