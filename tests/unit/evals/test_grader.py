"""The second grader: a model that the gate has no part in, and a language model in its place."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from agent.llm.errors import AnswerMalformed, ServiceUnreachable
from agent.settings import Settings
from agent.types import ClaimEvidence, EvidenceSpan, Support
from evals import judges
from evals.errors import EvalError
from evals.grader import WEIGHTS, SecondGrader, load_grader
from evals.grader.chat import ChatGrader, configured
from evals.journal import Journal
from evals.judges import Bench
from prompts import Request
from tests.scripted import ScriptedChat, records

NOTE = (
    "City Desk, March 3, 2025, Bridge closed\nThe city of Alderwick closed the Norden bridge on"
    " March 1, 2025, after inspectors found 14 cracks in its northern pillar. Mayor Ilse Brandt"
    " said that repairs would cost 3 million dollars. The council did not set a date."
)
CARRIED = (
    "The city of Alderwick closed the Norden bridge after inspectors found 14 cracks in it.",
    "Mayor Ilse Brandt said that repairs would cost 3 million dollars.",
)
NOT_CARRIED = (
    "Mayor Ilse Brandt said that repairs would cost 8 million dollars.",
    "Bakers in the valley sold less bread in autumn than in other years.",
    "The city of Hallby closed the Sund tunnel on May 9, 2019, after divers found 31 leaks.",
    "Farmers along the coast have asked the ministry for help with the drought.",
)


def pair(claim: str, *evidence: str) -> ClaimEvidence:
    return ClaimEvidence(claim=claim, evidence=tuple(EvidenceSpan(text=text) for text in evidence))


PAIRS = [pair(claim, NOTE) for claim in (*CARRIED, *NOT_CARRIED)]


@pytest.fixture(scope="module")
def grader() -> SecondGrader:
    return load_grader()


def test_it_is_what_the_bench_takes_for_a_grader(grader: SecondGrader) -> None:
    found: judges.Grader = grader
    assert 0 < found.threshold < 1
    assert found.name
    assert all(0 <= score <= 1 for score in grader.supports(PAIRS))


def test_a_copy_is_carried_and_another_matter_is_not(grader: SecondGrader) -> None:
    scores = grader.supports(PAIRS)
    carried, others = scores[: len(CARRIED)], scores[len(CARRIED) :]
    assert min(carried) >= grader.threshold
    assert max(others) < grader.threshold


def test_the_same_pair_has_the_same_score_whatever_stands_beside_it(grader: SecondGrader) -> None:
    first = dict(zip(PAIRS, grader.supports(PAIRS), strict=True))
    mixed = [PAIRS[n] for n in (4, 1, 5, 0, 3, 2)]
    assert dict(zip(mixed, load_grader().supports(mixed), strict=True)) == first
    assert [grader.supports([one])[0] for one in PAIRS] == [first[one] for one in PAIRS]


def test_empty_evidence_carries_nothing_and_odd_text_breaks_nothing(grader: SecondGrader) -> None:
    assert grader.supports([pair(CARRIED[0]), pair(CARRIED[0], " \n")]) == [0.0, 0.0]
    odd = [pair("?!", NOTE), pair("…", "…"), pair("42", "\udcff 42%"), pair("a" * 5000, "b" * 5000)]
    assert all(0 <= score <= 1 for score in grader.supports(odd))
    assert grader.supports([]) == []


def test_it_does_not_use_what_the_gate_decides_with() -> None:
    source = "".join(
        path.read_text("utf-8") for path in WEIGHTS.parent.glob("*.py") if path.name != "chat.py"
    )
    for part in ("agent.verification", "agent.checks", "cross_encoder", "bootstrap"):
        assert part not in source


def _without(name: str) -> Callable[[str], str]:
    def changed(text: str) -> str:
        found = json.loads(text)
        del found[name]
        return json.dumps(found)

    return changed


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"base":', '"base":1'),
        lambda _: "[]",
        _without("trees"),
        _without("sha256"),
    ],
)
def test_a_damaged_file_is_named_with_what_to_do(
    damage: Callable[[str], str], tmp_path: Path
) -> None:
    path = tmp_path / "weights.json"
    path.write_text(damage(WEIGHTS.read_text("utf-8")), "utf-8")
    with pytest.raises(EvalError, match=r"weights\.json is damaged.*Restore it"):
        load_grader(path)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"gone\.json cannot be opened"):
        load_grader(tmp_path / "gone.json")


def opinions(request: Request, *, leave_out: str = "") -> str:
    said = {CARRIED[0]: "full", CARRIED[1]: "part"}
    return json.dumps(
        {
            "opinions": [
                {"number": r["number"], "support": said.get(r["sentence"], "none"), "reason": ""}
                for r in records(request)
                if r["sentence"] != leave_out
            ]
        }
    )


def test_a_language_model_grades_in_three_steps() -> None:
    grader = ChatGrader(ScriptedChat(opinions), "m", nullcontext)
    assert grader.supports(PAIRS) == [1.0, 0.5, 0.0, 0.0, 0.0, 0.0]
    bench = Bench(grader)
    asked = [(e.text, p.claim) for p in PAIRS for e in p.evidence]
    assert {bench(*one) for one in asked} == {Support.UNCHECKED}
    bench.settle()
    assert [bench(*one) for one in asked[:3]] == [
        Support.SUPPORTED,
        Support.PARTIAL,
        Support.UNSUPPORTED,
    ]


def test_what_the_model_leaves_out_is_asked_again_and_then_not_scored() -> None:
    chat = ScriptedChat(lambda request: opinions(request, leave_out=CARRIED[1]))
    bench = Bench(ChatGrader(chat, "m", nullcontext))
    bench(NOTE, CARRIED[0]), bench(NOTE, CARRIED[1])
    bench.settle()
    assert bench(NOTE, CARRIED[0]) is Support.SUPPORTED
    assert bench(NOTE, CARRIED[1]) is Support.UNCHECKED
    assert not bench.lacks
    assert [len(records(request)) for request in chat.requests] == [2, 1]


def test_an_answer_in_another_form_is_not_scored_and_a_model_that_is_gone_ends_the_run() -> None:
    malformed = ChatGrader(ScriptedChat(lambda _: AnswerMalformed("prose")), "m", nullcontext)
    assert malformed.supports(PAIRS) == [None] * len(PAIRS)
    gone = ChatGrader(ScriptedChat(lambda _: ServiceUnreachable("gone")), "m", nullcontext)
    with pytest.raises(ServiceUnreachable):
        gone.supports(PAIRS)


def test_long_evidence_is_asked_about_in_several_questions() -> None:
    chat = ScriptedChat(opinions)
    long = [pair(f"Claim {n}.", "word " * 3000) for n in range(4)]
    ChatGrader(chat, "m", nullcontext).supports([*long, *[pair("Short.", "x") for _ in range(30)]])
    assert [len(records(request)) for request in chat.requests] == [1, 1, 1, 12, 12, 7]


def test_the_judgements_of_a_model_are_kept_and_serve_a_report_without_it(tmp_path: Path) -> None:
    chat = ScriptedChat(opinions)
    model = ChatGrader(chat, "m", nullcontext)
    for _ in range(2):
        with Journal(tmp_path / "judgements.jsonl") as journal:
            bench = Bench(model, journal)
            bench(NOTE, CARRIED[0])
            bench.settle()
    assert len(chat.requests) == 1
    remembered = judges.find_grader(model.name)
    assert remembered is not None
    with Journal(tmp_path / "judgements.jsonl") as journal:
        bench = Bench(remembered, journal)
        assert bench(NOTE, CARRIED[0]) is Support.SUPPORTED
        assert bench(NOTE, CARRIED[1]) is Support.UNCHECKED
        bench.settle()
        assert bench(NOTE, CARRIED[1]) is Support.UNCHECKED


def test_without_an_endpoint_there_is_no_model_to_grade_with() -> None:
    with pytest.raises(EvalError, match="--grader second"):
        configured(Settings(base_url=None, api_key=None))
    with pytest.raises(EvalError, match="cannot grade it too"):
        configured(Settings(base_url="http://127.0.0.1:1/v1", second_opinion=True))


def test_a_grader_is_found_by_its_name_on_the_command_line() -> None:
    assert judges.find_grader("none") is None
    found = judges.find_grader("second")
    assert found is not None
    assert judges.find_grader(found.name).name == found.name  # type: ignore[union-attr]
