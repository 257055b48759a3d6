"""A teacher labels pairs of the library; what is labelled is kept whatever happens after."""

import json
from pathlib import Path
from typing import Any

import pytest

from agent.llm.errors import ServiceBusy
from evals.training.teacher import draw_pairs, label_pairs
from prompts import Request
from tests.fakes import FakeShelf, passages, source
from tests.scripted import ScriptedChat, records

SHELF = FakeShelf(
    [
        *passages(source("river"), "The old bridge over the river was closed in spring."),
        *passages(source("mayor"), "The mayor closed the old river bridge after an inspection."),
        *passages(source("bread"), "Bakers in the valley sold less bread than in other years."),
    ]
)


def teacher(request: Request) -> str:
    return json.dumps(
        {
            "rulings": [
                {"number": r["number"], "parts": [], "support": _said(r["text"]), "missing": ""}
                for r in _asked_about(request)
            ]
        }
    )


def _said(sentence: str) -> str:
    return "partial" if "bridge" in sentence else "unsupported"


def _asked_about(request: Request) -> list[dict[str, Any]]:
    """The sentences of a request, without the passages beside them."""
    return [r for r in records(request) if "number" in r]


def test_a_sentence_is_never_put_beside_its_own_source() -> None:
    made = list(draw_pairs(SHELF))
    assert made
    assert all(pair.claim not in pair.evidence[0].text for pair in made)


def test_rows_carry_the_labels_of_the_teacher(tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    assert label_pairs(SHELF, ScriptedChat(teacher), out, 4) == 4
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert {row["label"] for row in rows} == {"partial", "unsupported"}
    assert all(row["label"] == "partial" for row in rows if "bridge" in row["claim"])


def test_it_goes_on_where_it_stopped_and_asks_nothing_twice(tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    label_pairs(SHELF, ScriptedChat(teacher), out, 2)
    with out.open("a") as file:
        file.write('{"id": "half')
    chat = ScriptedChat(teacher)
    assert label_pairs(SHELF, chat, out, 4) == 4
    assert sum(len(_asked_about(request)) for request in chat.requests) == 2
    assert len({json.loads(line)["id"] for line in out.read_text().splitlines()}) == 4


def test_what_was_labelled_before_the_teacher_failed_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    label_pairs(SHELF, ScriptedChat(teacher), out, 2)
    with pytest.raises(ServiceBusy):
        label_pairs(SHELF, ScriptedChat(lambda _: ServiceBusy("busy")), out, 4)
    assert len(out.read_text().splitlines()) == 2
