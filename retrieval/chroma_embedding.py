"""Our embedders as a Chroma embedding function, remembered in a collection's configuration."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from chromadb.api.types import Documents, Embeddable, EmbeddingFunction, Embeddings, Space
from chromadb.utils.embedding_functions import register_embedding_function

from retrieval.embedding import MiniLM
from retrieval.errors import EmbeddingFailed
from retrieval.ports import Embedder, Vectors


@register_embedding_function
class ChromaEmbedding(EmbeddingFunction[Embeddable]):
    """Any embedder as Chroma wants it. A collection remembers its id and dimension, no secret."""

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
        return ChromaEmbedding(_Elsewhere(config["embedder"], config["dimension"]))


@dataclass(frozen=True)
class _Elsewhere:
    """An embedder known by name only."""

    id: str
    dimension: int

    def embed(self, texts: Sequence[str]) -> Vectors:
        raise EmbeddingFailed(
            f"This collection was made by the embedder {self.id}, which is not at hand.",
            "Open it with embedding_function=ChromaEmbedding(...) around that embedder.",
        )
