"""Drafting: in a warm process, and as a command from cold."""

import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

from agent.pipeline.plan import EmbeddedPlanner
from agent.service import Desk
from agent.store import SqliteStore
from agent.types import Insufficient, Page, Question
from agent.verification.cross_encoder import CachedNliModel, CrossEncoder
from agent.verification.embedded import EmbeddedJudge
from agent.writers.embedded import EmbeddedWriter
from evals.bench import corpus
from evals.bench.measure import Ratio, Report, Spread, seconds, whole
from retrieval.cached import CachedEmbedder
from retrieval.embedding import MiniLM
from retrieval.library import Library

VERDICT = (sys.executable, "-m", "agent")
CPU = "  its processor time, both cores"


class Drafted(NamedTuple):
    """One question, asked twice; the first time with nothing of it in memory."""

    made: Page | Insufficient
    first: float
    cpu: float
    again: float


def run(folder: Path, runs: int, _: tuple[int, ...]) -> Report:
    """Draft every question of the cases twice in one process, and one as a command `runs` times."""
    place, model, asked = corpus.demonstration_library(folder), MiniLM(), corpus.questions()
    _draft(place, model, asked[0])  # imports and loads
    drafts = [_draft(place, model, text) for text in asked]
    pages = [d.made for d in drafts if isinstance(d.made, Page)]
    new = Spread.of("warm process, question never seen", [d.first for d in drafts])
    again = Spread.of("warm process, same question again", [d.again for d in drafts])
    steps = [
        Spread.of(f"  step {step}", [page.timings[step] for page in pages])
        for step in pages[0].timings
    ]
    ends = _whole(asked[0], place, folder, runs)
    return Report(
        benchmark="draft",
        spreads=(new, Spread.of(CPU, [d.cpu for d in drafts]), *steps, again, *ends),
        ratios=(Ratio.of(again, new), Ratio.of(ends[0], new)),
        facts={"questions": len(asked), "pages": len(pages)},
    )


def _draft(place: Path, model: MiniLM, text: str) -> Drafted:
    embedder, nli = CachedEmbedder(model), CachedNliModel(CrossEncoder())
    with Library.open(place, embedder) as library:
        desk = Desk(
            library=library,
            planner=EmbeddedPlanner(),
            writer=EmbeddedWriter(library.embed),
            judge=EmbeddedJudge(nli),
            nli=nli,
            store=SqliteStore(place / "drafts.sqlite3"),
        )
        question = Question(text=text, asked_on=corpus.TODAY)
        start, spent = perf_counter(), process_time()
        made = desk.draft(question)
        first, cpu = perf_counter() - start, process_time() - spent
        return Drafted(made, first, cpu, seconds(lambda: desk.draft(question)))


def _whole(question: str, place: Path, folder: Path, runs: int) -> list[Spread]:
    """Processes that start, draft and end: with a library, and with one yet to be filled."""
    draft = [*VERDICT, "draft", question]
    there = [whole([*draft, "--library", str(place)]) for _ in range(runs)]
    homes = [folder / f"home-{n}" for n in range(runs)]
    unfilled = [whole(["env", f"VERDICT_LIBRARY={home}", *draft]) for home in homes]
    return [
        Spread.of("whole process, library there", [run.seconds for run in there]),
        Spread.of(CPU, [run.cpu_seconds for run in there]),
        Spread.of("whole process, library yet to be filled", [run.seconds for run in unfilled]),
        Spread.of(CPU, [run.cpu_seconds for run in unfilled]),
    ]
