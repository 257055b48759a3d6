"""From evidence to a verified page; where too much is rejected, the spare writer takes over."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from agent.language.absences import searched_for
from agent.language.phrases import publisher
from agent.language.text import content, shared
from agent.llm import budget
from agent.pipeline.repair import Checked, verify_and_repair
from agent.pipeline.retrieve import too_thin_for_page
from agent.ports import PassageStore, Step, Writer
from agent.statements import RecordStatements
from agent.types import (
    CheckedSection,
    CheckedSentence,
    Conclusion,
    Draft,
    Evidence,
    Kind,
    Plan,
    RejectedSentence,
    Section,
    Sentence,
    Support,
    Verdict,
)
from agent.verification.gate import CitationGate
from agent.writers.conclusion import BOTTOM_LINE, LIMITS, SUMMARY
from retrieval.types import Filters

HEADINGS: Final = "Headings"
FOLLOW_UPS: Final = 3
PLACE: Final = re.compile(r"Section \d+")
"""Stands for a heading until it is judged."""
LONGEST_HEADING: Final = 14
"""Words of a heading."""
LOOKED_AT: Final = 3
"""Passages that a follow-up question is held against."""
DOMAIN: Final = re.compile(r"\.[a-z]{2,}$")
"""Of a publisher that is known by its address alone."""
ASKING: Final = frozenset(content("how many much long often far old"))
"""Words of a question that no answer repeats."""
RAISED: Final = 2
"""Origins that answer a question which the words of one source raise."""
ANSWERED: Final = 0.9
"""Share of a question's words that a passage has from which the library may answer it."""


class CouldNotCheck(Exception):
    """The judge failed on so much that there is no page: nothing unchecked is shown."""


@dataclass(frozen=True)
class Written:
    """What of a draft was accepted; parts are empty that its writer did not write."""

    body: tuple[CheckedSection, ...]
    summary: tuple[CheckedSentence, ...] = ()
    limits: tuple[CheckedSentence, ...] = ()
    bottom_line: tuple[CheckedSentence, ...] = ()
    follow_ups: tuple[str, ...] = ()
    reason: str = ""
    """The answer in few words."""
    whole: bool = False
    """Whether the writer wrote the ends of the page, too, and not only what opens it."""
    rejected: tuple[RejectedSentence, ...] = ()


def draft_page(
    plan: Plan,
    verdict: Verdict,
    gate: CitationGate,
    writers: tuple[Writer, Writer | None],
    on_step: Step = lambda _: None,
) -> Written:
    """Draft, verify, repair; where too little is accepted for a page, with the spare writer.

    Args:
        plan: what was asked.
        verdict: what the sources say to it.
        gate: decides on every sentence.
        writers: the writer, and the spare one, if there is one.
        on_step: called with the name of each step as it begins.

    Raises:
        CouldNotCheck: the judge could not verify, and too little is accepted for a page.
    """
    writer, spare = writers
    draft = writer.draft(plan, gate.evidence, verdict)
    on_step("check")
    if spare and draft.writer == spare.name:  # it wrote in the model's place
        writer, gate = spare, gate.without_model()
    made = _verified(draft, gate, writer)
    thin = too_thin_for_page(made.body, gate.evidence)
    if thin and (unchecked := _unchecked(made.rejected)):
        raise CouldNotCheck(f"No page: the verifier failed ({unchecked})")
    if spare is None or writer is spare or not thin:
        return made
    again = spare.draft(plan, gate.evidence, verdict)
    other = _verified(again, gate.without_model(), spare)
    budget.current().note(
        f"Too much of what the writer {writer.name} wrote was rejected: the page was written by "
        f"the writer {spare.name}."
    )
    budget.current().stood_in = True
    return replace(other, rejected=(*made.rejected, *other.rejected))


def conclude_page(
    plan: Plan, verdict: Verdict, made: Written, gate: CitationGate, writer: Writer
) -> Written:
    """Add the parts that are still missing: they are computed over the body and verified too."""
    record, conclusion = _conclusion(plan, verdict, made, gate, writer)
    known = {source.id for source in record.sources}
    limits, bottom_line = _of_sources(made.limits, known), _of_sources(made.bottom_line, known)
    reviewed = Sentence(
        text=record.record(),
        kind=Kind.INFERENCE,
        citations=record.deciding() or made.body[0].sentences[0].citations,
    )
    opens = made.summary if made.whole else ()
    ends = (
        Section(heading=SUMMARY, sentences=() if opens else conclusion.summary),
        Section(heading=LIMITS, sentences=(reviewed,) if limits else conclusion.limits.sentences),
        Section(
            heading=BOTTOM_LINE, sentences=() if bottom_line else conclusion.bottom_line.sentences
        ),
    )
    checked, rejected = verify_and_repair(ends, gate.without_model(), writer, record)
    summary, record_first, bottom = map(_kept, checked)
    asked = dict.fromkeys(
        (
            *made.follow_ups,
            *unanswered(conclusion.follow_ups, gate.library, gate.filters, RAISED),
            *conclusion.follow_ups,
        )
    )
    return Written(
        body=made.body,
        summary=opens or summary,
        limits=(*_telling(record_first), *limits),
        bottom_line=bottom_line or bottom,
        follow_ups=tuple(asked)[:FOLLOW_UPS],
        reason=_first_accepted(conclusion.reasons, gate.without_model()),
        rejected=(*made.rejected, *rejected),
    )


