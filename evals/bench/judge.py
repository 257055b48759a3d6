"""`verdict judge`: rows a second."""

import gzip
from pathlib import Path

from agent.judge import judge_rows
from agent.verifiers.embedded import EmbeddedVerifier
from evals.bench import corpus
from evals.bench.measure import Report, Spread, seconds
from retrieval.cached import CachedEmbedder
from retrieval.embedding import MiniLM
from retrieval.library import Library


def run(folder: Path, runs: int, _: tuple[int, ...]) -> Report:
    """Judge the sentence cases with the notes that they cite, each time with nothing in memory."""
    model, rows = MiniLM(), folder / "pairs.jsonl.gz"
    with Library.open(corpus.demonstration_library(folder, model), model) as library:
        count = corpus.pairs(library, rows)
    rates = [count / seconds(lambda: _judge(rows, model)) for _ in range(runs)]
    return Report(
        benchmark="judge",
        spreads=(Spread.of("rows judged", rates, "row/s"),),
        facts={"rows": count},
    )


def _judge(rows: Path, model: MiniLM) -> None:
    verifier = EmbeddedVerifier(CachedEmbedder(model).embed)
    with gzip.open(rows, "rt", encoding="utf-8") as lines:
        for _ in judge_rows(lines, verifier):
            pass
