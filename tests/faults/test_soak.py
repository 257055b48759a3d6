"""What the soak judges by: memory over time, and failures without a name in a log."""

import math
import random
from pathlib import Path

import pytest

from tests.faults.soak.faults import MODEL
from tests.faults.soak.lookup import nameless_traces
from tests.faults.soak.memory import Memory, Slope
from tests.replay.chatting import Said

HOUR = 3600.0


def remembered(
    *growths: float, noise: float = 2.0, warming: float = 0.0, minutes: float = 10.0
) -> Memory:
    """Processes that follow each other over two hours, each growing so many MB an hour.

    Args:
        growths: Of each.
        noise: Megabytes.
        warming: Megabytes that each takes on the way to its plateau.
        minutes: In which it has all but a third of them.
    """
    memory, dice = Memory(), random.Random(7)  # noqa: S311
    for start, growth in enumerate(growths):
        for n in range(720 // len(growths)):
            seconds = 10.0 * n + start * 2 * HOUR / len(growths)
            warm = warming * (1 - math.exp(-n / 6 / minutes))
            memory.add(start, seconds, 400 + warm + growth * n / 360 + dice.gauss(0, noise))
    return memory


def slope(
    *growths: float, noise: float = 2.0, warming: float = 0.0, minutes: float = 10.0
) -> Slope:
    found = remembered(*growths, noise=noise, warming=warming, minutes=minutes).slope(
        HOUR, 2 * HOUR
    )
    assert found
    return found


@pytest.mark.parametrize("growth", [0.0, 60.0, -30.0])
def test_the_growth_of_a_process_is_found_within_its_error(growth: float) -> None:
    found = slope(growth)
    assert abs(found.per_hour - growth) < 4 * found.error < 4
    assert found.flat == (growth <= 0)


def test_a_restart_is_no_growth() -> None:
    assert slope(0.0, 0.0, 0.0, 0.0).flat
    assert not slope(80.0, 80.0, 80.0, 80.0).flat


@pytest.mark.parametrize(("warming", "minutes"), [(60.0, 10.0), (150.0, 5.0), (100.0, 25.0)])
def test_caches_that_fill_are_no_growth_and_hide_none(warming: float, minutes: float) -> None:
    for lives in (1, 2):
        found = slope(*[0.0] * lives, warming=warming, minutes=minutes)
        assert found.flat
        assert found.warming > 0.8 * warming
        assert not slope(*[60.0] * lives, warming=warming, minutes=minutes).flat


def test_growth_that_begins_late_is_growth() -> None:
    memory, dice = Memory(), random.Random(7)  # noqa: S311
    for n in range(720):
        memory.add(1, 10.0 * n, 400 + max(0, n - 360) / 6 + dice.gauss(0, 2))
    found = memory.slope(HOUR, 2 * HOUR)
    assert found
    assert not found.flat


def test_a_process_that_was_killed_again_and_again_is_not_judged() -> None:
    assert remembered(*[0.0] * 7, warming=60.0).slope(HOUR, 2 * HOUR) is None


def test_too_few_samples_have_no_slope() -> None:
    memory = Memory()
    memory.add(1, 10.0, 400.0)
    assert memory.slope(0.0, 20.0) is None


def test_a_traceback_of_a_known_failure_has_a_name_and_another_has_none(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    head = 'Traceback (most recent call last):\n  File "x.py", line 1, in f\n    f()\n'
    cause = "\nThe above exception was the direct cause of the following exception:\n\n"
    log.write_text(
        f"started\n{head}sqlite3.OperationalError: disk is full\n{cause}{head}"
        "retrieval.errors.LibraryDamaged: The file is full. Free space.\nwent on\n"
        f"{head}ValueError: nobody foresaw it\n{head}ValueError: nobody foresaw it\n"
    )
    assert nameless_traces(log) == {"ValueError: nobody foresaw it": 2}


def test_each_trouble_of_the_model_is_no_good_answer() -> None:
    dice = random.Random(7)  # noqa: S311
    for fault in MODEL.values():
        assert fault("good", dice) != Said("good")
