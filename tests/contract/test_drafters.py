"""What every drafter owes the desk. A new drafter joins by one line in DRAFTERS."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from agent.drafters.embedded import EmbeddedDrafter
from agent.drafters.llm import LlmDrafter
from agent.gather import gather
from agent.ledger import Ledger
from agent.planner import EmbeddedPlanner
from agent.ports import Drafter
from agent.settle import settle
from agent.types import (
    CheckedSection,
    Conclusion,
    Evidence,
    Plan,
    Question,
    Ruling,
    Section,
    Support,
    Tally,
    Verdict,
    VerdictLabel,
)
from agent.verification import Court
from tests.fakes import FakeShelf, WordsEntailment, WordVerifier, embed, passages, source
from tests.scripted import ScriptedChat, honest

DRAFTERS: dict[str, Callable[[], Drafter]] = {
    "embedded": lambda: EmbeddedDrafter(embed),
    "model": lambda: LlmDrafter(ScriptedChat(honest), EmbeddedDrafter(embed)),
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


TEXTS = (
    "The river bridge was closed to cars in May.",
    "Posts claim that the river bridge is closed to cars for good.",
    "Rules allow the river bridge to be closed to cars.",
)


@pytest.fixture(params=DRAFTERS.values(), ids=DRAFTERS.keys())
def drafter(request: pytest.FixtureRequest) -> Drafter:
    made: Drafter = request.param()
    return made


@pytest.fixture
def evidence() -> Evidence:
    found = gather(PLAN, SHELF, WordsEntailment())
    assert isinstance(found, Evidence)
    return found


def body_of(drafter: Drafter, evidence: Evidence) -> tuple[CheckedSection, ...]:
    court = Court(WordVerifier(), SHELF, evidence)
    body, _ = settle(drafter.draft(PLAN, evidence), court, drafter)
    return body


def concluded(drafter: Drafter, evidence: Evidence, label: VerdictLabel) -> Conclusion:
    body = body_of(drafter, evidence)
    verdict = Verdict(label=label, scope="", rule="", tally=Tally(opposing={"gazette": 1}))
    ledger = Ledger.of(PLAN.claim, evidence, body, verdict)
    return drafter.conclude(PLAN, evidence, body, ledger)


def test_it_has_a_name(drafter: Drafter) -> None:
    assert drafter.name


def test_every_sentence_of_the_body_cites_words_of_its_evidence(
    drafter: Drafter, evidence: Evidence
) -> None:
    sections = drafter.draft(PLAN, evidence)
    assert len(sections) >= 2
    for sentence in (s for section in sections for s in section.sentences):
        assert sentence.citations
        for citation in sentence.citations:
            passage = evidence.passage(citation.passage)
            assert passage
            span = slice(citation.start - passage.start, citation.end - passage.start)
            assert passage.text[span] == citation.quote


def test_it_says_nothing_twice(drafter: Drafter, evidence: Evidence) -> None:
    texts = [s.text for section in drafter.draft(PLAN, evidence) for s in section.sentences]
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
    found = gather(PLAN, FakeShelf(held), WordsEntailment())
    assert isinstance(found, Evidence)
    said = [
        s.text for section in EmbeddedDrafter(embed).draft(PLAN, found) for s in section.sentences
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
    found = gather(PLAN, FakeShelf(held), WordsEntailment())
    assert isinstance(found, Evidence)
    said = [
        s.text for section in EmbeddedDrafter(embed).draft(PLAN, found) for s in section.sentences
    ]
    assert not any(text.startswith("He was arrested") for text in said)


def _said(sections: Sequence[Section]) -> list[str]:
    return [s.text for section in sections for s in section.sentences]


def test_headings_are_short_and_cite_nothing(drafter: Drafter, evidence: Evidence) -> None:
    for section in drafter.draft(PLAN, evidence):
        assert 4 <= len(section.heading.split()) <= 14
        assert "[" not in section.heading


@pytest.mark.parametrize("label", list(VerdictLabel))
def test_the_conclusion_brings_no_new_source_and_asks_three_questions(
    drafter: Drafter, evidence: Evidence, label: VerdictLabel
) -> None:
    body = body_of(drafter, evidence)
    used = {c.source for section in body for s in section.sentences for c in s.citations}
    made = concluded(drafter, evidence, label)
    parts = (*made.summary, *made.limits.sentences, *made.bottom_line.sentences)
    assert {c.source for s in parts for c in s.citations} <= used
    assert 1 <= len(made.summary) <= 3
    assert len(made.follow_ups) == 3
    assert all(q.endswith("?") for q in made.follow_ups)


def test_giving_up_is_an_answer_to_a_rejected_sentence(
    drafter: Drafter, evidence: Evidence
) -> None:
    section: Section = drafter.draft(PLAN, evidence)[0]
    ruling = Ruling(support=Support.UNSUPPORTED, reason="not in the source")
    sentence = section.sentences[0]
    [better] = drafter.revise([(sentence, ruling)], evidence)
    assert better is None or better != sentence


def test_the_same_evidence_gives_the_same_draft(drafter: Drafter, evidence: Evidence) -> None:
    plan: Plan = PLAN
    assert drafter.draft(plan, evidence) == drafter.draft(plan, evidence)
