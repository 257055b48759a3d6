"""A worker in a process of its own, made to be killed; what it does is written down beside it."""

import json
import multiprocessing
import os
import random
import signal
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

from agent.jobs.durable import DurableJobs
from agent.jobs.port import Job
from agent.jobs.recording import Drafting, RecordedChat
from agent.jobs.watching import Alive, Watching
from agent.jobs.worker import Pace, Worker
from agent.llm.budget import Budget
from agent.ports import Step
from agent.types import Insufficient, Page, Question, Value
from prompts import Request
from retrieval import WebReport
from tests.fakes_jobs import drafted

A = TypeVar("A", bound=Value)

ASKS = ("plan", "write", "repair")
BOUNDARIES = 4 * len(ASKS) + 3
"""Places at which a draft can be cut off: around each step, each answer and the keeping."""
LOST = {4 * n + 2 for n in range(len(ASKS))}
"""Those at which an answer was given and is not recorded yet."""
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.faults.jobs_worker"])


class Said(Value):
    """What the model answers: different each time."""

    text: str


@dataclass
class Ledger:
    """What was done in truth, in the order in which it was done; it outlives a kill."""

    path: Path

    def write(self, *words: str) -> None:
        line = f"{json.dumps(words)}\n".encode()
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, line)
        os.close(file)

    def read(self) -> list[list[str]]:
        return [json.loads(line) for line in self.path.read_text().splitlines()]


@dataclass
class ScriptedModel:
    """Answers something new whenever it is asked, and writes that down."""

    record: Ledger
    answered: Callable[[], None]
    """Called before the answer is handed out."""

    def ask(self, request: Request, answer: type[A]) -> A:
        said = uuid.uuid4().hex
        self.record.write("ask", request.text, request.prompt, said)
        self.answered()
        return answer.model_validate({"text": said})


@dataclass
class MortalDesk:
    """Asks three times, makes a page of the answers, and dies where it is told to, once each."""

    record: Ledger
    dooms: dict[str, int] = field(default_factory=dict)
    """Question and the boundary at which it kills its worker."""
    pause: float = 0.0
    """Seconds that each step takes at most."""

    def draft(self, question: Question, on_step: Step) -> Page | Insufficient:
        answers, place = [], count()

        def passed() -> None:
            self._pass(question, next(place))

        chat = RecordedChat(ScriptedModel(self.record, passed))
        with Budget().open():
            for prompt in ASKS:
                passed()
                on_step(prompt)
                passed()
                request = Request(
                    prompt=prompt, fingerprint="1", instructions="", text=question.text
                )
                answers.append(chat.ask(request, Said).text)
                passed()
                time.sleep(random.random() * self.pause)  # noqa: S311
        made = drafted(question)
        passed()
        fields = {"follow_ups": tuple(answers), "timings": {"plan": random.random()}}  # noqa: S311
        return type(made).model_validate({**dict(made), **fields})

    def keep(self, page: Page) -> None:
        self._pass(page.question, BOUNDARIES - 2)
        self.record.write("keep", page.question.text, page.model_dump_json())
        self._pass(page.question, BOUNDARIES - 1)

    def _pass(self, question: Question, boundary: int) -> None:
        if self.dooms.get(question.text) == boundary:
            death = ["die", question.text]
            if death not in self.record.read():
                self.record.write(*death)
                os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class MortalWatch:
    """Writes down each pass that it makes; the first `deaths` passes kill its worker."""

    record: Ledger
    deaths: int = 0
    pause: float = 0.0
    """Seconds that a pass takes."""

    def __call__(self, alive: Alive) -> WebReport:
        self.record.write("begin", str(os.getpid()))
        if sum(words[0] == "begin" for words in self.record.read()) <= self.deaths:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(self.pause)
        alive()
        self.record.write("end", str(os.getpid()))
        return WebReport(added=("one",))


def work(
    url: str, name: str, desk: MortalDesk, pace: Pace, watching: Watching | None = None
) -> None:
    drafting = Drafting(desk.draft, desk.keep)
    with DurableJobs(url) as jobs, Worker(jobs, drafting, name, pace, watching):
        while True:
            time.sleep(3600)


def started(
    url: str, name: str, desk: MortalDesk, pace: Pace, watching: Watching | None = None
) -> BaseProcess:
    process = CONTEXT.Process(target=work, args=(url, name, desk, pace, watching), daemon=True)
    process.start()
    return process


def done_once(job: Job, record: Ledger) -> int:
    """Hold a finished job against what was done; return how many answers were asked for again."""
    lines = [words for words in record.read() if words[1] == job.question.text]
    kept = {words[2] for words in lines if words[0] == "keep"}
    assert isinstance(job.made, Page), job
    assert kept == {job.made.model_dump_json()}, "the page of the job was kept, and no other"
    asked: Counter[str] = Counter()
    answers: dict[str, list[Any]] = {}
    for _, _, prompt, said in (words for words in lines if words[0] == "ask"):
        asked[prompt] += 1
        answers.setdefault(prompt, []).append(said)
    assert set(asked) == set(ASKS)
    used = dict(zip(ASKS, job.made.follow_ups, strict=True))
    assert all(used[prompt] in said for prompt, said in answers.items())
    return sum(asked.values()) - len(ASKS)
