"""A library and its embedder as llama-index takes them: a retriever and an embedding."""

import asyncio

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from pydantic import PrivateAttr

from retrieval.library import Library
from retrieval.types import EVERYTHING, Embedder, Filters, Hit

SHOWN = ("title", "publisher", "url", "published", "kind", "tier", "origin")
"""Facts of a source that a node carries."""


class LibraryEmbedding(BaseEmbedding):
    """Any embedder as a llama-index embedding: `LibraryEmbedding(MiniLM())`.

    Queries and passages are embedded alike; asynchronous calls run in a thread.
    """

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(model_name=embedder.id, embed_batch_size=256)
        self._embedder = embedder

    @classmethod
    def class_name(cls) -> str:
        return "LibraryEmbedding"

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [vector.tolist() for vector in self._embedder.embed(texts)]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)


class LibraryRetriever(BaseRetriever):
    """A library as a llama-index retriever; scores are the library's fused ones, in [0, 1].

    Nodes carry the passage's span in the snapshot (`start_char_idx`, `end_char_idx`) and the
    source's facts as metadata that is shown to a language model but not embedded.
    """

    def __init__(self, library: Library, k: int = 8, filters: Filters = EVERYTHING) -> None:
        super().__init__()
        self._library, self._k, self._filters = library, k, filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._library.search(query_bundle.query_str, self._k, self._filters)
        return [NodeWithScore(node=_make_node(hit), score=hit.score) for hit in hits]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


def _make_node(hit: Hit) -> TextNode:
    passage, source = hit.passage, hit.passage.source
    facts = source.model_dump(mode="json", include=set(SHOWN), exclude_none=True)
    return TextNode(
        id_=passage.id,
        text=passage.text,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        metadata={**facts, "source": source.id, "page": passage.page},
        excluded_embed_metadata_keys=[*SHOWN, "source", "page"],
    )
