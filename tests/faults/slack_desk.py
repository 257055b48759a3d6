"""A desk in Slack as a process of its own, made to be killed; its drafts outlive it.

python -m tests.faults.slack_desk ADDRESS FOLDER SECONDS   a draft takes that long, by sleeping
python -m tests.faults.slack_desk ADDRESS FOLDER LIBRARY   drafts of the library in a folder
python -m tests.faults.slack_desk ADDRESS FOLDER own       as `verdict slack`, with the user's own
"""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from agent import bootstrap
from agent.faces.exit_codes import status_of, words_of
from agent.faces.opening import share_heaps
from agent.faces.slack.app import open_desk
from agent.faces.slack.inbox import Limits
from agent.faces.slack.responder import Options
from agent.faces.slack.transport import connect_workspace, serve_socket
from agent.jobs.durable import DurableJobs
from agent.jobs.recording import Drafting
from agent.jobs.worker import Pace, Worker
from agent.settings import Settings
from agent.types import Insufficient, Page, Question
from tests.faces.slack.place import draft
from tests.fakes import MemoryStore

ROOT = Path(__file__).parents[2]
PACE = Pace(at_once=20, poll=0.1)
OPTIONS = Options(Limits(user=100_000, channel=100_000))


def started(address: str, folder: Path, made: object) -> subprocess.Popen[bytes]:
    typed = [sys.executable, "-m", "tests.faults.slack_desk", address, str(folder), str(made)]
    return subprocess.Popen(typed, cwd=ROOT)


def serve_own(address: str) -> None:
    """Answer with the library, jobs and drafts of the settings until killed."""
    settings = Settings()
    share_heaps()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    try:
        with ExitStack() as stack:
            library = stack.enter_context(bootstrap.open_library(settings))
            store = bootstrap.build_desk(settings, library).store
            connection = connect_workspace("xoxb-test", None, frozenset(), f"{address}/api/")
            jobs = stack.enter_context(bootstrap.open_jobs(settings, library))
            records = library.directory / "slack.sqlite3"
            stack.enter_context(open_desk(connection, jobs, store, records, OPTIONS))
            serve_socket(connection.app, "xapp-test", threading.Event())
    except Exception as error:  # as the command line, whose entry this stands for
        if status_of(error) is None:
            raise
        sys.stderr.write(f"{words_of(error)}\n")
        raise SystemExit(status_of(error)) from error


def serve(address: str, folder: Path, made: str) -> None:
    """Answer until killed."""
    store = MemoryStore()
    with ExitStack() as stack:
        if Path(made).is_dir():
            library = stack.enter_context(bootstrap.open_library(Settings(), Path(made)))
            drafting = bootstrap.build_drafting(bootstrap.build_desk(Settings(), library, store))
        else:
            drafting = Drafting(_sleeping(float(made)), store.keep)
        jobs = stack.enter_context(DurableJobs(f"sqlite:///{folder / 'jobs.sqlite3'}"))
        stack.enter_context(Worker(jobs, drafting, "desk", PACE))
        connection = connect_workspace("xoxb-test", None, frozenset(), f"{address}/api/")
        records = folder / "slack.sqlite3"
        stack.enter_context(open_desk(connection, jobs, store, records, OPTIONS))
        serve_socket(connection.app, "xapp-test", threading.Event())


def _sleeping(seconds: float) -> Callable[..., Page | Insufficient]:
    def slow(question: Question, on_step: Callable[[str], None]) -> Page | Insufficient:
        time.sleep(seconds)
        return draft(question, on_step)

    return slow


if __name__ == "__main__":
    if sys.argv[3] == "own":
        serve_own(sys.argv[1])
    else:
        serve(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
