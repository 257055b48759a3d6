import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from retrieval.errors import LibraryBusy
from retrieval.locks import FileLock

HOLD = """
import sys, time
from pathlib import Path
from retrieval.locks import FileLock
FileLock(Path(sys.argv[1]), "adding sources").acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_the_second_to_ask_is_told_who_holds_the_lock_and_since_when(tmp_path: Path) -> None:
    with FileLock(tmp_path / "lock", "adding sources"), pytest.raises(LibraryBusy) as refused:
        FileLock(tmp_path / "lock", "removing x").acquire()
    assert f"pid {os.getpid()}, adding sources since 20" in str(refused.value)


def test_a_released_lock_can_be_taken_again(tmp_path: Path) -> None:
    first, second = (FileLock(tmp_path / "lock", name) for name in ("first", "second"))
    assert first.try_acquire()
    assert not second.try_acquire()
    first.release()
    assert second.try_acquire()
    second.release()


def test_a_lock_is_waited_for(tmp_path: Path) -> None:
    first = FileLock(tmp_path / "lock", "first")
    first.acquire()
    threading.Timer(0.1, first.release).start()
    with FileLock(tmp_path / "lock", "second", wait_seconds=5) as second:
        assert second.is_held


def test_a_lock_is_free_once_its_holder_was_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        mine = FileLock(tmp_path / "lock", "mine", wait_seconds=5)
        assert not mine.try_acquire()
        assert mine.holder().startswith(f"pid {holder.pid}, adding sources since")
        holder.kill()
        started = time.monotonic()
        mine.acquire()
        assert time.monotonic() - started < 5
        mine.release()
