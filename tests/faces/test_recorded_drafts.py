"""Eight whole drafts with a language model, as they were recorded, on the demonstration library."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from agent import bootstrap
from agent.pipeline.plan import ModelPlanner
from agent.render import FORMATS, render
from agent.render.claimreview import NothingToPublish
from agent.service import Desk
from agent.settings import Settings
from agent.types import CheckedSentence, Kind, Page, Question, VerdictLabel
from agent.verdict.model import ModelStances
from agent.verification.model import ModelJudge
from agent.writers.model import ModelWriter
from evals.form import lint
from tests.fakes import MemoryStore
from tests.replay.conversations import Replayed

ASKED = date(2026, 11, 29)
VERDICTS = {
    "nypd-arrests": VerdictLabel.REFUTED,
    "lancet-paper": VerdictLabel.SUPPORTED,
    "warming-slowdown": VerdictLabel.MIXED,
    "great-wall": VerdictLabel.REFUTED,
    "aspartame-limit": VerdictLabel.MIXED,
    "violent-crime": VerdictLabel.REFUTED,
    "fbi-revision": VerdictLabel.SUPPORTED,
    "robocall-prison": VerdictLabel.REFUTED,
}
"""What a careful reader of the library says."""
WORD = re.compile(r"\w+")
RUN = 4


@pytest.fixture(scope="module")
def embedded(library: Path) -> Iterator[Desk]:
    settings = Settings.model_validate(
        dict.fromkeys(("base_url", "api_key", "embedding_base_url", "chroma_url", "database_url"))
    )
    with bootstrap.open_library(settings, library) as notes:
        yield bootstrap.build_desk(settings, notes, MemoryStore())


@pytest.fixture(scope="module")
def made(embedded: Desk) -> dict[str, Page]:
    """Every page, from the recorded answers; all of them are asked for."""
    pages = {}
    for name in VERDICTS:
        chat = Replayed(name)
        desk = replace(
            embedded,
            planner=ModelPlanner(chat, embedded.planner),
            writer=ModelWriter(chat, embedded.writer),
            judge=ModelJudge(chat, embedded.judge),
            stances=ModelStances(chat, embedded.stances),
            spare=embedded.writer,
            searcher=embedded.judge,
            room=bootstrap.ROOM,
        )
        page = desk.draft(Question(text=chat.question, asked_on=ASKED))
        assert isinstance(page, Page), name
        assert len(chat.requests) <= 6, name
        assert set(chat.left) <= {"repair", "judge"}, name
        pages[name] = page
    return pages


def sentences(pages: dict[str, Page]) -> list[CheckedSentence]:
    return [s for page in pages.values() for s in page.sentences()]


def test_what_the_model_wrote_is_accepted_but_for_few(made: dict[str, Page]) -> None:
    tried = [f for page in made.values() for f in page.fallen]
    written = len(sentences(made)) + len(tried)
    assert len(tried) <= 0.05 * written, [f.sentence.ruling.reason for f in tried]


def test_five_of_eight_verdicts_are_those_of_a_careful_reader(made: dict[str, Page]) -> None:
    """The other three hang on one source of tier 3, which no row of the table lets decide."""
    right = [name for name, label in VERDICTS.items() if made[name].verdict.label is label]
    assert len(right) >= 5, {n: p.verdict.label for n, p in made.items()}


def test_pages_are_short_and_rest_on_more_than_one_source(made: dict[str, Page]) -> None:
    said = sentences(made)
    findings = [s for s in said if s.kind is Kind.FINDING]
    sources = [len({c.source for c in s.citations}) for s in said]
    words = sum(len(s.text.split()) for s in said)
    assert len(said) <= 22 * len(made)
    assert words <= 900 * len(made)
    assert sum(sources) / len(said) >= 1.3
    several = sum(len({c.source for c in s.citations}) > 1 for s in findings)
    assert several >= 0.25 * len(findings)


def test_little_is_copied_from_the_sources(made: dict[str, Page]) -> None:
    copied = total = 0
    for sentence in sentences(made):
        words = [w.lower() for w in WORD.findall(sentence.text)]
        held = [[w.lower() for w in WORD.findall(c.quote)] for c in sentence.citations]
        runs = {tuple(h[i : i + RUN]) for h in held for i in range(len(h) - RUN + 1)}
        inside = {
            n
            for i in range(len(words) - RUN + 1)
            if tuple(words[i : i + RUN]) in runs
            for n in range(i, i + RUN)
        }
        copied, total = copied + len(inside), total + len(words)
    assert copied <= 0.3 * total


@pytest.mark.parametrize("name", VERDICTS)
def test_a_recorded_page_has_the_form_of_a_page(name: str, made: dict[str, Page]) -> None:
    for form in FORMATS:
        if form == "claimreview" and made[name].verdict.label is VerdictLabel.UNPROVEN:
            with pytest.raises(NothingToPublish):
                render(made[name], form)
        else:
            assert render(made[name], form)
    faults = [broken for broken in lint(render(made[name], "text")) if broken[1] == "MUST"]
    assert not faults
