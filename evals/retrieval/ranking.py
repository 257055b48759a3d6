"""The ways to rank the documents of a pool for a claim, over the same candidates.

Both legs, their fusion and the re-ranking are the product's own: the record's BM25, the exact scan
over the stored vectors, `convex`, `agent.pipeline.retrieve`.
The query is the text of the claim as it stands.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from agent.pipeline import retrieve as product
from agent.ports import NliModel
from evals.retrieval.corpora import Claim
from retrieval.brute_force import ExactScan
from retrieval.library import DEPTH
from retrieval.record import Reader, Record, match_expression
from retrieval.record.database import MATCHING
from retrieval.record.queries import TITLE_WEIGHT
from retrieval.search import DENSE_WEIGHT, fuse_scores
from retrieval.types import Embedder

RECIPROCAL: Final = 60
"""Constant of rank fusion; Cormack, Clarke and Buettcher 2009."""
TITLE_WEIGHTS: Final = (0.0, 1.0, TITLE_WEIGHT, 4.0, 8.0)

Scores = Mapping[str, float]


@dataclass(frozen=True)
class Candidates:
    """What both legs found for a claim, by passage id."""

    claim: Claim
    words: Mapping[float, Scores]
    """BM25 of the best `DEPTH` by words, for each title weight."""
    meaning: Scores
    """Cosine of the best `DEPTH` by meaning."""
    lexical: Scores
    """BM25 with the product's title weight, of every candidate that matches a word."""
    cosines: Scores
    """Cosine of every candidate."""
    documents: Mapping[str, str]
    """Passage id to source id."""
    relevance: Scores = field(default_factory=dict)
    """What the cross-encoder found in the passages that it read; see `agent.pipeline.retrieve`."""


Ranking = Callable[[Candidates], list[str]]
"""Gives source ids, best first."""


def gather_candidates(
    record: Record, embedder: Embedder, claims: Sequence[Claim]
) -> list[Candidates]:
    """Search with both legs for every claim."""
    vectors = embedder.embed([claim.text for claim in claims])
    scan = ExactScan()
    with record.reader() as reader:
        return [
            _search_claim(reader, scan, claim, vector)
            for claim, vector in zip(claims, vectors, strict=True)
        ]


def add_relevance(
    record: Record, model: NliModel, found: Sequence[Candidates], progress: Callable[[int], None]
) -> list[Candidates]:
    """Have the cross-encoder read the `READ` best passages of each claim."""
    read = []
    with record.reader() as reader:
        for done, one in enumerate(found):
            progress(done)
            passages = reader.passages(_sort_passages(fuse(one, DENSE_WEIGHT))[: product.READ])
            read.append(replace(one, relevance=product.relevance(one.claim.text, passages, model)))
    return read


def rank_by_words(title_weight: float) -> Ranking:
    """BM25 alone; a word of the title counts `title_weight` times."""
    return lambda c: _to_documents(c, _sort_passages(c.words[title_weight]))


def rank_by_meaning(c: Candidates) -> list[str]:
    """Cosine alone."""
    return _to_documents(c, _sort_passages(c.meaning))


def rank_by_ranks(c: Candidates) -> list[str]:
    """Reciprocal rank fusion: the sum of 1 / (60 + rank) over both legs."""
    scores: dict[str, float] = {}
    for leg in (c.words[TITLE_WEIGHT], c.meaning):
        for rank, passage in enumerate(_sort_passages(leg), 1):
            scores[passage] = scores.get(passage, 0.0) + 1 / (RECIPROCAL + rank)
    return _to_documents(c, _sort_passages(scores))


def rank_by_scores(weight: float) -> Ranking:
    """Score fusion as the product does it; `weight` is the share of meaning."""
    return lambda c: _to_documents(c, _sort_passages(fuse(c, weight)))


def rank_by_cross_encoder(share: float) -> Ranking:
    """Fusion, its first passages put in order with a share of the cross-encoder."""
    return lambda c: _to_documents(
        c, _sort_passages(product.rerank(fuse(c, DENSE_WEIGHT), c.relevance, share))
    )


def fuse(c: Candidates, weight: float) -> dict[str, float]:
    """Fused score by passage id."""
    return {p: f.score for p, f in fuse_scores(c.lexical, c.cosines, weight).items()}


def _search_claim(
    reader: Reader, scan: ExactScan, claim: Claim, vector: npt.NDArray[np.float32]
) -> Candidates:
    meaning = scan.nearest(reader, vector, DEPTH)
    lexical = _search_words(reader, claim.text, TITLE_WEIGHT, list(meaning))
    ids, vectors = reader.vectors([p for p in lexical if p not in meaning])
    cosines = {**meaning, **dict(zip(ids, map(float, vectors @ vector), strict=True))}
    words = {w: _search_words(reader, claim.text, w) for w in TITLE_WEIGHTS}
    every = {*cosines, *(p for scores in words.values() for p in scores)}
    owners = {p.id: p.source.id for p in reader.passages(sorted(every))}
    return Candidates(claim, words, meaning, lexical, cosines, owners)


def _search_words(
    reader: Reader, query: str, weight: float, ids: Iterable[str] = ()
) -> dict[str, float]:
    """As `Reader.words`, with any title weight."""
    words = match_expression(query)
    if words is None:
        return {}
    if weight == TITLE_WEIGHT:
        return reader.match_words(words, DEPTH, list(ids))
    asked = {"words": words, "depth": DEPTH, "ids": "[]", "title_weight": weight}
    return {row.id: -row.score for row in reader.connection.execute(MATCHING, asked)}


def _sort_passages(scores: Scores) -> list[str]:
    return sorted(scores, key=lambda passage: (-scores[passage], passage))


def _to_documents(c: Candidates, passages: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(c.documents[passage] for passage in passages))
