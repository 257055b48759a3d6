"""Workers on machines of their own, killed while one library in PostgreSQL loses sources.

python -m tests.faults.library_kills [--kills 100] [--workers 4] [--seed 7]

Each machine has a home and an index of its own; all read one library, take jobs from one queue and
keep drafts in one place. An owner takes sources out and puts them back at random moments. Every
draft that was acknowledged must be finished once, and no page that was finished while a source was
out may rest on it.
"""

import argparse
import random
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, Self

import sqlalchemy as sa

from agent import bootstrap
from agent.jobs.durable import DurableJobs
from agent.jobs.port import Job, State
from agent.settings import Settings
from agent.types import Page, Question, draft_id
from retrieval import demonstration
from retrieval.library import Library
from retrieval.vetting import VettingList
from tests.faults.postgres import connected, served
from tests.faults.soak.clients import claims_in
from tests.faults.soak.lookup import nameless_traces
from tests.faults.soak.machines import Machine

PATIENCE: Final = 300.0
"""Seconds for what takes a few on a machine that is not loaded."""
READY: Final = "Drafting up to"
WAITING: Final = 2
"""Jobs that wait, beside one for each worker, while workers are killed."""
AFTER_READING: Final = frozenset({"draft", "check", "conclude"})
"""Steps of a draft that has read its sources."""
MOMENT: Final = timedelta(seconds=10)
"""After such a step the draft is in work still, unless its worker died."""
OUT: Final = 4
"""Sources of one topic that are out at the same time, at most."""
DAY: Final = date(2026, 11, 29)


@dataclass(frozen=True)
class Withdrawal:
    """A source was out from the moment when its owner was told so."""

    source: str
    begun: datetime
    ended: datetime | None = None
    """When its owner began to put it back."""

    def covers(self, at: datetime) -> bool:
        return self.begun < at and (self.ended is None or at < self.ended)


@dataclass
class Outcome:
    """What was done and what became of it."""

    kills: int = 0
    in_work: int = 0
    """Kills while the worker had a draft in work."""
    withdrawals: int = 0
    jobs: int = 0
    pages: int = 0
    redrafted: int = 0
    """Pages of jobs that were begun more than once."""
    anew: int = 0
    """Times that a draft read its sources again, because one was taken out meanwhile."""
    missed: int = 0
    """Finished pages whose topic had a source out at that moment."""
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills ({self.in_work} of a worker with a draft in work), "
            f"{self.withdrawals} withdrawals; {self.jobs} drafts acknowledged, {self.pages} pages, "
            f"{self.redrafted} begun more than once, {self.anew} times sources were read again, "
            f"{self.missed} finished while a source of their topic was out; "
            f"wrong: {len(self.wrong)}"
        )


@dataclass
class Owner:
    """Whoever looks after the library, on a machine of theirs: takes notes out, puts them back."""

    library: Library
    dice: random.Random
    notes: dict[str, tuple[str, Path]] = field(default_factory=dict)
    """Topic and file by id of a source."""
    out: dict[str, datetime] = field(default_factory=dict)
    ended: list[Withdrawal] = field(default_factory=list)

    @classmethod
    def of(cls, library: Library, dice: random.Random) -> Self:
        made = cls(library, dice)
        for path in sorted(demonstration.find_notes().glob("*/*.md")):
            found = re.search(r"^id: *(\S+)", path.read_text("utf-8"), re.MULTILINE)
            assert found, path
            made.notes[found[1]] = (path.parent.name, path)
        return made

    def act(self, topic: str) -> None:
        """Take a source of a topic out, or put one back."""
        mine = [source for source in self.out if self.notes[source][0] == topic]
        if len(mine) >= OUT:
            self.put_back(self.dice.choice(mine))
            return
        held = [s for s, (its, _) in self.notes.items() if its == topic and s not in self.out]
        source = self.dice.choice(held)
        assert self.library.remove(source)
        self.out[source] = datetime.now(UTC)

    def put_back(self, source: str) -> None:
        begun, now = self.out.pop(source), datetime.now(UTC)
        self.ended.append(Withdrawal(source, begun, now))
        vetting = VettingList.read(demonstration.find_notes() / demonstration.VETTING)
        self.library.add([self.notes[source][1]], vetting, today=DAY)

    def withdrawals(self) -> list[Withdrawal]:
        return [*self.ended, *(Withdrawal(s, begun) for s, begun in self.out.items())]


