"""What each check earns: the table of `verdict-eval checkers`."""

import json
from pathlib import Path

import pytest

from agent.types import EvidenceSpan, Support
from agent.verification.embedded import EmbeddedJudge
from evals import checkers
from evals.case import PairCase
from evals.errors import MalformedCase
from tests.fakes import WordsEntailment

TOWER = EvidenceSpan(
    text="Engineers of the city closed the clock tower of the harbour in March 2021."
)


def case(name: str, claim: str, label: Support) -> PairCase:
    return PairCase(id=f"own/{name}", cluster="tower", claim=claim, evidence=(TOWER,), label=label)


CASES = [
    case(
        "a",
        "City engineers closed the clock tower of the harbour in March 2021.",
        Support.SUPPORTED,
    ),
    case(
        "b",
        "City engineers closed the clock tower of the harbour in March 2019.",
        Support.CONTRADICTED,
    ),
]


def test_a_check_earns_what_is_lost_without_it() -> None:
    with_it, without = (
        checkers._measure_earning(
            "part", "none", CASES, EmbeddedJudge(WordsEntailment(), ignored=off)
        )
        for off in ((), ("dates",))
    )
    assert (with_it.balanced, with_it.accepted) == (100.0, 0.0)
    assert (without.balanced, without.accepted) == (50.0, 100.0)
    assert without.rejected == 0.0
    lines = checkers.format_table(
        [with_it, without.model_copy(update={"off": "dates"})]
    ).splitlines()
    assert lines[0].split()[:4] == ["switched", "off", "set", "n"]
    assert "+50.0" in lines[2]


def test_rows_of_one_kind_only_are_refused_in_words(tmp_path: Path) -> None:
    row = {"id": 1, "claim": "It closed.", "evidence": ["It closed."], "label": "supported"}
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(row), "utf-8")
    with pytest.raises(MalformedCase, match=r"rows mine holds rows of one kind only\. Give"):
        checkers.measure_earnings(path)
