"""`verdict judge`: rows a second, and how near that is to what the machine can multiply."""

import gzip
import os
from pathlib import Path

from agent.judge import judge_rows
from agent.verifiers.cross_encoder import CrossEncoder
from agent.verifiers.embedded import EmbeddedVerifier
from evals.bench import arithmetic, corpus, limit
from evals.bench.measure import Ratio, Report, Spread, seconds
from retrieval.cached import CachedEmbedder
from retrieval.embedding import MiniLM
from retrieval.library import Library
from retrieval.ports import Embedder

GOPS = "Gop/s"


def run(folder: Path, runs: int, _: tuple[int, ...]) -> Report:
    """Judge the sentence cases with the notes that they cite, each time with nothing in memory.

    The limit is measured between the runs: the rate of eight-bit and of float32 matrix products.
    What the verifier reaches counts the products of the embedded model only: everything else that
    it does (checkers, words, windows) takes time and counts as nothing.
    """
    model, rows = MiniLM(), folder / "pairs.jsonl.gz"
    with Library.open(corpus.demonstration_library(folder, model), model) as library:
        count = corpus.pairs(library, rows)
    counted = arithmetic.Counted(model)
    _judge(rows, counted)
    tokens = arithmetic.lengths(counted.texts)
    work = sum(map(arithmetic.operations, tokens))
    times, alone, eight, single = [], [], [], []
    for _n in range(runs):
        times.append(seconds(lambda: _judge(rows, model)))
        alone.append(seconds(lambda: model.embed(counted.texts)))
        eight.append(limit.int8(os.cpu_count() or 1))
        single.append(limit.fp32())
    reached = Spread.of("verifier, products of its model", [work / t for t in times], GOPS)
    bare = Spread.of("the model alone on the same texts", [work / t for t in alone], GOPS)
    int8 = Spread.of("limit: eight-bit products in onnxruntime", eight, GOPS)
    fp32 = Spread.of("limit: float32 products in numpy", single, GOPS)
    return Report(
        benchmark="judge",
        spreads=(
            Spread.of("rows judged", [count / t for t in times], "row/s"),
            reached,
            bare,
            int8,
            fp32,
        ),
        ratios=(Ratio.of(reached, int8), Ratio.of(reached, fp32), Ratio.of(reached, bare)),
        facts={"rows": count, "texts through the model": len(tokens), "tokens": sum(tokens)},
    )


def _judge(rows: Path, model: Embedder) -> None:
    verifier = EmbeddedVerifier(CachedEmbedder(model).embed, CrossEncoder())
    with gzip.open(rows, "rt", encoding="utf-8") as lines:
        for _ in judge_rows(lines, verifier):
            pass
