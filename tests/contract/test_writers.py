"""What every writer owes the desk. A new writer joins by one line in WRITERS."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from agent.pipeline.draft import draft_page
from agent.pipeline.plan import EmbeddedPlanner
from agent.pipeline.retrieve import retrieve_evidence
from agent.ports import Writer
from agent.statements import RecordStatements
from agent.types import (
    CheckedSection,
    Conclusion,
    Evidence,
    Insufficient,
    Question,
    Section,
    Support,
    Tally,
    Verdict,
    VerdictLabel,
    Verification,
)
from agent.verdict.stance import EmbeddedStances
from agent.verification.gate import CitationGate
from agent.writers.embedded import EmbeddedWriter
from agent.writers.model import ModelWriter
from tests.fakes import READER, FakeShelf, WordsEntailment, WordVerifier, embed, passages, source
from tests.scripted import ScriptedChat, honest

WRITERS: dict[str, Callable[[], Writer]] = {
    "embedded": lambda: EmbeddedWriter(embed, READER),
    "model": lambda: ModelWriter(ScriptedChat(honest), EmbeddedWriter(embed, READER)),
}

SHELF = FakeShelf(
    [
        *passages(
            source("gazette", kind="fact-check", tier=1),
            "The claim that the river bridge is closed to cars spread in posts. It is false.",
            "Posts showed a video of the river bridge closed to cars in 2019.",
        ),
        *passages(
            source("council", kind="official", tier=1),
            "Under council rules the river bridge may be closed to cars for repairs only.",
            "The council order on the bridge was signed on May 3, 2026. It allows cars at night.",
        ),
        *passages(
            source("herald"),
            "A survey counted 900 cars on the river bridge in one day of June 2026.",
            "Drivers said that the river bridge was open. Repairs are still open.",
        ),
    ]
)
PLAN = EmbeddedPlanner().plan(
    Question(text="Is the river bridge closed to cars?", asked_on=date(2026, 6, 30))
)

UNPROVEN = Verdict(label=VerdictLabel.UNPROVEN, scope="", rule="")

TEXTS = (
    "The river bridge was closed to cars in May.",
    "Posts claim that the river bridge is closed to cars for good.",
    "Rules allow the river bridge to be closed to cars.",
)


@pytest.fixture(params=WRITERS.values(), ids=WRITERS.keys())
def writer(request: pytest.FixtureRequest) -> Writer:
    made: Writer = request.param()
    return made


@pytest.fixture
def evidence() -> Evidence:
    found = retrieved(SHELF)
    assert isinstance(found, Evidence)
    return found


def retrieved(shelf: FakeShelf) -> Evidence | Insufficient:
    nli = WordsEntailment()
    return retrieve_evidence(PLAN, shelf, nli, EmbeddedStances(nli))


def body_of(writer: Writer, evidence: Evidence) -> tuple[CheckedSection, ...]:
    gate = CitationGate(WordVerifier(), SHELF, evidence)
    return draft_page(PLAN, UNPROVEN, gate, (writer, None)).body


def concluded(writer: Writer, evidence: Evidence, label: VerdictLabel) -> Conclusion:
    body = body_of(writer, evidence)
    verdict = Verdict(label=label, scope="", rule="", tally=Tally(opposing={"gazette": 1}))
    record = RecordStatements.of(PLAN.claim, evidence, body, verdict)
    return writer.conclude(PLAN, evidence, body, record)


def test_it_has_a_name(writer: Writer) -> None:
    assert writer.name


def test_every_sentence_of_the_body_cites_words_of_its_evidence(
    writer: Writer, evidence: Evidence
) -> None:
    sections = writer.draft(PLAN, evidence, UNPROVEN).sections
    assert len(sections) >= 2
    for sentence in (s for section in sections for s in section.sentences):
        assert sentence.citations
        for citation in sentence.citations:
            passage = evidence.passage(citation.passage)
            assert passage
            span = slice(citation.start - passage.start, citation.end - passage.start)
            assert passage.text[span] == citation.quote


def test_it_says_nothing_twice(writer: Writer, evidence: Evidence) -> None:
    texts = [
        s.text
        for section in writer.draft(PLAN, evidence, UNPROVEN).sections
        for s in section.sentences
    ]
    assert len(texts) == len(set(texts))


def test_a_sentence_that_denies_another_is_not_taken_for_its_repetition() -> None:
    held = [
        *passages(
            source("city", tier=1), "The river bridge was closed to cars on January 8, 2026."
        ),
        *passages(source("daily"), "The river bridge was not closed to cars on January 8, 2026."),
        *passages(source("radio"), "Cars on the river bridge were counted in January 2026."),
        *passages(source("blog"), "The river bridge is closed to cars at night."),
    ]
    found = retrieved(FakeShelf(held))
    assert isinstance(found, Evidence)
    said = [
        s.text
        for section in EmbeddedWriter(embed, READER).draft(PLAN, found, UNPROVEN).sections
        for s in section.sentences
    ]
    assert any("was closed" in text for text in said)
    assert any("was not closed" in text for text in said)


def test_a_pronoun_is_never_joined_to_a_sentence_from_elsewhere() -> None:
    far = passages(
        source("herald"),
        "Council member Ana Silva called the closed river bridge for cars a mistake.",
        "Baker Tom Berg sells bread.",
        "He was arrested at the river bridge closed to cars.",
    )
    held = [far[0], far[2], *passages(source("other"), *TEXTS)]
    found = retrieved(FakeShelf(held))
    assert isinstance(found, Evidence)
    said = [
        s.text
        for section in EmbeddedWriter(embed, READER).draft(PLAN, found, UNPROVEN).sections
        for s in section.sentences
    ]
    assert not any(text.startswith("He was arrested") for text in said)


def _said(sections: Sequence[Section]) -> list[str]:
    return [s.text for section in sections for s in section.sentences]


def test_headings_are_short_and_cite_nothing(writer: Writer, evidence: Evidence) -> None:
    draft = writer.draft(PLAN, evidence, UNPROVEN)
    for heading in [s.text for s in draft.headings] or [s.heading for s in draft.sections]:
        assert 4 <= len(heading.split()) <= 14
        assert "[" not in heading


@pytest.mark.parametrize("label", list(VerdictLabel))
def test_the_conclusion_brings_no_new_source_and_asks_three_questions(
    writer: Writer, evidence: Evidence, label: VerdictLabel
) -> None:
    body = body_of(writer, evidence)
    used = {c.source for section in body for s in section.sentences for c in s.citations}
    made = concluded(writer, evidence, label)
    parts = (*made.summary, *made.limits.sentences, *made.bottom_line.sentences)
    assert {c.source for s in parts for c in s.citations} <= used
    assert 1 <= len(made.summary) <= 3
    assert len(made.follow_ups) == 3
    assert all(q.endswith("?") for q in made.follow_ups)


def test_giving_up_is_an_answer_to_a_rejected_sentence(writer: Writer, evidence: Evidence) -> None:
    section: Section = writer.draft(PLAN, evidence, UNPROVEN).sections[0]
    verification = Verification(support=Support.UNSUPPORTED, reason="not in the source")
    sentence = section.sentences[0]
    [better] = writer.revise([(sentence, verification)], evidence)
    assert better is None or better != sentence


def test_the_same_evidence_gives_the_same_draft(writer: Writer, evidence: Evidence) -> None:
    first, second = (writer.draft(PLAN, evidence, UNPROVEN) for _ in "12")
    assert first == second
