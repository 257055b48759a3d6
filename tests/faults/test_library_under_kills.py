"""Workers of one library in PostgreSQL are killed while it loses sources; see README.md."""

import os
from pathlib import Path
from typing import Final

import pytest

from tests.faults.library_kills import kill
from tests.faults.postgres import found, served

KILLS: Final = int(os.environ.get("VERDICT_LIBRARY_KILLS", "2"))
WORKERS: Final = 4 if KILLS > 2 else 2


@pytest.mark.skipif(not found(), reason="PostgreSQL is not installed")
def test_killed_workers_of_one_library_finish_each_draft_once_and_on_what_is_there(
    tmp_path: Path,
) -> None:
    with served() as url:
        made = kill(tmp_path, url, KILLS, workers=WORKERS, returning=1.0 if KILLS <= 2 else 0.5)
    print(made)  # noqa: T201
    assert not made.wrong
    assert made.kills == KILLS
    assert made.pages
