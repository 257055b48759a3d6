"""Drafts over a large library: `python -m evals.retrieval.scale --data DIR [--passages N]`.

The library holds the demonstration notes, the documents of the four sets, and generated passages
up to the size asked: halves of two real passages joined, with a vector between theirs, so that they
lie where real ones do. It is built in a process of its own; the memory told is that of drafting.
"""

import argparse
import multiprocessing
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

from agent import bootstrap
from agent.settings import Settings
from agent.types import Insufficient, Page, Question
from evals.bench import corpus
from evals.bench.measure import Report, Spread, describe_machine, peak_mb
from evals.console import show_progress
from evals.errors import EvalError
from evals.retrieval.corpora import ADDED_ON, SETS, fill_library
from retrieval import demonstration
from retrieval.errors import LibraryError
from retrieval.library import Library
from retrieval.vetting import VettingList

DEFAULT_PASSAGES: Final = 100_000


def main() -> int:
    """Build the library where it is not there yet, then draft."""
    options = _parse_arguments()
    try:
        with tempfile.TemporaryDirectory(prefix="verdict-scale-") as folder:
            place = options.library or Path(folder)
            _run_apart(build_library, place, options.data, options.passages)
            found = measure_drafts(place, corpus.read_questions()[: options.questions])
    except (EvalError, LibraryError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{found}\nmachine: {describe_machine()}")
    return 0


def build_library(directory: Path, data: Path, passages: int) -> None:
    """Make the library hold `passages`; what it holds already stays.

    Raises:
        MalformedCase: see `evals.retrieval.corpora.fill_library`.
        LibraryError: the library cannot be used.
    """
    embedder = bootstrap.build_embedder(_embedded_settings())
    fill_library(directory, data, SETS, embedder, show_progress)
    notes = demonstration.find_notes()
    vetting = VettingList.read(notes / demonstration.VETTING)
    with Library.open(directory, embedder) as library:
        library.add([notes], vetting, today=ADDED_ON, progress=show_progress)
        missing = passages - library.scope().passages
        if missing > 0:
            made = corpus.make_block(corpus.read_block(library), missing)
            with library.writer("adding generated passages") as record:
                corpus.store_block(record, made)


def measure_drafts(directory: Path, questions: Sequence[str]) -> Report:
    """Draft for each question once, the first of them before the clock runs."""
    settings = _embedded_settings()
    with bootstrap.open_library(settings, directory) as library:
        library.settle()
        desk = bootstrap.build_desk(settings, library)
        made, times = [], []
        for text in questions:
            start = perf_counter()
            made.append(desk.draft(Question(text=text, asked_on=ADDED_ON)))
            times.append(perf_counter() - start)
        facts: dict[str, int | float | str] = {
            "passages": library.scope().passages,
            "sources": library.scope().sources,
            "nearest vectors by": library.stats().search,
        }
    pages = [draft for draft in made[1:] if isinstance(draft, Page)]
    facts |= {"pages": len(pages), "short": sum(isinstance(d, Insufficient) for d in made[1:])}
    steps = tuple(pages[0].timings) if pages else ()
    return Report(
        benchmark="drafts over a large library",
        spreads=(
            Spread.of("first draft: what is loaded once", times[:1]),
            Spread.of("warm draft, question never seen", times[1:]),
            *(Spread.of(f"  step {name}", [p.timings[name] for p in pages]) for name in steps),
        ),
        facts={**facts, "peak memory of drafting, MiB": peak_mb()},
    )


def _embedded_settings() -> Settings:
    """The embedded parts, whatever the settings of this user name."""
    none = dict.fromkeys(("base_url", "api_key", "embedding_base_url", "chroma_url"))
    return Settings.model_validate(none)


def _run_apart(work: Callable[[Path, Path, int], None], *what: object) -> None:
    """Run in a new process, whose memory is given back."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=what)
    process.start()
    process.join()
    if process.exitcode:
        raise EvalError("The library could not be built.", "What stopped it is told above.")


def _parse_arguments() -> argparse.Namespace:
    about = (__doc__ or "").split("\n", 1)[0]
    parser = argparse.ArgumentParser(prog="python -m evals.retrieval.scale", description=about)
    parser.add_argument("--data", type=Path, required=True, help="folder that has claims/")
    parser.add_argument(
        "--passages",
        type=int,
        default=DEFAULT_PASSAGES,
        help=f"of the library (default {DEFAULT_PASSAGES:,})",
    )
    parser.add_argument("--questions", type=int, help="how many of the cases (default all)")
    parser.add_argument("--library", type=Path, help="folder of the library, kept")
    options = parser.parse_args()
    if options.questions is not None and options.questions < 2:
        parser.error("--questions is at least 2: the first draft loads what the others find loaded")
    return options


if __name__ == "__main__":
    raise SystemExit(main())
