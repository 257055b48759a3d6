"""Targets that read words: cited texts, questions, pairs for the judge, answers of models."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from pydantic import ValidationError

from agent.audit.check import check_text
from agent.audit.documents import read_file
from agent.audit.judge_pairs import judge_rows
from agent.audit.markers import cited
from agent.checks import check
from agent.claims import read_claim
from agent.claims.fingerprint import fingerprint
from agent.llm.errors import ChatError
from agent.llm.wire import Wire
from agent.ports import Judge
from agent.render import render
from agent.types import Claim, EvidenceSpan
from agent.verdict import read_stances  # noqa: F401  (imported before the clock runs)
from agent.verification.embedded import is_no_sentence
from prompts import parse
from prompts.judge import JudgeAnswer
from prompts.plan import PlanAnswer
from prompts.repair import RepairAnswer
from prompts.stance import StanceAnswer
from prompts.write import WriteAnswer
from retrieval.sentences import split_sentences
from retrieval.types import Filters
from tests.fakes import FakeShelf, WordVerifier, passages, source
from tests.fuzz.files import PAGE
from tests.fuzz.mutation import json_of, text_of
from tests.fuzz.running import Run, Target, plainly
from tests.unit.agent.test_service import GOOD, QUESTION, ScriptedWriter, WordsEntailment, desk
from tests.unit.retrieval import files

TEXT: Final = (
    "# Is the bridge closed?\n\nVerdict: Supported - the council closed it.\n\n## What is known\n\n"
    "The council closed the old bridge on May 3, 2025 [1]. It cost $6 million, at least 12 percent "
    'more than in 2024 [1, 2][3].\n\n"It is not safe," said Ada Reed of the U.S. [2] Nobody spoke '
    "against it.[1-3] No source reviewed here says that it fell [1].\n\n* One thing[^1]\n\n"
    "See [the paper](https://example.org/a).\n\n## Sources\n\n[1] The Paper: The bridge. May 3, "
    "2025. https://example.org/a\n2. [The Herald](https://example.org/b)\n[3] Nobody.\n"
)
HELD: Final = passages(
    source("a"),
    "The council closed the old bridge on May 3, 2025.",
    "It cost $6 million, 12 percent more than in 2024.",
    '"It is not safe," said Ada Reed.',
)
QUESTIONS: Final = (
    "Are nyc cops taking down I.C.E. agents?",
    'Is it true that "the bridge fell" in May 2025, as @mayor said?',
    "BREAKING: vaccines cause autism!! RT if you agree https://example.org",
    "How many people did not die when the U.S. Navy sank 1,200 boats for $6 million?",
    "Why did the council close the bridge, and who paid?",
)
PAIR: Final = json.dumps(
    {
        "id": "bridge",
        "claim": "The council closed 12 bridges for $6 million on May 3, 2025, said Ada Reed.",
        "evidence": ["The council shut twelve bridges on May 3.", "It cost $6.1 million in all."],
    }
).encode()
CHAT: Final = json.dumps(
    {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "m-1",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": '{"name": "Old"}', "refusal": None},
            }
        ],
        "usage": {
            "prompt_tokens": 12,
            "completion_tokens": 3,
            "prompt_tokens_details": {"cached_tokens": 2},
        },
    }
).encode()
RESPONSE: Final = json.dumps(
    {
        "id": "1",
        "object": "response",
        "model": "m-1",
        "status": "completed",
        "output": [
            {
                "type": "message",
                "content": [{"type": "output_text", "text": '{"name": "Old"}', "annotations": []}],
            }
        ],
        "incomplete_details": None,
        "usage": {"input_tokens": 12, "output_tokens": 3},
    }
).encode()
CHUNK: Final = json.dumps(
    {"model": "m-1", "choices": [{"delta": {"content": '{"name": "O'}, "finish_reason": None}]}
).encode()
LAST: Final = json.dumps(
    {"model": "m-1", "choices": [{"delta": {"content": 'ld"}'}, "finish_reason": "stop"}]}
).encode()
STREAM: Final = b"data: " + CHUNK + b"\n\ndata: " + LAST + b"\n\ndata: [DONE]\n\n"
EVENTS: Final = (
    b'event: response.output_text.delta\ndata: {"type": "response.output_text.delta", "delta": "x"}'
    b'\n\ndata: {"type": "response.completed", "response": ' + RESPONSE + b"}\n\n"
)
WAYS: Final = (("chat", False), ("chat", True), ("responses", False), ("responses", True))
ANSWERS: Final = (JudgeAnswer, PlanAnswer, RepairAnswer, StanceAnswer, WriteAnswer)
SENTENCE: Final = {"text": "The bridge fell.", "passages": ["p1"]}
VALUES: Final[tuple[dict[str, object], ...]] = (
    {
        "rulings": [
            {
                "number": 1,
                "parts": [{"part": "It fell.", "quotes": [{"passage": "p1", "words": "fell"}]}],
                "support": "supported",
                "missing": "",
            }
        ]
    },
    {"claim": "The bridge fell.", "opposite": "No.", "kind": "factual", "queries": ["bridge"]},
    {"sentences": [{"number": 1, "action": "rewrite", **SENTENCE}]},
    {"stances": [{"source": "s1", "words": ["fell"], "holder": "", "stance": "for"}]},
    {
        "summary": [SENTENCE],
        "sections": [{"heading": "It fell", "passages": ["p1"], "sentences": [SENTENCE]}],
        "limits": [SENTENCE],
        "bottom_line": [SENTENCE],
        "absent": ["The bridge was sold."],
        "follow_ups": ["Who paid for the bridge?"],
    },
)
"""An answer of each type."""


class _Shelf(FakeShelf):
    """The library that a cited text is held against."""

    def sources(self) -> list[Any]:
        return list({p.source.id: p.source for p in HELD}.values())

    def snapshot(self, source_id: str) -> str:
        return "\n\n".join(p.text for p in HELD if p.source.id == source_id)


def _page() -> bytes:
    made = desk(ScriptedWriter(GOOD)).draft(QUESTION)
    return render(made, "json").encode()


def _docx() -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in TEXT.split("\n") if line)
    return files.word(body.replace('"', "&quot;"))


def _checks(suffix: str) -> Callable[[bytes], object]:
    """Read a cited text, and hold it against the library where it can be read."""
    shelf, judge, nli = _Shelf(HELD), WordVerifier(), WordsEntailment()

    def run(data: bytes) -> object:
        text = read_file(data, suffix)
        if len(text.sentences) > 40 or len(data) > 20_000:
            return text
        return check_text(text, shelf, judge, nli)

    return run


def _check(suffix: str, weight: float, seeds: Callable[[], Sequence[bytes]]) -> Target:
    drawn = {".json": json_of("question", "summary", "sections", "sentences", "text", "citations")}
    strategy = drawn.get(suffix, text_of("\n\n", "[1]", "[1] A.", "## Sources\n", "# ", "<p>"))
    return Target(f"check-{suffix[1:]}", weight, seeds, plainly(_checks(suffix)), strategy)


def _mark(data: bytes) -> object:
    text = " ".join(data.decode("utf-8", "replace").split("\n"))
    at = list(range(len(text)))
    split_sentences(text)
    return [cited(text, at, markdown=m, raised={1, 2}) for m in (True, False)]


def _claim(data: bytes) -> object:
    """A claim, and what is asked of every claim: it is itself when it is read again."""
    claim = read_claim(data.decode("utf-8", "replace")[:4_000], QUESTION.asked_on)
    Claim.model_validate_json(claim.model_dump_json())
    return fingerprint(claim)


def _compare(data: bytes) -> object:
    """The exact checks, on a claim that the judge reads and its evidence."""
    claim, _, evidence = data.decode("utf-8", "replace").partition("\n")
    if is_no_sentence(claim):
        return "not read"
    spans = [EvidenceSpan(text=line) for line in evidence.split("\n") if line.strip()]
    return check(claim, spans)


def _rows(judge: Judge) -> Run:
    def run(data: bytes) -> object:
        lines = data.decode("utf-8", "replace").split("\n")
        rows = list(judge_rows(lines, judge))
        assert len(rows) == sum(bool(line.strip()) for line in lines), "a row is lost"
        return [json.dumps(row) for row in rows]

    return run


@contextmanager
def _neural() -> Iterator[Run]:
    from agent import bootstrap  # noqa: PLC0415  (the model takes a second)
    from agent.settings import Settings  # noqa: PLC0415

    run = _rows(bootstrap.build_judge(Settings(threads=1)))
    yield lambda data: run(data[:2_000])


@contextmanager
def _replies() -> Iterator[Run]:
    wires = [Wire("http://127.0.0.1:9/v1", None, api, stream=s) for api, s in WAYS]  # type: ignore[arg-type]

    def run(data: bytes) -> object:
        failed = []
        for wire, (_, stream) in zip(wires, WAYS, strict=True):
            try:
                wire._reply(data, streamed=stream)
            except ChatError as error:
                failed.append(error)
        if len(failed) == len(WAYS):
            raise failed[0]
        return None

    yield run


def _value(data: bytes) -> object:
    failed = []
    for answer in ANSWERS:
        try:
            parse(data.decode("utf-8", "replace"), answer)
        except ValidationError as error:
            failed.append(error)
    if len(failed) == len(ANSWERS):
        raise failed[0]
    return None


def _values() -> Sequence[bytes]:
    made = [json.dumps(value).encode() for value in VALUES]
    return [
        *made,
        b"<think>Well {x}.</think>\n```json\n" + made[0] + b"\n```\nDone.",
        b"Here: " + made[1] + b" and " + made[2],
    ]


def _pairs() -> Sequence[bytes]:
    claim = json.loads(PAIR)
    return ["\n".join([claim["claim"], *claim["evidence"]]).encode(), TEXT.encode()]


def _absent(data: bytes) -> object:
    """A search of the whole library for what a sentence says that it lacks."""
    from agent.verification.absence import certify  # noqa: PLC0415

    claim = data.decode("utf-8", "replace")[:500]
    return certify([claim], _Shelf(HELD), WordVerifier(), Filters())


TARGETS: Final = (
    _check(".md", 3, lambda: [TEXT.encode()]),
    _check(".txt", 2, lambda: [TEXT.encode()]),
    _check(".json", 3, lambda: [_page()]),
    _check(".html", 2, lambda: [PAGE, b"<p>The council closed it [1].</p><ol><li>A</ol>"]),
    _check(".docx", 1, lambda: [_docx()]),
    Target(
        "markers",
        15,
        lambda: [line.encode() for line in TEXT.split("\n") if line],
        plainly(_mark),
        text_of("[1]", "[1, 2]", "¹", "U.S.", "A b c.", "[a](b)"),
    ),
    Target(
        "claims",
        2,
        lambda: [q.encode() for q in QUESTIONS],
        plainly(_claim),
        text_of("is", "not", "the", "bridge", "?", "said", '"'),
    ),
    Target(
        "exact-checks",
        2,
        _pairs,
        plainly(_compare),
        text_of("\n", "12", "percent", "$6", "May 3", "Ada Reed", '"x"'),
    ),
    Target(
        "absence",
        1,
        lambda: [q.encode() for q in QUESTIONS],
        plainly(_absent),
        text_of("the", "bridge", "fell"),
    ),
    Target(
        "judge-rows",
        125,
        lambda: [PAIR, PAIR + b"\n" + PAIR],
        plainly(_rows(WordVerifier())),
        json_of("id", "claim", "evidence"),
    ),
    Target("judge-neural", 0.2, lambda: [PAIR], _neural, json_of("id", "claim", "evidence")),
    Target(
        "model-replies",
        150,
        lambda: [CHAT, RESPONSE, STREAM, EVENTS],
        _replies,
        json_of("choices", "message", "content", "usage", "output", "status"),
        (ChatError,),
    ),
    Target(
        "model-answers",
        120,
        _values,
        plainly(_value),
        json_of("rulings", "parts", "claim", "sections", "text"),
        (ValidationError,),
    ),
)
