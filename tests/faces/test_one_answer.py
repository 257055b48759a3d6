"""One question has one answer, whichever face is asked."""

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from agent import bootstrap
from agent.faces.opening import question_of, read_settings
from agent.render import short_answer
from tests.faces.front import QUESTION, ROOT, Json, verdict
from tests.faces.slack.loopback import serving
from tests.faces.slack.place import opened as in_slack
from tests.faces.slack.rules import followed, words

mcp = pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
QUESTIONS = (
    QUESTION,
    "Is the Great Wall of China visible from the Moon?",
    "Is it true that Venezuela has the largest oil reserves in the world?",
)


@pytest.fixture(scope="module")
def library(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which nothing was asked before: other tests ask the same."""
    place = shutil.copytree(library, tmp_path_factory.mktemp("asked") / "library")
    (place / "drafts.sqlite3").unlink(missing_ok=True)
    return place


@pytest.fixture(scope="module")
def typed(library: Path) -> dict[str, Json]:
    """What `verdict ask --json` prints once a draft of the day is kept as an earlier one."""
    for asked in QUESTIONS:
        verdict("ask", asked, "--library", library)
    return {q: verdict("ask", q, "--json", "--library", library).json for q in QUESTIONS}


def test_the_command_line_and_an_assistant_get_the_same_answer(
    typed: dict[str, Json], library: Path
) -> None:
    server = mcp.StdioServerParameters(
        command=sys.executable,
        args=["-m", "agent", "mcp", "--library", str(library)],
        cwd=ROOT,
    )

    async def session() -> list[Any]:
        async with mcp.Client(server) as client:
            return [await client.call_tool("check_claim", {"claim": q}) for q in QUESTIONS]

    results = asyncio.run(session())
    assert [r.structured_content["answer"] for r in results] == [typed[q] for q in QUESTIONS]


def test_slack_shows_the_same_answer(typed: dict[str, Json], library: Path, tmp_path: Path) -> None:
    settings = read_settings()
    with bootstrap.open_library(settings, library) as opened, serving() as slack:
        drafting = bootstrap.build_drafting(bootstrap.build_desk(settings, opened))
        path, day = tmp_path / "slack.sqlite3", bootstrap.today()
        with in_slack(slack, path, drafting.draft, workers=1, today=day) as place:
            for asked in QUESTIONS:
                place.send(place.mention(asked))
            place.until(lambda: len(slack.answers()) == len(QUESTIONS), 60)
    for asked in QUESTIONS:
        answer = short_answer.Answer.model_validate(typed[asked])
        [shown] = [b for b in slack.answers() if answer.claim in words(b)]
        told = words(shown)
        label = answer.verdict.value.capitalize() if answer.verdict else "Not enough evidence"
        searched = f"Searched: {answer.searched.passages} passages of {answer.searched.sources}"
        for part in (label, answer.plain, answer.scope.rstrip("."), searched, *answer.reading):
            assert part in told
        assert all(" ".join(point.text.split()) in told for point in answer.points)
        assert followed(shown) == [s.url for point in answer.points for s in point.sources]
        assert ("No passage says" in told) == bool(answer.certificates)


def test_every_other_face_gets_it_from_the_desk_and_the_brief(
    typed: dict[str, Json], library: Path
) -> None:
    settings = read_settings()
    with bootstrap.open_library(settings, library) as opened:
        desk = bootstrap.build_desk(settings, opened)
        for asked in QUESTIONS:
            answer = short_answer.short_answer(desk.draft(question_of(asked)))
            assert answer.model_dump(mode="json") == typed[asked]


def test_the_answers_hold_a_verdict_its_sentences_and_what_was_searched_in_vain(
    typed: dict[str, Json],
) -> None:
    *answered, nothing = (typed[q] for q in QUESTIONS)
    assert all(a["verdict"] and a["points"] for a in answered)
    assert any(a["certificates"] for a in answered)
    assert (nothing["verdict"], nothing["points"], nothing["certificates"]) == (None, [], [])
