"""A language model as the grader, kept judgements, and graders by name."""

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from agent.llm.errors import AnswerMalformed, ServiceUnreachable
from agent.settings import Settings
from agent.types import Support
from evals import judges
from evals.archive import Journal
from evals.errors import EvalError
from evals.judges import CachedJudge, ChatGrader, build_chat_grader
from prompts import Request
from tests.scripted import ScriptedChat, records
from tests.unit.evals.grading import CARRIED, NOTE, PAIRS, pair


def rulings(request: Request, *, leave_out: str = "") -> str:
    said = {CARRIED[0]: "supported", CARRIED[1]: "partial"}
    return json.dumps(
        {
            "rulings": [
                {
                    "number": r["number"],
                    "parts": [],
                    "support": said.get(r["text"], "unsupported"),
                    "missing": "",
                }
                for r in asked_about(request)
                if r["text"] != leave_out
            ]
        }
    )


def asked_about(request: Request) -> list[dict[str, Any]]:
    """The sentences of a request, without the passages beside them."""
    return [r for r in records(request) if "number" in r]


def test_a_language_model_grades_in_three_steps() -> None:
    grader = ChatGrader(ScriptedChat(rulings), "m", nullcontext)
    assert grader.supports(PAIRS) == [1.0, 0.5, 0.0, 0.0, 0.0, 0.0]
    bench = CachedJudge(grader)
    asked = [(e.text, p.claim) for p in PAIRS for e in p.evidence]
    assert {bench(*one) for one in asked} == {Support.UNCHECKED}
    bench.settle()
    assert [bench(*one) for one in asked[:3]] == [
        Support.SUPPORTED,
        Support.PARTIAL,
        Support.UNSUPPORTED,
    ]


def test_what_the_model_leaves_out_is_asked_again_and_then_not_scored() -> None:
    chat = ScriptedChat(lambda request: rulings(request, leave_out=CARRIED[1]))
    bench = CachedJudge(ChatGrader(chat, "m", nullcontext))
    bench(NOTE, CARRIED[0]), bench(NOTE, CARRIED[1])
    bench.settle()
    assert bench(NOTE, CARRIED[0]) is Support.SUPPORTED
    assert bench(NOTE, CARRIED[1]) is Support.UNCHECKED
    assert not bench.has_questions
    assert [len(asked_about(request)) for request in chat.requests] == [2, 1]


def test_an_answer_in_another_form_is_not_scored_and_a_model_that_is_gone_ends_the_run() -> None:
    malformed = ChatGrader(ScriptedChat(lambda _: AnswerMalformed("prose")), "m", nullcontext)
    assert malformed.supports(PAIRS) == [None] * len(PAIRS)
    gone = ChatGrader(ScriptedChat(lambda _: ServiceUnreachable("gone")), "m", nullcontext)
    with pytest.raises(ServiceUnreachable):
        gone.supports(PAIRS)


def test_long_evidence_is_asked_about_in_several_questions() -> None:
    chat = ScriptedChat(rulings)
    long = [pair(f"Claim {n}.", "word " * 3000) for n in range(4)]
    ChatGrader(chat, "m", nullcontext).supports([*long, *[pair("Short.", "x") for _ in range(30)]])
    assert [len(asked_about(request)) for request in chat.requests] == [1, 1, 1, 12, 12, 7]


def test_the_judgements_of_a_model_are_kept_and_serve_a_report_without_it(tmp_path: Path) -> None:
    chat = ScriptedChat(rulings)
    model = ChatGrader(chat, "m", nullcontext)
    for _ in range(2):
        with Journal(tmp_path / "judgements.jsonl") as journal:
            bench = CachedJudge(model, journal)
            bench(NOTE, CARRIED[0])
            bench.settle()
    assert len(chat.requests) == 1
    remembered = judges.find_grader(model.name)
    assert remembered is not None
    with Journal(tmp_path / "judgements.jsonl") as journal:
        bench = CachedJudge(remembered, journal)
        assert bench(NOTE, CARRIED[0]) is Support.SUPPORTED
        assert bench(NOTE, CARRIED[1]) is Support.UNCHECKED
        bench.settle()
        assert bench(NOTE, CARRIED[1]) is Support.UNCHECKED


def test_without_an_endpoint_there_is_no_model_to_grade_with() -> None:
    with pytest.raises(EvalError, match="--grader second"):
        build_chat_grader(Settings(base_url=None, api_key=None))
    with pytest.raises(EvalError, match="cannot grade it too"):
        build_chat_grader(Settings(base_url="http://127.0.0.1:1/v1"))
    with pytest.raises(EvalError, match="cannot grade it too"):
        build_chat_grader(
            Settings(base_url="http://127.0.0.1:1/v1", model="one", judge_model="one")
        )


def test_a_grader_is_found_by_its_name_on_the_command_line() -> None:
    assert judges.find_grader("none") is None
    found = judges.find_grader("second")
    assert found is not None
    assert judges.find_grader(found.name).name == found.name  # type: ignore[union-attr]
