"""What the soak judges by: memory over time, and failures without a name in a log."""

import random
from pathlib import Path

import pytest

from tests.faults.soak.faults import MODEL
from tests.faults.soak.lookup import nameless_traces
from tests.faults.soak.memory import Memory, Slope
from tests.replay.chatting import Said

HOUR = 3600.0


def slope(*growths: float, noise: float = 2.0) -> Slope:
    """Of processes that follow each other over two hours, each growing so many MB an hour."""
    memory, dice = Memory(), random.Random(7)  # noqa: S311
    for start, growth in enumerate(growths):
        for n in range(720 // len(growths)):
            seconds = 10.0 * n + start * 2 * HOUR / len(growths)
            memory.add(start, seconds, 400 + growth * n / 360 + dice.gauss(0, noise))
    found = memory.slope(HOUR, 2 * HOUR)
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
