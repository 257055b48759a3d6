"""The stream of `verdict judge`: order, memory, and rows that cannot be read."""

import json
from collections.abc import Iterator, Sequence

from agent.audit.judge_pairs import BATCH, judge_rows
from agent.types import CheckResult, ClaimEvidence, Outcome, Support, Verification


class Counting:
    """Rules every claim supported and remembers how many pairs came at a time."""

    name = "counting/1"
    threshold = 0.5

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def verify(self, pairs: Sequence[ClaimEvidence]) -> list[Verification]:
        self.sizes.append(len(pairs))
        checks = (CheckResult(name="numbers", outcome=Outcome.OK),)
        return [
            Verification(
                support=Support.SUPPORTED, score=len(p.evidence) / 10, reason="", checks=checks
            )
            for p in pairs
        ]


def line(number: int, **fields: object) -> str:
    return json.dumps({"id": f"r{number}", "claim": "It rained.", "evidence": ["Rain."]} | fields)


def test_a_row_gets_its_ruling_score_and_checks() -> None:
    [row] = judge_rows([line(1, label="kept out", evidence=["a", "b"])], Counting())
    assert row == {"id": "r1", "support": "supported", "score": 0.2, "checks": {"numbers": "ok"}}


def test_rows_keep_their_order_around_bad_ones() -> None:
    lines = [line(1), "{not json", line(2), line(3, claim=""), "\n", line(4, evidence="text")]
    rows = list(judge_rows(lines, Counting()))
    assert [r["id"] for r in rows] == ["r1", None, "r2", "r3", "r4"]
    assert [r["support"] for r in rows] == [
        "supported",
        "unchecked",
        "supported",
        "unchecked",
        "unchecked",
    ]


def test_a_bad_row_says_what_is_wrong_and_where() -> None:
    rows = list(judge_rows([line(1), '{"id": 7, "claim": "x"}', "[1]"], Counting()))
    assert rows[1]["id"] == 7
    assert rows[1]["error"].startswith("line 2: evidence: ")
    assert rows[2]["error"].startswith("line 3: ")
    assert all(row["score"] is None for row in rows[1:])


def test_a_row_nested_beyond_reason_is_one_bad_row() -> None:
    rows = list(judge_rows(["[" * 100_000, line(1)], Counting()))
    assert [r["support"] for r in rows] == ["unchecked", "supported"]


def test_rows_are_read_only_as_they_are_asked_for() -> None:
    read: list[int] = []

    def lines() -> Iterator[str]:
        for number in range(10 * BATCH):
            read.append(number)
            yield line(number)

    judge = Counting()
    rows = judge_rows(lines(), judge)
    next(rows)
    assert len(read) <= BATCH
    assert max(judge.sizes) <= BATCH


def test_no_rows_give_no_rows() -> None:
    assert list(judge_rows([], Counting())) == []
