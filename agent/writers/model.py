"""A language model writes the body and repairs it; code decides what of it may be ruled on.

The model gives sentences with the words that carry them and nothing else: headings, numbers,
titles, addresses, summary, limits and verdict are computed. What it says is a finding, whatever it
calls it, so every sentence must be carried by the words it cites.
"""

from collections.abc import Sequence
from typing import Final

from agent.language.text import content
from agent.llm import budget
from agent.llm.context import (
    Pack,
    choose,
    encoded,
    pack,
)
from agent.llm.errors import ChatError
from agent.ports import Chat, Writer
from agent.statements import RecordStatements
from agent.types import (
    CheckedSection,
    Conclusion,
    Evidence,
    Kind,
    Plan,
    Section,
    Sentence,
    Verification,
)
from agent.writers.conclusion import conclude
from agent.writers.facets import Facet, heading
from agent.writers.model_output import asked, changes_too_much, failing, repeats, searched, sentence
from prompts import load
from prompts.repair import Repair, RepairAnswer
from prompts.write import WriteAnswer
from retrieval.types import Passage

ROOM: Final = 10_000
"""Tokens of evidence in one prompt: a whole draft with two repairs stays below 25,000."""
REPAIR_ROOM: Final = 2_500
PER_SECTION: Final = 8
PER_REPAIR: Final = 16
"""Sentences sent back at once; the rest of a draft so bad is not worth the call."""
NEAREST: Final = 3
FACETS: Final = {facet.name.lower(): facet for facet in Facet}


class ModelWriter:
    """Drafts with a model; where the model fails, the spare writer writes and the page says so.

    Args:
        chat: The model.
        spare: Writes without a model.
        model: Name that tokens are counted for.
        room: Tokens of evidence that fit into a prompt beside everything else.
    """

    def __init__(
        self, chat: Chat, spare: Writer, model: str | None = None, room: int = ROOM
    ) -> None:
        self._chat, self._spare, self._model = chat, spare, model
        self._room = min(room, ROOM)

    @property
    def name(self) -> str:
        return f"model/{self._model or 'unnamed'}"

    def draft(self, plan: Plan, evidence: Evidence) -> tuple[Section, ...]:
        """Write the body in one answer, so that no section repeats another.

        Raises:
            ChatError: of a kind that a person must mend, such as a refused key.
        """
        packed = pack(choose(evidence.passages, self._room, self._model))
        request = load("write").request(
            marker=packed.marker,
            passages=packed.records,
            question=encoded({"text": plan.question.text}),
            claim=encoded({"text": plan.claim.text}),
            opposite=encoded({"text": plan.claim.opposite}),
        )
        try:
            answer = self._chat.ask(request, WriteAnswer)
        except ChatError as error:
            budget.excuse(error, "The embedded writer wrote the body in the model's place.")
            budget.current().stood_in = True
            return self._spare.draft(plan, evidence)
        return _sections(answer, packed, evidence, plan.claim.text)

    def conclude(
        self,
        plan: Plan,
        evidence: Evidence,
        body: Sequence[CheckedSection],
        record: RecordStatements,
    ) -> Conclusion:
        """Code concludes: over what stands, with the searches for what the plan expected."""
        made = conclude(plan, evidence, body, record)
        absent = searched(plan, evidence, made.limits, record)
        limits = Section(heading=made.limits.heading, sentences=(*made.limits.sentences, *absent))
        return Conclusion(
            summary=made.summary,
            limits=limits,
            bottom_line=made.bottom_line,
            follow_ups=(*asked(plan, evidence), *made.follow_ups)[:3],
        )

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
        records = "\n".join(_record(n, s, r) for n, (s, r) in faulty.items())
        request = load("repair").request(
            marker=packed.marker, passages=packed.records, rejected=records
        )
        try:
            answer = self._chat.ask(request, RepairAnswer)
        except ChatError as error:
            budget.excuse(error, "What the check rejected was not repaired.")
            return better
        for repair in answer.sentences:
            if repair.number in faulty:
                better[repair.number - 1] = _mended(repair, *faulty[repair.number], packed)
        return better


def _sections(
    answer: WriteAnswer, packed: Pack, evidence: Evidence, claim: str
) -> tuple[Section, ...]:
    """Each facet once, in the order of the page, under a heading that asserts nothing."""
    sections, said = [], list[str]()
    for key, facet in FACETS.items():
        written = [w for s in answer.sections if s.facet == key for w in s.sentences]
        made: list[Sentence] = []
        for one in written:
            if len(made) < PER_SECTION and not repeats(one.text, said):
                said.append(one.text)
                made.append(sentence(one.text, one.quotes, packed))
        if made:
            title = _heading(facet, made, evidence, claim)
            sections.append(Section(heading=title, sentences=tuple(made)))
    return tuple(sections)


def _heading(facet: Facet, made: Sequence[Sentence], evidence: Evidence, claim: str) -> str:
    """Named after the cited words, never after the model's."""
    cited = {c.source for s in made for c in s.citations}
    quotes = [c.quote for s in made for c in s.citations]
    return heading(facet, quotes, [s for s in evidence.sources if s.id in cited], claim)


def _near(sentences: Sequence[Sentence], evidence: Evidence) -> list[Passage]:
    """The cited passages first, then for each sentence those that share most of its words."""
    held = {p.id: (p, set(content(p.text))) for p in evidence.passages}
    found = [c.passage for s in sentences for c in s.citations]
    for one in sentences:
        words = set(content(one.text))
        ranked = sorted(held, key=lambda i: -len(words & held[i][1]))
        found += ranked[:NEAREST]
    return [held[i][0] for i in dict.fromkeys(found) if i in held]


def _record(number: int, one: Sentence, verification: Verification) -> str:
    parts = [one.text[a:b] for a, b in failing(one, verification)]
    return encoded(
        {
            "number": number,
            "text": one.text,
            "quotes": [c.quote for c in one.citations],
            "reason": verification.reason,
            "failing": parts,
        }
    )


def _mended(
    repair: Repair, one: Sentence, verification: Verification, packed: Pack
) -> Sentence | None:
    """The repaired sentence, or None where it was dropped or became another one."""
    if repair.action == "drop":
        return None
    text = one.text if repair.action == "recite" else repair.text
    if changes_too_much(one, text, failing(one, verification)):
        return None
    return sentence(text, repair.quotes, packed)
