"""The rivals: Chroma as its own documentation shows it, and llama-index's own pipeline over it.

The pipeline's splitter and settings are its own; the embedder is ours, so that only the way
differs.
"""

from collections.abc import Sequence
from pathlib import Path

import chromadb
import numpy as np
import numpy.typing as npt
from chromadb.config import Settings
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.vector_stores.types import VectorStoreQuery
from llama_index.vector_stores.chroma import ChromaVectorStore

from retrieval.llama_adapter import LibraryEmbedding
from retrieval.types import Embedder, Vectors

BATCH = 5_000
"""Chroma refuses more than 5,461 rows at once."""
CHUNK = 256
"""Tokens of a chunk: as much as the embedder reads, as our passages are."""


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


class LlamaPipeline:
    """Documents in, nodes out."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        client = chromadb.PersistentClient(
            str(folder), settings=Settings(anonymized_telemetry=False)
        )
        collection = client.create_collection(
            "nodes", configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )
        self._store = ChromaVectorStore(chroma_collection=collection)
        self._embedding = LibraryEmbedding(embedder)

    def ingest(self, texts: Sequence[str]) -> int:
        """Split, embed and store; return the number of nodes."""
        pipeline = IngestionPipeline(
            transformations=[
                SentenceSplitter(chunk_size=CHUNK, chunk_overlap=0),
                self._embedding,
            ],
            vector_store=self._store,
            disable_cache=True,
        )
        return len(pipeline.run(documents=[Document(text=text) for text in texts]))

    def search(self, question: str, k: int) -> list[str]:
        """Texts of the `k` nearest nodes."""
        index = VectorStoreIndex.from_vector_store(self._store, embed_model=self._embedding)
        found = index.as_retriever(similarity_top_k=k).retrieve(question)
        return [node.get_content() for node in found]
