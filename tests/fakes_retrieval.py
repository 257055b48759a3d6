"""A small deterministic embedder, sources made of sentences, and answers of the web."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from retrieval.library import Library
from retrieval.record import NewPassage, Record
from retrieval.types import Source, Vectors
from retrieval.web.fetching import Fetched


@dataclass(frozen=True)
class WordsEmbedder:
    """Each word points in a direction of its own; a text points where its words do on the whole."""

    id: str = "words/1"
    dimension: int = 32

    def embed(self, texts: Sequence[str]) -> Vectors:
        made = np.full((len(texts), self.dimension), 0.01)  # an empty text has a direction too
        for n, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
                made[n] += np.random.default_rng(seed).standard_normal(self.dimension)
        unit: Vectors = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
        return unit


def a_source(source_id: str, snapshot: str, **fields: object) -> Source:
    told: dict[str, object] = {
        "id": source_id,
        "title": f"Title of {source_id}",
        "publisher": "The Paper",
        "url": f"https://example.org/{source_id}",
        "published": date(2025, 5, 1),
        "accessed": date(2026, 1, 1),
        "kind": "news",
        "tier": 2,
        "origin": source_id,
        "vetted_by": "the list",
        "sha256": hashlib.sha256(snapshot.encode()).hexdigest(),
    }
    return Source.model_validate(told | fields)


def put(record: Record, source_id: str, *paragraphs: str, **fields: object) -> Source:
    """Store a source whose passages are `paragraphs`."""
    snapshot = "\n\n".join(paragraphs)
    passages, start = [], 0
    for text in paragraphs:
        named = f"{source_id}\n{start}\n{text}".encode()
        passage_id = hashlib.sha256(named).hexdigest()[:20]
        passages.append(NewPassage(id=passage_id, start=start, end=start + len(text), text=text))
        start += len(text) + 2
    source = a_source(source_id, snapshot, **fields)
    raw = hashlib.sha256(f"raw {snapshot}".encode()).hexdigest()
    path, vectors = f"notes/{source_id}.md", WordsEmbedder().embed(paragraphs)
    record.replace(source, snapshot, raw, path, passages, vectors)
    return source


def fetched(url: str, body: bytes, kind: str = "text/html", address: str = "") -> Fetched:
    """What a web server answered with success; `address`: where it came from in the end."""
    return Fetched(
        url=url,
        address=address or url,
        status=200,
        headers=(("content-type", kind),),
        body=body,
        raw=body,
        fetched=datetime(2026, 1, 27, tzinfo=UTC),
    )


NOTES = {
    "bridge": (
        "The council closed the old bridge after an inspection found cracks.",
        "Engineers said the repair would take nine months.",
    ),
    "river": ("The river rose two metres after the storm.", "No bridge was damaged by the flood."),
    "school": ("Pupils at the village school planted forty trees.",),
    "ice": ("Agents of I.C.E. said the arrest was lawful.", "The mayor asked ICE for the warrant."),
}


def fill(library: Library) -> None:
    """Put `NOTES` into a library."""
    with library.writer() as record:
        for source_id, paragraphs in NOTES.items():
            put(record, source_id, *paragraphs)


def answers(library: Library) -> list[tuple[str, float]]:
    """Ids and rounded scores of two searches: what two libraries that hold the same agree on."""
    hits = [hit for query in ("old bridge", "the flood") for hit in library.search(query, 5)]
    return [(hit.passage.id, round(hit.score, 5)) for hit in hits]
