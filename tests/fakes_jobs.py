"""Desks that are scripts, and what a test of jobs waits for."""

import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from agent.jobs.drafting import Drafting
from agent.jobs.port import Job, Jobs
from agent.service import Step
from agent.types import Insufficient, Page, Question
from tests.unit.agent.pages import insufficient, page, passage, sentence

DAY = date(2026, 11, 24)
STEPS = ("plan", "search", "draft", "check")
HELD = passage("council", "The river bridge is open.")


def asked(text: str = "Is the river bridge closed?", **fields: Any) -> Question:  # noqa: ANN401
    return Question(text=text, asked_on=DAY, **fields)


class ScriptedDesk:
    """Drafts by name of the question: "fail …" fails, "nothing …" is insufficient.

    Args:
        gate: Where it is held before its second step, until it is opened.
    """

    def __init__(self, gate: threading.Event | None = None) -> None:
        self._gate = gate
        self.drafted: list[str] = []
        self.kept: list[Page] = []
        self.begun = threading.Event()

    def draft(self, question: Question, on_step: Step) -> Page | Insufficient:
        self.drafted.append(question.text)
        on_step(STEPS[0])
        self.begun.set()
        if self._gate is not None:
            assert self._gate.wait(60)
        for step in STEPS[1:]:
            on_step(step)
        if question.text.startswith("fail"):
            raise ValueError("the desk broke\nin two lines")
        return drafted(question)

    @property
    def drafting(self) -> Drafting:
        return Drafting(self.draft, self.kept.append)


def drafted(question: Question) -> Page | Insufficient:
    """The page, or the short page, of a question."""
    if question.text.startswith("nothing"):
        return Insufficient.model_validate({**dict(insufficient()), "question": question})
    made = page(sentence("The bridge is open.", HELD), passages=[HELD])
    return Page.model_validate({**dict(made), "question": question})


def over(jobs: Jobs, key: str, seconds: float = 60.0) -> Job:
    """The job, once it is over."""
    until(lambda: jobs.get(key).state.over, seconds)
    return jobs.get(key)


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def address(folder: Path) -> str:
    return f"sqlite:///{folder / 'jobs.sqlite3'}"
