"""Drafting: time in a warm process and as a command from cold, and the memory of each command."""

import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

from agent.pipeline.plan import EmbeddedPlanner
from agent.service import Desk
from agent.store import DraftStore
from agent.types import Insufficient, Page, Question
from agent.verdict.stance import EmbeddedStances
from agent.verification.cross_encoder import CachedNliModel, CrossEncoder
from agent.verification.embedded import EmbeddedJudge
from agent.writers.embedded import EmbeddedWriter
from agent.writers.reading import Reader
from evals.bench import corpus
from evals.bench.measure import Ratio, Report, Spread, run_process, time_call
from retrieval import demonstration
from retrieval.embedding import CachedEmbedder, MiniLM
from retrieval.library import Library

VERDICT = (sys.executable, "-m", "agent")
CPU_TIME = "  its processor time, both cores"
COPIES = 10
"""How many times the rows of the short file the long one has: memory must not follow."""


class TimedDraft(NamedTuple):
    """One question, asked twice; the first time with nothing of it in memory."""

    made: Page | Insufficient
    first: float
    cpu: float
    again: float


def bench_drafts(folder: Path, runs: int, _: tuple[int, ...]) -> Report:
    """Draft every question of the cases twice in one process, and one as a command `runs` times."""
    place, model, asked = corpus.build_demonstration(folder), MiniLM(), corpus.read_questions()
    _time_draft(place, model, asked[0])  # imports and loads
    drafts = [_time_draft(place, model, text) for text in asked]
    pages = [d.made for d in drafts if isinstance(d.made, Page)]
    new = Spread.of("warm process, question never seen", [d.first for d in drafts])
    again = Spread.of("warm process, same question again", [d.again for d in drafts])
    steps = [
        Spread.of(f"  step {step}", [page.timings[step] for page in pages])
        for step in pages[0].timings
    ]
    ends = _time_commands(asked[0], place, folder, runs)
    return Report(
        benchmark="draft",
        spreads=(new, Spread.of(CPU_TIME, [d.cpu for d in drafts]), *steps, again, *ends),
        ratios=(Ratio.of(again, new), Ratio.of(ends[0], new)),
        facts={"questions": len(asked), "pages": len(pages)},
    )


def _time_draft(place: Path, model: MiniLM, text: str) -> TimedDraft:
    embedder, nli = CachedEmbedder(model), CachedNliModel(CrossEncoder())
    judge = EmbeddedJudge(nli)
    with Library.open(place, embedder) as library:
        desk = Desk(
            library=library,
            planner=EmbeddedPlanner(),
            writer=EmbeddedWriter(library.embed, Reader(nli, judge)),
            judge=judge,
            nli=nli,
            stances=EmbeddedStances(nli),
            store=DraftStore.beside(place),
        )
        question = Question(text=text, asked_on=corpus.TODAY)
        start, spent = perf_counter(), process_time()
        made = desk.draft(question)
        first, cpu = perf_counter() - start, process_time() - spent
        return TimedDraft(made, first, cpu, time_call(lambda: desk.draft(question)))


def _time_commands(question: str, place: Path, folder: Path, runs: int) -> list[Spread]:
    """Processes that start, draft and end: with a library, and with one yet to be filled."""
    draft = [*VERDICT, "draft", question]
    there = [run_process([*draft, "--library", str(place)]) for _ in range(runs)]
    homes = [folder / f"home-{n}" for n in range(runs)]
    unfilled = [run_process(["env", f"VERDICT_LIBRARY={home}", *draft]) for home in homes]
    return [
        Spread.of("whole process, library there", [run.seconds for run in there]),
        Spread.of(CPU_TIME, [run.cpu_seconds for run in there]),
        Spread.of("whole process, library yet to be filled", [run.seconds for run in unfilled]),
        Spread.of(CPU_TIME, [run.cpu_seconds for run in unfilled]),
    ]


def bench_memory(folder: Path, runs: int, _: tuple[int, ...]) -> Report:
    """Run each command `runs` times."""
    place = corpus.build_demonstration(folder)
    short, long = folder / "short.jsonl.gz", folder / "long.jsonl.gz"
    with Library.open(place, MiniLM()) as library:
        corpus.write_pairs(library, short)
        corpus.write_pairs(library, long, COPIES)
    notes, at = demonstration.find_notes(), ["--library", str(place)]
    new = ["--library", str(folder / "new"), "--vetting", str(notes / demonstration.VETTING)]
    asked = corpus.read_questions()[0]
    commands = {
        "--help": ["--help"],
        "search": ["search", asked, *at],
        "draft": ["draft", asked, *at],
        "judge, short file": ["judge", str(short)],
        f"judge, file {COPIES} times as long": ["judge", str(long)],
        "library add": ["library", "add", str(notes), *new],
    }
    spreads = [
        Spread.of(
            f"verdict {name}", [run_process([*VERDICT, *c]).peak_mb for _ in range(runs)], "MiB"
        )
        for name, c in commands.items()
    ]
    return Report(benchmark="memory", spreads=tuple(spreads))
