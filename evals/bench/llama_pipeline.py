"""The rival whole: llama-index's own ingestion pipeline and retriever, over Chroma.

Its splitter and settings are its own; the embedder is ours in both, so that only the way differs.
"""

from collections.abc import Sequence
from pathlib import Path

import chromadb
from chromadb.config import Settings
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.node_parser import SentenceSplitter
from llama_index.vector_stores.chroma import ChromaVectorStore

from retrieval.llama import LibraryEmbedding
from retrieval.ports import Embedder

CHUNK = 256
"""Tokens of a chunk: as much as the embedder reads, as our passages are."""


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
