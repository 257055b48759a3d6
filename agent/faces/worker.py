"""`verdict worker`: drafts jobs that other processes ask for, until it is told to stop."""

import logging
import signal
import threading
from pathlib import Path
from types import FrameType

from agent import bootstrap
from agent.faces.commands import configured, shelf
from agent.faces.failures import BadInput, Exit
from agent.faces.terminal import say


def worker(at: Path | None, workers: int | None) -> Exit:
    """`verdict worker`."""
    settings = configured()
    at_once = settings.workers if workers is None else workers
    if not at_once:
        raise BadInput("A worker makes at least one draft at a time. Give --workers 1 or more.")
    _talk()
    stop = threading.Event()

    def told(number: int, _: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told)
    with shelf(at) as library, bootstrap.open_jobs(settings, library, at_once):
        logging.getLogger("dbos").setLevel(logging.ERROR)  # tracebacks of drafts that fail
        say(f"Drafting up to {at_once} at a time from {library.directory}. Stop with Ctrl-C.")
        stop.wait()
    say("Stopped. What was in work is begun anew by the next worker.")
    return Exit.OK


def _talk() -> None:
    """A line on stderr for each job."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger = logging.getLogger("agent.jobs.worker")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
