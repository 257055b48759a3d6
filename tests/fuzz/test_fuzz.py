"""A few bad inputs over everything that reads what others wrote; the long run is asked for."""

import random

import pytest

from tests.fuzz.mutation import mutate
from tests.fuzz.running import (
    Finding,
    Target,
    judge_input,
    kept_inputs,
    numbered_input,
    plainly,
    run_target,
)
from tests.fuzz.targets import TARGETS

SLOW_TO_OPEN = {"api", "judge-neural", "mcp", "slack-app"}
"""Targets that take seconds to set up."""
QUICK = [pytest.param(t, id=name) for name, t in TARGETS.items() if name not in SLOW_TO_OPEN]
KEPT = [pytest.param(t, id=name) for name, t in TARGETS.items() if kept_inputs(t)]
EACH = 12


@pytest.mark.parametrize("target", QUICK)
def test_a_valid_input_is_taken_and_bad_ones_have_a_named_outcome(target: Target) -> None:
    seeds = target.seeds()
    bad = [numbered_input(seeds, target.name, 1, n) for n in range(EACH)]
    with target.opened() as run:
        taken = [judge_input(target, run, data) for data in seeds]
        found = [judge_input(target, run, data) for data in bad]
    assert taken == ["result"] * len(seeds)
    assert not [f for f in found if isinstance(f, Finding)]


@pytest.mark.parametrize("target", KEPT)
def test_what_was_found_once_has_a_named_outcome_now(target: Target) -> None:
    with target.opened() as run:
        for path in kept_inputs(target):
            found = judge_input(target, run, path.read_bytes())
            assert isinstance(found, str), f"{path.name}: {found}\n{found.trace}"


def test_the_same_number_is_the_same_input() -> None:
    seeds = TARGETS["check-md"].seeds()
    once = [numbered_input(seeds, "check-md", 7, n) for n in range(50)]
    assert once == [numbered_input(seeds, "check-md", 7, n) for n in range(50)]
    assert len(set(once)) > 40


def _fails(data: bytes) -> None:
    if b"?" in data:
        raise ZeroDivisionError("at a question mark")
    if data.startswith(b"#"):
        while True:
            pass


def test_a_crash_and_a_hang_are_found_made_small_and_gone_on_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.fuzz.running.SLOW", 0.05)
    given = [b"# The bridge", b"Is the bridge closed?", b"The bridge is closed."]
    monkeypatch.setattr("tests.fuzz.running.mutate", lambda seeds, chance: chance.choice(seeds))
    check = TARGETS["markers"]
    broken = Target("broken", 1, lambda: given, plainly(_fails), check.drawn)
    report = run_target(broken, 12, run=3)
    kinds = {finding.kind: finding.data for finding in report.findings.values()}
    assert report.inputs == 12
    assert kinds["ZeroDivisionError"] == b"?"
    assert kinds["hang"] == given[0]


def test_every_kind_of_input_is_changed_in_many_ways() -> None:
    for target in TARGETS.values():
        seeds = target.seeds()
        made = {mutate(seeds, random.Random(n)) for n in range(40)}  # noqa: S311
        assert len(made) > 25, target.name
