"""What is gathered from the demonstration library, with the embedded models."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from agent import bootstrap
from agent.pipeline.retrieve import PER_QUERY, READ, retrieve_evidence
from agent.service import Desk
from agent.settings import Settings
from agent.types import Evidence, Question
from evals.case import ClaimCase
from evals.loaders.own import read_claims
from tests.faces.front import QUESTION

ASKED_ON = date(2026, 1, 27)
FIRST = 10
CASES = [case for case in read_claims() if case.must_cite][::6]


@pytest.fixture(scope="module")
def desk(library: Path) -> Iterator[Desk]:
    settings = Settings.model_validate({"library": library})
    with bootstrap.open_library(settings, library) as opened:
        yield bootstrap.build_desk(settings, opened)


def gathered(desk: Desk, question: str) -> Evidence:
    plan = desk.planner.plan(Question(text=" ".join(question.split()), asked_on=ASKED_ON))
    found = retrieve_evidence(plan, desk.library, desk.nli, desk.stances)
    assert isinstance(found, Evidence)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_a_page_must_cite_is_among_the_first_sources(desk: Desk, case: ClaimCase) -> None:
    first = [source.id for source in gathered(desk, case.question).sources][:FIRST]
    assert set(case.must_cite) <= set(first)


def test_evidence_comes_from_more_than_one_search_and_holds_no_passage_twice(desk: Desk) -> None:
    found = gathered(desk, QUESTION)
    by_claim = {h.passage.id for h in desk.library.search(found.queries[0], PER_QUERY)}
    ids = [hit.passage.id for hit in found.hits]
    assert set(ids) - by_claim
    assert len(ids) == len(set(ids)) > READ
