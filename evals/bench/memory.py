"""Peak memory of each command, in a process of its own."""

from pathlib import Path

from evals.bench import corpus
from evals.bench.draft import VERDICT
from evals.bench.measure import Report, Spread, whole
from retrieval import demonstration
from retrieval.embedding import MiniLM
from retrieval.library import Library

MANY = 10
"""How many times the rows of the short file the long one has: memory must not follow."""


def run(folder: Path, runs: int, _: tuple[int, ...]) -> Report:
    """Run each command `runs` times."""
    place = corpus.demonstration_library(folder)
    short, long = folder / "short.jsonl.gz", folder / "long.jsonl.gz"
    with Library.open(place, MiniLM()) as library:
        corpus.pairs(library, short)
        corpus.pairs(library, long, MANY)
    notes, at = demonstration.notes(), ["--library", str(place)]
    new = ["--library", str(folder / "new"), "--vetting", str(notes / demonstration.VETTING)]
    asked = corpus.questions()[0]
    commands = {
        "--help": ["--help"],
        "search": ["search", asked, *at],
        "draft": ["draft", asked, *at],
        "judge, short file": ["judge", str(short)],
        f"judge, file {MANY} times as long": ["judge", str(long)],
        "library add": ["library", "add", str(notes), *new],
    }
    spreads = [
        Spread.of(f"verdict {name}", [whole([*VERDICT, *c]).peak_mb for _ in range(runs)], "MiB")
        for name, c in commands.items()
    ]
    return Report(benchmark="memory", spreads=tuple(spreads))
