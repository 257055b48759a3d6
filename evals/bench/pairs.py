"""The cross-encoder: pairs of 256 tokens a second beside what the machine can multiply."""

import os
from pathlib import Path

from agent.verification.cross_encoder import MAX_TOKENS, CrossEncoder, load_tokenizer
from evals.bench import arithmetic, corpus, limit
from evals.bench.measure import Ratio, Report, Spread, seconds
from retrieval.embedding import MiniLM
from retrieval.library import Library

PAIRS = 64
"""Read in one call."""
RATE = "pair/s"


def run(folder: Path, runs: int, _: tuple[int, ...]) -> Report:
    """Read pairs that fill the model's 256 tokens; measure the limit between the runs.

    The limit is the rate of eight-bit matrix products in onnxruntime on all cores, divided by the
    products that one such pair needs; everything else that the model does counts as nothing.
    """
    cores = os.cpu_count() or 1
    model = CrossEncoder(threads=cores)
    pairs = _pairs(folder)
    model.probabilities(pairs[:2])
    rates, limits = [], []
    for _n in range(runs):
        rates.append(len(pairs) / seconds(lambda: model.probabilities(pairs)))
        limits.append(limit.int8(cores) / arithmetic.operations(MAX_TOKENS))
    reached = Spread.of(f"pairs of {MAX_TOKENS} tokens", rates, RATE)
    most = Spread.of("limit: eight-bit products in onnxruntime", limits, RATE)
    return Report(
        benchmark="pairs",
        spreads=(reached, most),
        ratios=(Ratio.of(reached, most),),
        facts={"pairs": len(pairs), "tokens of a pair": MAX_TOKENS, "cores": cores},
    )


def _pairs(folder: Path) -> list[tuple[str, str]]:
    """Stretches of the demonstration notes, long enough to be cut, beside 20 words."""
    embedder = MiniLM()
    with Library.open(corpus.demonstration_library(folder, embedder), embedder) as library:
        texts = [passage.text for passages, _ in library.scan() for passage in passages]
    whole = " ".join(texts).split()
    made = []
    for n in range(PAIRS):
        at = n * 97 % (len(whole) - 400)
        made.append((" ".join(whole[at : at + 300]), " ".join(whole[at + 300 : at + 320])))
    tokenizer = load_tokenizer()
    return [pair for pair in made if len(tokenizer.encode(pair[0]).ids) >= MAX_TOKENS]
