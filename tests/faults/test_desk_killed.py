"""The desk in the browser is killed while people work: nothing that it acknowledged is lost."""

from pathlib import Path

from tests.faces.front import SEEDS, VETTING, verdict
from tests.faults.desk_kill import kill

KILLS = 3


def test_nothing_that_was_acknowledged_is_lost(tmp_path: Path) -> None:
    """More: `python -m tests.faults.desk_kill 50`."""
    place = tmp_path / "library"
    assert verdict("library", "add", SEEDS, "--vetting", VETTING, "--library", place).status == 0
    desk = kill(place, KILLS)
    assert desk.told.headings
    with desk.alive():
        assert desk.find_lost() == []
