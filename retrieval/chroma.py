"""Chroma: an approximate index over vectors, with the fields of each passage and no text.

Everything here can be rebuilt from the record. Vectors are always passed, so that Chroma never
looks for an embedder of its own. Filtered searches do not come here: at 20,000 passages a `where`
clause takes 45 to 80 ms, the exact scan 8.
"""

import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self, cast
from urllib.parse import unquote, urlsplit

import chromadb
import httpx
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.client import Client
from chromadb.api.collection_configuration import CreateHNSWConfiguration
from chromadb.api.types import Documents, Embeddable, EmbeddingFunction, Embeddings, Space
from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT, Settings
from chromadb.errors import ChromaError
from chromadb.utils.embedding_functions import register_embedding_function

from retrieval.embedding import MiniLM
from retrieval.errors import EmbeddingFailed, IndexBroken
from retrieval.record.schema import Entries, Fields
from retrieval.types import Embedder, Vector, Vectors

HNSW = CreateHNSWConfiguration(space="cosine", max_neighbors=32, ef_construction=200, ef_search=400)
"""Set at creation: later changes to ef_search are recorded and ignored. At 100,000 passages the
defaults (16, 100, 100) lose 3 % of the true ten nearest, these 0.1 to 0.4 %."""
MAX_BATCH = 5_000
"""Chroma refuses more than 5,461 rows at once."""
UNDATED = 0
"""Stands for "no date" among proleptic Gregorian ordinals, which begin at 1."""
_HEADER = struct.Struct("<iQQQQ")
"""How `header.bin` of hnswlib begins: version, offset, slots, slots in use, bytes of a slot."""


class ChromaIndex:
    """One collection: passage ids, unit vectors, fields."""

    def __init__(self, client: ClientAPI, name: str, embedder: str, dimension: int) -> None:
        self._client, self._name = cast("Client", client), name
        made_by = {"embedder": embedder, "dimension": dimension}
        self._embedding = cast("EmbeddingFunction[Any]", ChromaEmbedding.build_from_config(made_by))
        self._collection = self._get_or_create()
        self.folder: Path | None = None

    @classmethod
    def in_folder(cls, folder: Path, embedder: str, dimension: int) -> Self:
        """Open or create an index in `folder`. Chroma changes files there even when only read."""
        with _translate_errors():
            client = chromadb.PersistentClient(str(folder), settings=_settings())
        index = cls(client, "passages", embedder, dimension)
        index.folder = folder
        return index

    @classmethod
    def at_server(cls, url: str, name: str, embedder: str, dimension: int) -> Self:
        """Open or create the collection `name` of a Chroma server or of Chroma Cloud.

        Args:
            url: `http[s]://[TOKEN@]HOST[:PORT][/TENANT/DATABASE]`.
            name: of the collection.
            embedder: id of the embedder, remembered for others who open the collection.
            dimension: of its vectors.
        """
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        tenant, database, *_ = [*parts.path.strip("/").split("/"), "", ""]
        with _translate_errors():
            client = chromadb.HttpClient(
                host=parts.hostname or "localhost",
                port=parts.port or (443 if secure else 8000),
                ssl=secure,
                headers={"x-chroma-token": unquote(parts.username)} if parts.username else None,
                settings=_settings(),
                tenant=tenant or DEFAULT_TENANT,
                database=database or DEFAULT_DATABASE,
            )
        return cls(client, name, embedder, dimension)

    def close(self) -> None:
        """Let go of files and connections."""
        with _translate_errors():
            self._client.close()

    def upsert(self, entries: Entries) -> None:
        """Put passages in the place of those with the same ids."""
        for first in range(0, len(entries.ids), MAX_BATCH):
            part = slice(first, first + MAX_BATCH)
            with _translate_errors():
                self._collection.upsert(
                    ids=list(entries.ids[part]),
                    embeddings=entries.vectors[part],
                    metadatas=[_metadata(fields) for fields in entries.fields[part]],
                )

    def delete(self, ids: Sequence[str]) -> None:
        for first in range(0, len(ids), MAX_BATCH):
            with _translate_errors():
                self._collection.delete(ids=list(ids[first : first + MAX_BATCH]))

    def clear(self) -> None:
        """Empty the collection by making it anew."""
        with _translate_errors():
            self._client.delete_collection(self._name)
        self._collection = self._get_or_create()

    def count(self) -> int:
        with _translate_errors():
            return self._collection.count()

    def ids(self) -> set[str]:
        with _translate_errors():
            return set(self._collection.get(include=[])["ids"])

    def read(self, ids: Sequence[str]) -> dict[str, tuple[Vector, Fields]]:
        """Vector and fields of those of `ids` that are in the index."""
        with _translate_errors():
            found = self._collection.get(ids=list(ids), include=["embeddings", "metadatas"])
        vectors = np.asarray(found["embeddings"], np.float32)
        fields = [_fields(row) for row in found["metadatas"] or ()]
        return dict(zip(found["ids"], zip(vectors, fields, strict=True), strict=True))

    def nearest(self, vectors: Vectors, depth: int) -> list[dict[str, float]]:
        """Passage ids with their cosine, best first, for each row of `vectors`."""
        with _translate_errors():
            found = self._collection.query(
                query_embeddings=vectors, n_results=depth, include=["distances"]
            )
        rows = zip(found["ids"], found["distances"] or (), strict=True)
        return [
            {i: 1.0 - d for i, d in zip(ids, distances, strict=True)} for ids, distances in rows
        ]

    def _get_or_create(self) -> chromadb.Collection:
        with _translate_errors():
            return self._client.get_or_create_collection(
                self._name, configuration={"hnsw": HNSW}, embedding_function=self._embedding
            )

    @property
    def label(self) -> Mapping[str, Any]:
        """What was last written with `set_label`; empty for a new collection."""
        return self._collection.metadata or {}

    def set_label(self, label: Mapping[str, str | int]) -> None:
        with _translate_errors():
            self._collection.modify(metadata=dict(label))


