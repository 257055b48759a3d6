"""A language model writes the page and repairs it; code decides what of it may be verified.

The model gives sentences and the passages that they rest on. It writes no number of a source, no
title and no address. Every sentence it writes, headings included, is cited and verified like any
other.
"""

from collections.abc import Sequence
from typing import Final

from agent.language.text import content
from agent.llm import budget
from agent.llm.context import Pack, choose, encoded, pack
from agent.llm.errors import ChatError
from agent.ports import Chat, Writer
from agent.settings import Length
from agent.statements import RecordStatements
from agent.types import (
    CheckedSection,
    Conclusion,
    Draft,
    Evidence,
    Kind,
    Plan,
    Section,
    Sentence,
    Verdict,
    Verification,
)
from agent.writers.conclusion import conclude
from agent.writers.model_output import absences, heading, questions, repeats, sentence
from prompts import load
from prompts.repair import RepairAnswer
from prompts.write import WriteAnswer, Written
from retrieval.types import Passage

ROOM: Final = 10_000
"""Tokens of evidence in one prompt."""
REPAIR_ROOM: Final = 5_000
SECTIONS: Final = 7
PER_SECTION: Final = 4
ENDS: Final = 3
"""Sentences of summary, limits and bottom line."""
PER_REPAIR: Final = 16
"""Sentences sent back at once; the rest of a draft so bad is not worth the call."""
NEAREST: Final = 2
FOLLOW_UPS: Final = 6


WISHES: Final[dict[Length, dict[str, str]]] = {
    "short": {"length": "short: about 8 sentences in all"},
    "standard": {},
    "full": {"length": "full: up to 30 sentences in all"},
}
"""What is added to the question for a page of a length; nothing for the one that is usual."""


class ModelWriter:
    """Drafts with a model; where the model fails, the spare writer writes and the page says so.

    Args:
        chat: The model.
        spare: Writes without a model.
        model: Name that tokens are counted for.
        room: Tokens of evidence that fit into a prompt beside everything else.
    """

    rounds = 1

    def __init__(
        self,
        chat: Chat,
        spare: Writer,
        model: str | None = None,
        room: int = ROOM,
        length: Length = "standard",
    ) -> None:
        self._chat, self._spare, self._model, self._length = chat, spare, model, length
        self._room = min(room, ROOM)

    @property
    def name(self) -> str:
        return f"model/{self._model or 'unnamed'}"

    def draft(self, plan: Plan, evidence: Evidence, verdict: Verdict) -> Draft:
        """Write the whole page in one answer, so that no part repeats another.

        Raises:
            ChatError: of a kind that a person must mend, such as a refused key.
        """
        packed = pack(choose(evidence.passages, self._room, self._model))
        request = load("write").request(
            marker=packed.marker,
            passages=packed.records,
            question=encoded(
                {
                    "question": plan.question.text,
                    "asked": plan.question.asked_on.isoformat(),
                    **WISHES[self._length],
                }
            ),
            claim=encoded({"claim": plan.claim.text, "opposite": plan.claim.opposite}),
            verdict=encoded({"verdict": _facts(verdict, evidence)}),
        )
        try:
            answer = self._chat.ask(request, WriteAnswer)
        except ChatError as error:
            budget.excuse(error, "The embedded writer wrote the page in the model's place.")
            budget.current().stood_in = True
            return self._spare.draft(plan, evidence, verdict)
        return _draft(self.name, answer, packed, plan, evidence)

    def conclude(
        self,
        plan: Plan,
        evidence: Evidence,
        body: Sequence[CheckedSection],
        record: RecordStatements,
    ) -> Conclusion:
        """Code concludes where nothing of what the model concluded was accepted."""
        return conclude(plan, evidence, body, record)

    def revise(
        self, rejected: Sequence[tuple[Sentence, Verification]], evidence: Evidence
    ) -> list[Sentence | None]:
        """Send all rejected findings back in one call; absences are the spare writer's to mend."""
        better: list[Sentence | None] = [None] * len(rejected)
        for n, one in enumerate(rejected):
            if one[0].kind is Kind.ABSENCE:
                [better[n]] = self._spare.revise([one], evidence)
        faulty = {
            n: (s, r)
            for n, (s, r) in enumerate(rejected, 1)
            if s.kind is Kind.FINDING and r.certificate is None
        }
        faulty = dict(list(faulty.items())[:PER_REPAIR])
        if not faulty:
            return better
        near = _near([s for s, _ in faulty.values()], evidence)
        packed = pack(choose(near, min(REPAIR_ROOM, self._room), self._model))
        records = "\n".join(_record(n, s, r, packed) for n, (s, r) in faulty.items())
        request = load("repair").request(
            marker=packed.marker, passages=packed.records, rejected=records
        )
        try:
            answer = self._chat.ask(request, RepairAnswer)
        except ChatError as error:
            budget.excuse(error, "What the check rejected was not repaired.")
            return better
        for repair in answer.sentences:
            if repair.number in faulty and repair.action == "rewrite":
                before = faulty[repair.number][0].before
                written = Written(text=repair.text, passages=repair.passages)
                better[repair.number - 1] = sentence(written, packed, before)
        return better