def _conclusion(
    plan: Plan, verdict: Verdict, made: Written, gate: CitationGate, writer: Writer
) -> tuple[RecordStatements, Conclusion]:
    """What the writer concludes, and the record of just those sources that the page then cites."""
    opening = made.summary
    while True:
        cited = made.body
        if opening:
            cited = (*cited, CheckedSection(heading=SUMMARY, sentences=opening))
        record = RecordStatements.of(plan.claim, gate.evidence, cited, verdict)
        conclusion = writer.conclude(plan, gate.evidence, cited, record)
        told = {c for s in conclusion.summary for c in s.citations}
        printed = tuple(s for s in opening if made.whole or told & set(s.citations))
        if printed == opening:
            return record, conclusion
        opening = printed


def _telling(limits: Sequence[CheckedSentence]) -> tuple[CheckedSentence, ...]:
    """Without a search that settled nothing, where there is something else to say."""
    told = tuple(s for s in limits if searched_for(s.text) is None)
    return told or tuple(limits)


def _first_accepted(reasons: Sequence[Sentence], gate: CitationGate) -> str:
    """The first form of the answer that stands as it is; empty where none does."""
    rulings = gate.verify(reasons)
    return next((s.text for s, r in zip(reasons, rulings, strict=True) if r.accepted), "")


def _of_sources(
    sentences: Sequence[CheckedSentence], known: Collection[str]
) -> tuple[CheckedSentence, ...]:
    """What rests on sources that the page has already: its ends bring no new one."""
    return tuple(s for s in sentences if all(c.source in known for c in s.citations))


def unanswered(
    questions: Sequence[str], library: PassageStore, filters: Filters, least: int = 1
) -> list[str]:
    """The first questions that the library does not seem to answer: each is searched for.

    Args:
        questions: what could be asked.
        library: is searched.
        filters: what may be looked at.
        least: origins that must have the words of a question; the one that raises it has them.
    """
    each = dict.fromkeys(questions)
    open_ = (q for q in each if len(_answering(q, library, filters)) < least)
    return list(islice(open_, FOLLOW_UPS))  # a page has room for no more


def _answering(question: str, library: PassageStore, filters: Filters) -> set[str]:
    words = set(content(question)) - ASKING
    hits = library.search(question, LOOKED_AT, filters)
    return {h.passage.source.origin for h in hits if shared(words, h.passage.text) >= ANSWERED}


def _verified(draft: Draft, gate: CitationGate, writer: Writer) -> Written:
    """Every sentence of a draft in one batch, headings and ends with the rest."""
    parts = (
        Section(heading=HEADINGS, sentences=tuple(h for h in draft.headings if h)),
        Section(heading=SUMMARY, sentences=draft.summary),
        Section(heading=LIMITS, sentences=draft.limits),
        Section(heading=BOTTOM_LINE, sentences=draft.bottom_line),
        *draft.sections,
    )
    checked, rejected = verify_and_repair(parts, gate, writer)
    made, summary, limits, bottom_line, *body = checked
    rest = iter(made)
    headings = tuple(next(rest) if heading else None for heading in draft.headings)
    return Written(
        body=tuple(_sections(draft, headings, body, gate.evidence)),
        summary=_kept(summary),
        limits=_kept(limits),
        bottom_line=_kept(bottom_line),
        follow_ups=tuple(unanswered(draft.follow_ups, gate.library, gate.filters)),
        whole=bool(draft.limits or draft.bottom_line),
        rejected=rejected,
    )


def _sections(
    draft: Draft, headings: Checked, body: Sequence[Checked], evidence: Evidence
) -> list[CheckedSection]:
    """The sections of which something was accepted, under headings that are carried too.

    Where the one that was written is not, or is taken, one that asserts nothing stands for it.
    """
    found: list[CheckedSection] = []
    for n, (section, sentences) in enumerate(zip(draft.sections, body, strict=True)):
        kept = _kept(sentences)
        if not kept:
            continue
        title = section.heading
        if draft.headings:
            own = headings[n]
            taken = {s.heading for s in found}
            title = own.text.rstrip(".") if own else ""
            fits = 0 < len(title.split()) <= LONGEST_HEADING
            if not fits or title in taken:
                about = "" if PLACE.fullmatch(section.heading) else section.heading
                title = about if about and about not in taken else _reported(kept, evidence, taken)
        found.append(CheckedSection(heading=title, sentences=kept))
    return found


def _reported(
    sentences: Sequence[CheckedSentence], evidence: Evidence, taken: Collection[str]
) -> str:
    """A heading that asserts nothing: who reported what the section says."""
    cited = {c.source for s in sentences for c in s.citations}
    found = dict.fromkeys(publisher(s) for s in evidence.sources if s.id in cited)
    names = [name for name in found if not DOMAIN.search(name)][:2] or ["other sources"]
    title = f"What {' and '.join(names)} reported"
    return title if title not in taken else f"What else {' and '.join(names)} reported"


def _kept(sentences: Checked) -> tuple[CheckedSentence, ...]:
    return tuple(s for s in sentences if s is not None)


def _unchecked(rejected: Sequence[RejectedSentence]) -> str | None:
    verifications = (f.sentence.ruling for f in rejected)
    return next((r.reason for r in verifications if r.support is Support.UNCHECKED), None)