@register_embedding_function
class ChromaEmbedding(EmbeddingFunction[Embeddable]):
    """Any embedder as a Chroma embedding function.

    A collection remembers its id and dimension, no secret.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def __call__(self, input: Embeddable) -> Embeddings:  # noqa: A002 - Chroma's own name for it
        # Chroma's clients ask for a function of texts or images; what we index is text.
        return list(self._embedder.embed(cast("Documents", input)))

    @staticmethod
    def name() -> str:
        return "verdict-desk"

    def default_space(self) -> Space:
        return "cosine"

    def get_config(self) -> dict[str, Any]:
        return {"embedder": self._embedder.id, "dimension": self._embedder.dimension}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> "ChromaEmbedding":
        """Bring the embedded embedder back; any other only by name, since its key is not kept."""
        if config["embedder"] == MiniLM.id:
            return ChromaEmbedding(MiniLM())
        return ChromaEmbedding(_MissingEmbedder(config["embedder"], config["dimension"]))


@dataclass(frozen=True)
class _MissingEmbedder:
    """An embedder known by name only."""

    id: str
    dimension: int

    def embed(self, texts: Sequence[str]) -> Vectors:
        raise EmbeddingFailed(
            f"This collection was made by the embedder {self.id}, which is not at hand.",
            "Open it with embedding_function=ChromaEmbedding(...) around that embedder.",
        )


def zero_unused_slots(folder: Path) -> None:
    """Write zeros into the slots of an index on the disk that hold no vector.

    Chroma writes them as they lie in memory: with whatever this process kept there before, such as
    the vector of a source that was removed, or a key.

    Raises:
        IndexBroken: Chroma's files are not laid out as this knows them.
    """
    for header in folder.glob("*/header.bin"):
        start = header.read_bytes().ljust(_HEADER.size, b"\0")  # a short one fits no file
        _, _, slots, used, size = _HEADER.unpack_from(start)
        for name, width in (("data_level0.bin", size), ("length.bin", 4)):
            with header.with_name(name).open("r+b") as file:
                end = file.seek(0, os.SEEK_END)
                if end not in {slots * width, used * width}:
                    raise IndexBroken(
                        f"Chroma's file {name} is not laid out as expected.",
                        "Install the version of chromadb that the lock file names.",
                    )
                file.seek(used * width)
                file.write(bytes(end - used * width))


def _metadata(fields: Fields) -> dict[str, str | int]:
    published = fields.published.toordinal() if fields.published else UNDATED
    return {**vars(fields), "published": published}


def _fields(metadata: Mapping[str, Any]) -> Fields:
    ordinal = metadata["published"]
    return Fields(**{**metadata, "published": date.fromordinal(ordinal) if ordinal else None})


def _settings() -> Settings:
    """Nothing is reported, whatever Chroma's own variables and a `.env` file say."""
    return Settings(anonymized_telemetry=False, chroma_otel_granularity="none")


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except (ChromaError, httpx.HTTPError, ValueError, KeyError, OSError, RuntimeError) as error:
        raise IndexBroken(
            f"The Chroma index did not answer as it must ({type(error).__name__}: {error}).",
            "Searches go by exact scan meanwhile; run `verdict library verify --repair`.",
        ) from error
