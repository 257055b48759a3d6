"""What an editor does to a document: a document and an action in, the next document out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, get_args

from agent.llm.errors import ChatError
from agent.review import recheck, rescue
from agent.review.checking import (
    Tools,
    find_passages,
    kind_in,
    settle,
    with_passages,
)
from agent.review.document import (
    before,
    changed,
    held_line,
    line_of,
    line_with,
    name_line,
    on_page,
    page_lines,
    place_of,
    section_of,
    with_line,
    with_section,
)
from agent.review.port import NotAllowed, UnknownDraft
from agent.review.types import (
    SUMMARY,
    AcceptLines,
    AddLine,
    Document,
    DropLine,
    EditFollowUps,
    EditHeading,
    EditLine,
    Line,
    Recheck,
    ReciteLine,
    RedoSection,
    RestoreAsNote,
    RuleStance,
    StanceRuling,
    TrayLine,
    WeakenLine,
)
from agent.types import Sentence, Verification
from agent.verification.absence import cite_whole
from agent.verification.gate import FOREIGN
from agent.writers.model_output import nearest_words

Edit = (
    EditLine
    | AddLine
    | DropLine
    | AcceptLines
    | WeakenLine
    | ReciteLine
    | RestoreAsNote
    | EditHeading
    | RedoSection
    | RuleStance
    | EditFollowUps
    | Recheck
)
"""The actions that change the document; the others are the desk's."""
EDITS: Final = get_args(Edit)
LONGEST: Final = 300
"""Characters of a follow-up question."""


@dataclass(frozen=True)
class Edited:
    """What came of an action, and what the trail tells of it beside the change itself."""

    document: Document
    detail: dict[str, object] = field(default_factory=dict)


def edit(document: Document, action: Edit, who: str, tools: Tools) -> Edited:
    """Do one thing to a document and settle what follows from it.

    Raises:
        UnknownDraft: no such sentence, section, passage or source.
        NotAllowed: it cannot be done; the message says what to do instead.
    """
    try:
        with tools.budget.open() as account:
            made = _apply(document, action, who, tools)
            settled = settle(document, made.document, tools)
            usage = account.usage()
    except ChatError as error:
        raise NotAllowed(f"The language model could not be asked: {error}") from error
    spent = {"usage": usage.model_dump(mode="json")} if usage.calls else {}
    return Edited(settled, made.detail | spent)


def _apply(document: Document, action: Edit, who: str, tools: Tools) -> Edited:  # noqa: PLR0911
    match action:
        case EditLine():
            return Edited(_edit_line(document, action, who, tools))
        case AddLine():
            return Edited(_add_line(document, action, who, tools))
        case WeakenLine():
            return Edited(rescue.weaken(document, action.line, who, tools))
        case ReciteLine():
            return Edited(rescue.recite(document, action.line, who, tools))
        case RedoSection():
            return Edited(rescue.redo(document, action.section, who, tools))
        case Recheck():
            return Edited(*recheck.recheck(document, tools))
        case _:
            return Edited(_mark(document, action, who))


def _mark(
    document: Document,
    action: DropLine | AcceptLines | RestoreAsNote | EditHeading | RuleStance | EditFollowUps,
    who: str,
) -> Document:
    """The actions for which nothing is read."""
    match action:
        case DropLine():
            return _drop_line(document, action.line)
        case AcceptLines():
            return _accept_lines(document, action.lines, who)
        case RestoreAsNote():
            return _restore_as_note(document, action.line, who)
        case EditHeading():
            return _edit_heading(document, action)
        case RuleStance():
            return _rule_stance(document, action, who)
        case EditFollowUps():
            questions = tuple(dict.fromkeys(_plain(q, LONGEST) for q in action.questions))
            return changed(document, follow_ups=questions)


def _edit_line(document: Document, action: EditLine, who: str, tools: Tools) -> Document:
    """Verified anew; one from the tray that stands now goes back on the page."""
    line = line_of(document, action.line)
    text = " ".join(action.text.split())
    if not text:
        raise NotAllowed("The sentence is empty. Drop it, or write one.")
    if line.note:
        return with_line(document, line_with(line, text=text, by=who))
    held = held_line(document, line.id)
    front = before(document, place_of(document, line.id), "" if held else line.id)
    said = Sentence(text=text, kind=kind_in(text, document), citations=line.citations, before=front)
    document, said, ruling = _checked(document, said, action.passages, tools)
    new = line_with(
        line,
        text=text,
        kind=said.kind,
        citations=said.citations,
        verification=ruling,
        by=who,
        accepted_by="",
    )
    return on_page(document, new) if held and ruling.accepted else with_line(document, new)


