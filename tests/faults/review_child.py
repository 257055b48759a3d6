"""Editors that act in a loop, in processes of their own, and write down what was acknowledged."""

import json
import multiprocessing
import os
import random
import time
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from agent.review.desk import ReviewDesk
from agent.review.port import Stale
from agent.review.types import AcceptLines, Action, AddComment, AddLine, Assign, EditLine
from tests.unit.review.desks import Bench, page_on

CONTEXT: Final = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])  # a process that is started again acts at once
TEXTS: Final = ("The council closed streets.", "The council closed four streets.", "Nine harbours.")


def actions(bench: Bench) -> tuple[Action, ...]:
    passage = (bench.passage("council"),)
    return (
        EditLine(line="s3", text=random.choice(TEXTS)),  # noqa: S311
        EditLine(line="s4", text=random.choice(TEXTS)),  # noqa: S311
        AddLine(section="section-2", text=random.choice(TEXTS), passages=passage),  # noqa: S311
        AddComment(line="s3", text="Look."),
        Assign(assignee=random.choice(("", "Ana", "Bo"))),  # noqa: S311
        AcceptLines(),
    )


def act_for_ever(url: str, draft: str, who: str, ledger: Path, stop_after: int = 0) -> None:
    """Act; after each acknowledgement append the number of the last entry and the version."""
    bench = Bench()
    desk = bench.open(url)
    file = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    done = 0
    while not stop_after or done < stop_after:
        version = desk.get(draft).version if random.random() < 0.5 else None  # noqa: S311
        mine = random.choice(actions(bench))  # noqa: S311
        try:
            review = desk.act(draft, mine, who, version)
        except Stale:
            told: dict[str, object] = {"stale": version}
        else:
            told = {"do": mine.do, "version": review.version, "comments": len(review.comments)}
        os.write(file, f"{json.dumps(told)}\n".encode())
        done += 1


def started(url: str, draft: str, who: str, ledger: Path, stop_after: int = 0) -> BaseProcess:
    arguments = (url, draft, who, ledger, stop_after)
    process = CONTEXT.Process(target=act_for_ever, args=arguments, daemon=True)
    process.start()
    return process


def acknowledged(*ledgers: Path) -> list[dict[str, object]]:
    """What was written down; the last line of one that was killed may be cut short."""
    lines = [line for path in ledgers if path.exists() for line in path.read_text().splitlines()]
    return [json.loads(line) for line in lines if line.endswith("}")]


def require_nothing_lost(desk: ReviewDesk, draft: str, told: list[dict[str, object]]) -> None:
    """Every acknowledged action is there, the chain is whole, versions are without a gap."""
    assert desk.verify_trail() is None
    done = [t for t in told if "do" in t]
    numbers = [v.version for v in desk.versions(draft)]
    assert numbers == list(range(len(numbers), 0, -1))
    assert numbers[0] >= max((int(str(t["version"])) for t in done), default=1)
    comments = desk.get(draft).comments
    assert len(comments) >= max((int(str(t["comments"])) for t in done), default=0)
    events = desk.trail(draft, limit=10**6)  # another editor may act meanwhile
    made = [e.detail["version"] for e in events if "document" in e.detail]
    assert made[: len(numbers)] == numbers[::-1], "each version has its entry, in order"
    for do in ("comment", "assign", "add"):
        assert sum(e.action == do for e in events) >= sum(t["do"] == do for t in done)


def kill_often(url: str, folder: Path, kills: int, at_once: int = 2) -> int:
    """Kill acting editors at random moments; return how many actions were acknowledged.

    Raises:
        AssertionError: something acknowledged is lost, or the chain is broken.
    """
    bench = Bench()
    desk = bench.open(url)
    draft = desk.adopt(page_on(bench))
    ledgers = [folder / f"ledger-{n}.jsonl" for n in range(at_once)]
    running = [started(url, draft, f"Editor {n}", ledgers[n]) for n in range(at_once)]
    try:
        for kill in range(kills):
            n = kill % at_once
            size = len(acknowledged(ledgers[n]))
            while len(acknowledged(ledgers[n])) < size + 2:  # it acts
                assert running[n].is_alive()
                time.sleep(0.01)
            time.sleep(random.random() * 0.1)  # noqa: S311
            running[n].kill()
            running[n].join()
            require_nothing_lost(desk, draft, acknowledged(*ledgers))
            running[n] = started(url, draft, f"Editor {n}", ledgers[n])
    finally:
        for process in running:
            process.kill()
            process.join()
    told = acknowledged(*ledgers)
    require_nothing_lost(desk, draft, told)
    desk.close()
    return len(told)
