"""Our embedders and libraries as llama-index sees them."""

import asyncio
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from llama_index.core.schema import TextNode

from retrieval.embedding import MiniLM
from retrieval.library import Library
from retrieval.llama_adapter import LibraryEmbedding, LibraryRetriever
from retrieval.vetting import Voucher

TEXTS = ["The council voted 38 to 6.", "Glaciers lost ice in 2025.", "The mayor signed the order."]
QUERY = "How did the council vote?"


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM(threads=1)


def test_llama_index_gets_the_vectors_of_the_embedder(minilm: MiniLM) -> None:
    embedding = LibraryEmbedding(minilm)
    np.testing.assert_allclose(embedding.get_text_embedding_batch(TEXTS), minilm.embed(TEXTS))
    np.testing.assert_allclose(embedding.get_query_embedding(QUERY), minilm.embed([QUERY])[0])
    assert embedding.model_name == minilm.id


def test_llama_index_gets_the_same_vectors_asynchronously(minilm: MiniLM) -> None:
    embedding = LibraryEmbedding(minilm)
    batch = asyncio.run(embedding.aget_text_embedding_batch(TEXTS))
    query = asyncio.run(embedding.aget_query_embedding(QUERY))
    np.testing.assert_allclose(batch, minilm.embed(TEXTS))
    np.testing.assert_allclose(query, minilm.embed([QUERY])[0])


def test_nodes_of_llama_index_are_embedded_in_its_pipeline(minilm: MiniLM) -> None:
    nodes = LibraryEmbedding(minilm)([TextNode(text=text) for text in TEXTS])
    vectors = np.array([node.get_embedding() for node in nodes])
    np.testing.assert_allclose(vectors, minilm.embed(TEXTS))


def test_a_library_is_a_llama_index_retriever(minilm: MiniLM, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    for name, text in zip("abc", TEXTS, strict=True):
        (notes / f"{name}.txt").write_text(text)
    with Library.open(tmp_path / "library", minilm, create=True) as library:
        library.add([notes], Voucher(person="A. Tester"), today=date(2026, 1, 27))
        found = LibraryRetriever(library, k=2).retrieve(QUERY)
        assert found[0].node.get_content() == TEXTS[0]
        assert len(found) == 2
        node = found[0].node
        assert isinstance(node, TextNode)
        snapshot = library.snapshot(node.metadata["source"])
        assert snapshot[node.start_char_idx : node.end_char_idx] == node.text
