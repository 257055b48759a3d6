"""A run is kept as it goes: nothing is lost, nothing is counted twice."""

import json
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.types import EvidenceSpan, Support
from evals.archive import Journal
from evals.case import PairCase
from evals.errors import EvalError, RunStopped, RunUnusable
from evals.outcome import Outcome
from evals.runner import answer_cases, fingerprint_system
from evals.systems import Recipe


def cases(count: int) -> list[PairCase]:
    return [
        PairCase(
            id=f"pairs.a/{n}",
            cluster=str(n),
            claim=f"It rained {n} times.",
            evidence=(EvidenceSpan(text=f"It rained {n} times in May."),),
            label=Support.SUPPORTED,
        )
        for n in range(count)
    ]


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    """Rulings of another checker on the first hundred cases."""
    path = tmp_path / "rulings.jsonl"
    rows = ({"id": n, "support": "supported", "score": 0.9} for n in range(100))
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return Recipe(f"pairs:{path}", None)


def answered(recipe: Recipe, at: Path, count: int, mark: str = "1") -> list[Outcome]:
    with Journal(at) as journal:
        return answer_cases(cases(count), recipe, mark, journal, workers=1)


def test_a_run_that_is_resumed_answers_only_what_is_left(recipe: Recipe, tmp_path: Path) -> None:
    at = tmp_path / "results.jsonl"
    answered(recipe, at, 20)
    found = answered(recipe, at, 50)
    assert [o.case for o in found] == [f"pairs.a/{n}" for n in range(50)]
    assert len(at.read_text("utf-8").splitlines()) == 50


def test_half_a_line_at_the_end_is_dropped_and_done_again(recipe: Recipe, tmp_path: Path) -> None:
    at = tmp_path / "results.jsonl"
    answered(recipe, at, 20)
    whole = at.read_bytes()
    at.write_bytes(whole[:-30])
    assert len(answered(recipe, at, 20)) == 20
    assert sorted(at.read_bytes().splitlines()) == sorted(whole.splitlines())


def test_what_another_system_answered_does_not_count(recipe: Recipe, tmp_path: Path) -> None:
    at = tmp_path / "results.jsonl"
    answered(recipe, at, 10)
    answered(recipe, at, 10, mark="2")
    assert len(at.read_text("utf-8").splitlines()) == 20


def test_a_line_in_the_midst_that_is_no_json_is_named(tmp_path: Path) -> None:
    at = tmp_path / "results.jsonl"
    at.write_text('{"key": 1}\n{"key"\n{"key": 3}\n', "utf-8")
    with pytest.raises(RunUnusable, match=r"results\.jsonl, line 2"):
        Journal(at)


def test_two_processes_do_not_write_one_run(tmp_path: Path) -> None:
    with (
        Journal(tmp_path / "a.jsonl"),
        pytest.raises(RunUnusable, match="Another process"),
    ):
        Journal(tmp_path / "a.jsonl")


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Files of this process may not grow beyond `size` bytes: a disk that is full."""
    old, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (old, most))


def test_a_full_disk_is_an_error_in_words_and_the_run_goes_on_later(
    recipe: Recipe, tmp_path: Path
) -> None:
    at = tmp_path / "results.jsonl"
    with room_for(20_000), pytest.raises(RunStopped, match="--resume"):
        answered(recipe, at, 100)
    before = at.read_bytes().count(b"\n")
    assert 0 < before < 100
    assert len(answered(recipe, at, 100)) == 100
    assert len(at.read_text("utf-8").splitlines()) == 100


def test_a_case_that_has_no_answer_says_so(recipe: Recipe, tmp_path: Path) -> None:
    found = answered(recipe, tmp_path / "results.jsonl", 101)
    assert found[-1].error == "there is no ruling for this case"


def test_a_worker_that_is_killed_is_replaced(recipe: Recipe, tmp_path: Path) -> None:
    killed: list[int | None] = []

    def kill(done: int, total: int, name: str) -> None:
        if not killed:
            child = multiprocessing.active_children()[0]
            killed.append(child.pid)
            child.kill()

    with Journal(tmp_path / "results.jsonl") as journal:
        found = answer_cases(cases(100), recipe, "1", journal, workers=2, progress=kill)
    assert killed
    assert len(found) == 100
    assert len((tmp_path / "results.jsonl").read_text("utf-8").splitlines()) == 100


RUN = """
import sys
from pathlib import Path
from evals.archive import Journal
from evals.runner import answer_cases
from evals.systems import Recipe
from tests.unit.evals.test_runner import cases

def told(done, total, name):
    import multiprocessing
    print(*(child.pid for child in multiprocessing.active_children()), flush=True)
    sys.stdin.read()

if __name__ == "__main__":
    with Journal(Path(sys.argv[2])) as journal:
        recipe = Recipe(f"pairs:{sys.argv[1]}", None)
        answer_cases(cases(100), recipe, "1", journal, workers=2, progress=told)
"""


def test_workers_end_when_the_run_is_killed(recipe: Recipe, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(RUN, "utf-8")
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, script, recipe.path, tmp_path / "results.jsonl"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(root)},
    ) as started:  # fmt: skip
        assert started.stdout is not None
        workers = [int(pid) for pid in started.stdout.readline().split()]
        started.kill()
    assert len(workers) == 2
    until = time.monotonic() + 60
    while any(map(alive, workers)):
        assert time.monotonic() < until
        time.sleep(0.1)


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and is waited for by nobody does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in {"Z", "X"}


def test_a_system_that_cannot_be_built_in_a_worker_says_why(tmp_path: Path) -> None:
    recipe = Recipe(f"pairs:{tmp_path / 'missing.jsonl'}", None)
    with (
        Journal(tmp_path / "results.jsonl") as journal,
        pytest.raises(EvalError, match=r"missing\.jsonl cannot be opened"),
    ):
        answer_cases(cases(40), recipe, "1", journal, workers=2)


def test_a_changed_file_is_another_system(recipe: Recipe) -> None:
    first = fingerprint_system(recipe, [recipe.path], "")
    assert first == fingerprint_system(recipe, [recipe.path], "")
    with recipe.path.open("a", encoding="utf-8") as file:
        file.write('{"id": 1000, "support": "supported"}\n')
    assert fingerprint_system(recipe, [recipe.path], "") != first