def _add_line(document: Document, action: AddLine, who: str, tools: Tools) -> Document:
    lines = section_of(document, action.section).lines
    at = 0
    if action.after:
        places = [n for n, line in enumerate(lines) if line.id == action.after]
        if not places:
            raise UnknownDraft(
                f"There is no sentence {action.after!r} in {action.section}. Read the draft again."
            )
        at = places[0] + 1
    text = " ".join(action.text.split())
    if not text:
        raise NotAllowed("The sentence is empty. Write one.")
    following = lines[at].id if at < len(lines) else ""
    front = before(document, action.section, following) if at else ""
    said = Sentence(text=text, kind=kind_in(text, document), before=front)
    found, said, ruling = _checked(document, said, action.passages, tools)
    line = Line(
        id=f"s{document.lines_made + 1}",
        text=text,
        kind=said.kind,
        citations=said.citations,
        verification=ruling,
        by=who,
    )
    found = changed(found, lines_made=document.lines_made + 1)
    return with_section(found, action.section, lines=(*lines[:at], line, *lines[at:]))


def _checked(
    document: Document, said: Sentence, passages: Sequence[str] | None, tools: Tools
) -> tuple[Document, Sentence, Verification]:
    """The evidence that a sentence needs, the sentence with what it cites, and the ruling on it.

    Without `passages` it keeps its citations. Of passages it cites the nearest sentences; where
    these do not carry it, all of them.
    """
    if passages is None:
        return document, *tools.check(document, said)
    found = find_passages(document, passages, tools)
    document = with_passages(document, found, tools)
    nearest = tuple(nearest_words(said.text, p) for p in found)
    whole = tuple(cite_whole(p) for p in found)
    forms = [
        Sentence(**{**dict(said), "citations": cited}) for cited in dict.fromkeys((nearest, whole))
    ]
    return document, *tools.check(document, *forms)


def _drop_line(document: Document, line_id: str) -> Document:
    line = line_of(document, line_id)
    if held_line(document, line_id):
        return changed(document, tray=tuple(t for t in document.tray if t.line.id != line_id))
    section = place_of(document, line_id)
    kept = tuple(one for one in section_of(document, section).lines if one.id != line_id)
    held = TrayLine(line=line_with(line, note=False, accepted_by=""), section=section)
    return changed(with_section(document, section, lines=kept), tray=(*document.tray, held))


def _accept_lines(document: Document, lines: Sequence[str], who: str) -> Document:
    on_it = {line.id: line for line in page_lines(document)}
    wanted = lines or [i for i, line in on_it.items() if not (line.red or line.note)]
    found = document
    for line_id in wanted:
        if line_id not in on_it:
            raise UnknownDraft(f"There is no sentence {line_id!r} on the page.")
        line = on_it[line_id]
        if line.red:
            raise NotAllowed(
                f"{name_line(line)} does not stand. Reword, cite anew or drop it first."
            )
        if not line.accepted_by:
            found = with_line(found, line_with(line, accepted_by=who))
    return found


def _restore_as_note(document: Document, line_id: str, who: str) -> Document:
    line = line_of(document, line_id)
    if line.note:
        return document
    if not line.red and not held_line(document, line_id):
        raise NotAllowed(f"{name_line(line)} stands on the page. Drop it first to make it a note.")
    return on_page(document, line_with(line, note=True, by=who, accepted_by=""))


def _edit_heading(document: Document, action: EditHeading) -> Document:
    section_of(document, action.section)
    if action.section == SUMMARY:
        raise NotAllowed("The heading of the summary is the same on every page. Edit another.")
    return with_section(document, action.section, heading=_plain(action.text, LONGEST))


def _plain(text: str, longest: int) -> str:
    """One line without addresses, citation marks and hidden characters. Raises NotAllowed."""
    said = " ".join(text.split())
    if foreign := FOREIGN.search(said):
        raise NotAllowed(f"{foreign[0]!r} may not stand there: write plain words.")
    if not 0 < len(said) <= longest:
        raise NotAllowed(f"Write 1 to {longest} characters.")
    return said


def _rule_stance(document: Document, action: RuleStance, who: str) -> Document:
    if all(source.id != action.source for source in document.evidence.sources):
        raise UnknownDraft(f"There is no source {action.source!r} in the evidence of this draft.")
    reason = " ".join(action.reason.split())
    if not reason:
        raise NotAllowed("Say why the source is read otherwise.")
    ruling = StanceRuling(source=action.source, stance=action.stance, by=who, reason=reason)
    others = (r for r in document.rulings if r.source != action.source)
    return changed(document, rulings=(*others, ruling))
