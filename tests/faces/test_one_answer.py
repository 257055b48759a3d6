"""One question has one answer, whichever face is asked."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from agent import bootstrap, brief
from agent.faces.commands import configured
from agent.faces.question import question_of
from tests.faces.front import QUESTION, ROOT, Json, verdict

mcp = pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
QUESTIONS = (
    QUESTION,
    "Is the Great Wall of China visible from the Moon?",
    "Is it true that Venezuela has the largest oil reserves in the world?",
)


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


def test_every_other_face_gets_it_from_the_desk_and_the_brief(
    typed: dict[str, Json], library: Path
) -> None:
    settings = configured()
    with bootstrap.open_library(settings, library) as opened:
        desk = bootstrap.build_desk(settings, opened)
        for asked in QUESTIONS:
            answer = brief.answer(desk.draft(question_of(asked)))
            assert answer.model_dump(mode="json") == typed[asked]


def test_the_answers_hold_a_verdict_its_sentences_and_what_was_searched_in_vain(
    typed: dict[str, Json],
) -> None:
    *answered, nothing = (typed[q] for q in QUESTIONS)
    assert all(a["verdict"] and a["points"] for a in answered)
    assert any(a["certificates"] for a in answered)
    assert (nothing["verdict"], nothing["points"], nothing["certificates"]) == (None, [], [])
