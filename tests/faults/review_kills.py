"""The long run of `test_review_kill.py`: `python -m tests.faults.review_kills --kills 50`."""

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.faults.postgres import served
from tests.faults.review_child import kill_often


def main() -> None:
    """Kill, look, and say what was looked at; ends with an AssertionError where one is lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--postgres", action="store_true", help="Debian's server, if installed")
    typed = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder / 'drafts.sqlite3'}"
        if typed.postgres:
            url = stack.enter_context(served())
        told = kill_often(url, folder, typed.kills)
    print(f"{typed.kills} kills, {told} acknowledged actions, none lost, the chain whole.")  # noqa: T201


if __name__ == "__main__":
    main()