class Works:
    """The machines, the queue and the owner of one run."""

    def __init__(self, folder: Path, url: str, workers: int, seed: int, stack: ExitStack) -> None:
        self.folder, self.url = folder, url
        self.dice = random.Random(seed)  # noqa: S311
        place = folder / "owner" / "library"
        settings = Settings.model_validate({"library": place, "database_url": url})
        library = stack.enter_context(bootstrap.open_library(settings))
        self.owner = Owner.of(library, self.dice)
        self.jobs = stack.enter_context(DurableJobs(url, limit=10_000))
        self.questions = self._questions()
        self.asked: dict[str, str] = {}
        """Topic by key."""
        self.outcome = Outcome()
        self.ended: list[Machine] = []
        self.machines = [self._machine(f"worker-{n}") for n in range(workers)]
        stack.callback(self.stop)

    def run(self, kills: int, *, returning: float) -> Outcome:
        """Kill so often; a share of the dead comes back as themselves, others are replaced."""
        for machine in self.machines:
            machine.start()
        while self.outcome.kills < kills:
            reading = self._until(self._reading)
            self.owner.act(self.asked[self.dice.choice(reading).id])
            if self.dice.random() < 2 / 3:  # else the next source goes first
                time.sleep(self.dice.uniform(0.0, 3.0))
                self._kill(returning)
        self._until(lambda: all(self.jobs.get(key).state.over for key in self.asked), 3 * PATIENCE)
        self._judge()
        return self.outcome

    def stop(self) -> None:
        for machine in self.machines:
            machine.end()
        for machine in self.machines:
            machine.stop()

    def _machine(self, name: str) -> Machine:
        settings = {"VERDICT_DATABASE_URL": self.url}
        typed = ("agent", "worker", "--workers", "1")
        return Machine(name, typed, self.folder / name, self.folder, settings, None)

    def _questions(self) -> Iterator[tuple[str, str]]:
        """Topic and words of claims, each once, as the notes word them."""
        said = []
        for topic, path in self.owner.notes.values():
            said += [(topic, words) for words in claims_in(path)]
        self.dice.shuffle(said)
        return iter(dict(map(reversed, said)).items())  # type: ignore[arg-type]

    def _fill(self, still: int) -> None:
        for _ in range(len(self.machines) + WAITING - still):
            words, topic = next(self.questions)
            key = f"kill-{len(self.asked)}"
            self.jobs.submit(Question(text=words, asked_on=DAY), key)
            self.asked[key] = topic

    def _reading(self) -> list[Job]:
        """Jobs that read their sources a moment ago, once a worker is there to be killed."""
        still = [job for job in map(self.jobs.get, self.asked) if not job.state.over]
        self._fill(len(still))
        running = [job for job in still if job.state is State.RUNNING and self._has_read(job)]
        return running if any(map(self._is_ready, self.machines)) else []

    def _has_read(self, job: Job) -> bool:
        last = list(self.jobs.events(job.id, wait_seconds=0.0))[-1]
        return last.step in AFTER_READING and datetime.now(UTC) - last.at < MOMENT

    def _kill(self, returning: float) -> None:
        machine = self.dice.choice(list(filter(self._is_ready, self.machines)) or self.machines)
        working = self._drafts(machine)
        machine.kill()
        assert machine.process
        machine.process.wait()
        self.outcome.kills += 1
        self.outcome.in_work += working
        if self.dice.random() < returning:
            machine.start()
            return
        self.machines.remove(machine)
        self.ended.append(machine)
        self.machines.append(self._machine(f"worker-{len(self.machines) + len(self.ended)}"))
        self.machines[-1].start()

    @staticmethod
    def _is_ready(machine: Machine) -> bool:
        """Whether it takes jobs since its last start."""
        return machine.log.read_text("utf-8", "replace").count(READY) == machine.starts

    @staticmethod
    def _drafts(machine: Machine) -> bool:
        """Whether the last that it said is that it drafts."""
        lines = [x for x in machine.log.read_text("utf-8").splitlines() if " draft" in x]
        return bool(lines) and " drafting " in lines[-1]

    def _until(self, found: Callable[[], object], seconds: float = PATIENCE) -> list[Job]:
        deadline = time.monotonic() + seconds
        while not (value := found()):
            assert time.monotonic() < deadline, "waited in vain"
            for machine in self.machines:
                machine.watch(time.monotonic())
            time.sleep(0.1)
        return value if isinstance(value, list) else []

    def _judge(self) -> None:
        """Hold what was finished against what was acknowledged and what was out."""
        ended = self._ends()
        kept = self._kept()
        withdrawn = self.owner.withdrawals()
        self.outcome.withdrawals, self.outcome.jobs = len(withdrawn), len(self.asked)
        for key, topic in self.asked.items():
            job = self.jobs.get(key)
            events = list(self.jobs.events(key))
            read = sum(e.step == "search" for e in events)
            self.outcome.anew += max(0, read - sum(e.step == "plan" for e in events))
            self.outcome.redrafted += sum(e.step == "plan" for e in events) > 1
            if [e.number for e in events] != list(range(1, len(events) + 1)):
                self._wrong(f"the log of {key} has gaps")
            if job.state is not State.DONE or sum(e.state.over for e in events) != 1:
                self._wrong(f"{key} is {job.state}: {job.error}")
                continue
            if isinstance(job.made, Page):
                self._judge_page(job, job.made, ended[key], kept)
            out = {w.source for w in withdrawn if w.covers(ended[key])}
            self.outcome.missed += any(self.owner.notes[s][0] == topic for s in out)
            for source in out & _read(job):
                self._wrong(f"{key} ended at {ended[key]} on {source}, which was out")
        for machine in [*self.machines, *self.ended]:
            self.outcome.wrong += machine.nameless
            for words, n in nameless_traces(machine.log).items():
                self._wrong(f"{machine.name}: {n} x traceback of {words}")

    def _judge_page(
        self, job: Job, page: Page, ended: datetime, kept: dict[str, dict[str, datetime]]
    ) -> None:
        """Its page is kept, and no other, but for one kept before a source of it was taken out."""
        self.outcome.pages += 1
        mine = kept.get(job.question.text, {})
        if draft_id(page) not in mine:
            self._wrong(f"the page of {job.id} is not kept")
        for other, at in mine.items():
            later = [w for w in self.owner.withdrawals() if at <= w.begun <= ended]
            if other != draft_id(page) and not later:
                self._wrong(f"{job.id} has a second page, kept at {at}")

    def _wrong(self, words: str) -> None:
        self.outcome.wrong.append(words)

    def _ends(self) -> dict[str, datetime]:
        """When each job was over."""
        query = "SELECT workflow_uuid, completed_at FROM dbos.workflow_status"
        with connected(self.url) as connection:
            rows = connection.execute(sa.text(query)).all()
        return {str(key): datetime.fromtimestamp(ms / 1000, UTC) for key, ms in rows if ms}

    def _kept(self) -> dict[str, dict[str, datetime]]:
        """By question: when each page was kept."""
        found: dict[str, dict[str, datetime]] = {}
        with connected(self.url) as connection:
            rows = connection.execute(sa.text("SELECT id, question, kept_at FROM drafts")).all()
        for draft, question, at in rows:
            found.setdefault(str(question), {})[str(draft)] = datetime.fromisoformat(str(at))
        return found


def _read(job: Job) -> set[str]:
    """Ids of the sources that a finished draft may show."""
    if isinstance(job.made, Page):
        return {source.id for source in job.made.evidence.sources}
    return {hit.passage.source.id for hit in job.made.nearest} if job.made else set()


def kill(
    folder: Path, url: str, kills: int, *, workers: int = 4, seed: int = 7, returning: float = 0.5
) -> Outcome:
    """Kill workers of a database that is empty so often; see the module."""
    with ExitStack() as stack:
        return Works(folder, url, workers, seed, stack).run(kills, returning=returning)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=7)
    typed = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended
    with tempfile.TemporaryDirectory(prefix="verdict-kills-") as folder, served() as url:
        made = kill(Path(folder), url, typed.kills, workers=typed.workers, seed=typed.seed)
    sys.stdout.write(f"{made}\n" + "".join(f"  {line}\n" for line in made.wrong))
    return 1 if made.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
