"""The second grader: a model that the gate has no part in."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from evals import judges
from evals.errors import EvalError
from evals.grader import WEIGHTS, SecondGrader, load_grader
from tests.unit.evals.grading import CARRIED, NOTE, PAIRS, pair


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
