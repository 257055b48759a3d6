"""The rivals: Chroma as its own documentation shows it, and llama-index on top of the same."""

from collections.abc import Sequence
from pathlib import Path

import chromadb
import numpy as np
import numpy.typing as npt
from chromadb.config import Settings
from llama_index.core.vector_stores.types import VectorStoreQuery
from llama_index.vector_stores.chroma import ChromaVectorStore

from retrieval.ports import Vectors

BATCH = 5_000
"""Chroma refuses more than 5,461 rows at once."""


class PlainChroma:
    """One collection with documents in it: cosine, everything else as it comes."""

    def __init__(self, folder: Path) -> None:
        self._client = chromadb.PersistentClient(
            str(folder), settings=Settings(anonymized_telemetry=False)
        )
        self._collection = self._client.create_collection(
            "passages", configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )

    def upsert(self, ids: Sequence[str], texts: Sequence[str], vectors: Vectors) -> None:
        for first in range(0, len(ids), BATCH):
            part = slice(first, first + BATCH)
            self._collection.upsert(
                ids=list(ids[part]), documents=list(texts[part]), embeddings=vectors[part]
            )

    def query(self, vector: npt.NDArray[np.float32], k: int) -> list[str]:
        """Ids of the `k` nearest; their documents are read too, as a prompt needs them."""
        found = self._collection.query(query_embeddings=vector[None], n_results=k)
        return found["ids"][0]

    def by_llama_index(self, vector: npt.NDArray[np.float32], k: int) -> list[str]:
        """The same question through llama-index's store over the same collection."""
        store = ChromaVectorStore(chroma_collection=self._collection)
        query = VectorStoreQuery(query_embedding=vector.tolist(), similarity_top_k=k)
        return store.query(query).ids or []
