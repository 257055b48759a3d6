"""What is measured on: the demonstration library, and larger ones made of its words and vectors."""

import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from retrieval import demonstration
from retrieval.embedding import MiniLM
from retrieval.library import Library
from retrieval.loaders.frontmatter import split_front_matter
from retrieval.record import NewPassage, Record
from retrieval.types import Embedder, Source, Vectors

CASES = Path(__file__).parents[1] / "cases"
TODAY = date(2026, 1, 27)
PASSAGES_A_SOURCE = 100
"""Passages of one synthetic source."""
JITTER = 0.02
"""Standard deviation a number: a passage turns by about 20 degrees from where it was laid."""
SEED = 7


@dataclass(frozen=True)
class Block:
    """Passages as rows: ids, texts, vectors of shape (n, dimension)."""

    ids: list[str]
    texts: list[str]
    vectors: Vectors


def read_questions() -> list[str]:
    """Every question of the cases, as people typed it."""
    lines = (CASES / "claims.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines]


def build_demonstration(folder: Path, embedder: Embedder | None = None) -> Path:
    """Build the demonstration library in `folder`; return where it is."""
    place = folder / "demonstration"
    demonstration.build(place, embedder or MiniLM(), TODAY)
    return place


def write_notes(folder: Path, count: int) -> Path:
    """Write `count` notes: one to three paragraphs of two to four of the demonstration's each."""
    rng, seeds = random.Random(SEED), sorted(demonstration.find_notes().glob("*/*.md"))
    split = [split_front_matter(path.read_text("utf-8")) for path in seeds]
    paragraphs = [" ".join(one.split()) for _, body in split for one in body.split("\n\n")]
    folder.mkdir(parents=True)
    for n in range(count):
        front = re.sub(
            r"^id: .*$", f"id: n{n:06}", split[n % len(split)][0] or "", flags=re.MULTILINE
        )
        made = [
            " ".join([f"On day {n} there were {n * 3 + k}.", *rng.sample(paragraphs, 2 + k)])
            for k in range(rng.randint(1, 3))
        ]
        text = "\n\n".join(made)
        (folder / f"n{n:06}.md").write_text(f"---\n{front.strip()}\n---\n{text}\n", "utf-8")
    return folder


def read_block(library: Library) -> Block:
    """Everything that `library` holds."""
    parts = list(library.scan())
    passages = [passage for held, _ in parts for passage in held]
    return Block(
        [p.id for p in passages],
        [p.text for p in passages],
        np.concatenate([vectors for _, vectors in parts]),
    )


def make_block(real: Block, size: int) -> Block:
    """Make `size` passages: vectors between two real ones, jittered; texts of half of each."""
    rng = np.random.default_rng(SEED)
    one, other = rng.integers(len(real.ids), size=(2, size))
    share = rng.random((size, 1), dtype=np.float32)
    laid = share * real.vectors[one] + (1 - share) * real.vectors[other]
    laid += rng.normal(0.0, JITTER, laid.shape).astype(np.float32)
    laid /= np.linalg.norm(laid, axis=1, keepdims=True)
    halves = [(t[: len(t) // 2], t[len(t) // 2 :]) for t in real.texts]
    texts = [f"{halves[i][0]} {halves[j][1]}" for i, j in zip(one, other, strict=True)]
    return Block([f"p{n:07}" for n in range(size)], texts, laid)


def store_block(record: Record, made: Block) -> None:
    """Put synthetic passages into the record, as sources of `PASSAGES_A_SOURCE` passages."""
    for first in range(0, len(made.ids), PASSAGES_A_SOURCE):
        part = slice(first, first + PASSAGES_A_SOURCE)
        snapshot, start, passages = "\n\n".join(made.texts[part]), 0, []
        for id_, text in zip(made.ids[part], made.texts[part], strict=True):
            passages.append(NewPassage(id=id_, start=start, end=start + len(text), text=text))
            start += len(text) + 2
        source = _make_source(f"s{first:07}", snapshot)
        record.replace(source, snapshot, source.sha256, source.id, passages, made.vectors[part])


def write_pairs(library: Library, path: Path, copies: int = 1) -> int:
    """Write the sentence cases as rows for `verdict judge`, gzipped; return how many."""
    rows = list(_pair_rows(library)) * copies
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for n, row in enumerate(rows):
            file.write(f"{json.dumps(row | {'id': n})}\n")
    return len(rows)


def _pair_rows(library: Library) -> Iterator[dict[str, object]]:
    for line in (CASES / "sentences.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        yield {"claim": case["sentence"], "evidence": [library.snapshot(i) for i in case["cites"]]}


def _make_source(source_id: str, snapshot: str) -> Source:
    return Source(
        id=source_id,
        title=f"Report {source_id}",
        publisher="Benchmark",
        url=f"https://example.org/{source_id}",
        accessed=TODAY,
        tier=2,
        origin=source_id,
        vetted_by="benchmark",
        sha256=hashlib.sha256(snapshot.encode()).hexdigest(),
    )