def _facts(verdict: Verdict, evidence: Evidence) -> dict[str, object]:
    """The verdict as the model is told it: what it may not contradict."""
    publishers = {s.id: s.publisher for s in evidence.sources}
    return {
        "label": verdict.label.value,
        "because": verdict.scope,
        "sides": [
            {
                "publisher": publishers[s.source],
                "stance": s.stance.value,
                "words": [w.quote for w in s.words],
                "holder": s.holder,
            }
            for s in verdict.stances
            if s.source in publishers
        ],
    }


def _draft(writer: str, answer: WriteAnswer, packed: Pack, plan: Plan, evidence: Evidence) -> Draft:
    said: list[str] = []
    summary = _paragraph(answer.summary[:ENDS], packed, [])
    sections: list[Section] = []
    headings: list[Sentence] = []
    for written in answer.sections[:SECTIONS]:
        made = _paragraph(written.sentences[:PER_SECTION], packed, said)
        if made:
            place = f"Section {len(sections) + 1}"
            sections.append(Section(heading=place, sentences=made))
            headings.append(heading(written, packed))
    limits = _paragraph(answer.limits[:ENDS], packed, said)
    cites = [c for s in (*limits, *summary) for c in s.citations][:3]
    return Draft(
        writer=writer,
        sections=tuple(sections),
        headings=tuple(headings),
        summary=summary,
        limits=(*limits, *absences(answer.absent, plan, evidence, cites)),
        bottom_line=_paragraph(answer.bottom_line[:ENDS], packed, said),
        follow_ups=questions(answer.follow_ups[:FOLLOW_UPS], packed),
    )


def _paragraph(written: Sequence[Written], packed: Pack, said: list[str]) -> tuple[Sentence, ...]:
    """Sentences in a row, each with the one before it; what was said already is left out."""
    made: list[Sentence] = []
    for one in written:
        if not repeats(one.text, said):
            said.append(one.text)
            made.append(sentence(one, packed, made[-1].text if made else ""))
    return tuple(made)


def _near(sentences: Sequence[Sentence], evidence: Evidence) -> list[Passage]:
    """The cited passages first, then for each sentence those that share most of its words."""
    held = {p.id: (p, set(content(p.text))) for p in evidence.passages}
    found = [c.passage for s in sentences for c in s.citations]
    for one in sentences:
        words = set(content(one.text))
        ranked = sorted(held, key=lambda i: -len(words & held[i][1]))
        found += ranked[:NEAREST]
    return [held[i][0] for i in dict.fromkeys(found) if i in held]


def _record(number: int, one: Sentence, verification: Verification, packed: Pack) -> str:
    """A rejected sentence with everything that was found wrong."""
    names = {p.id: name for name, p in packed.names.items()}
    record: dict[str, object] = {
        "number": number,
        "text": one.text,
        "passages": [names[c.passage] for c in one.citations if c.passage in names],
        "faults": verification.reason.split("; "),
    }
    if one.before:
        record["before"] = one.before
    return encoded(record)
