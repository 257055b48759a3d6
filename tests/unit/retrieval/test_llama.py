"""Our embedders as llama-index and Chroma see them."""

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings
from llama_index.core.schema import TextNode

from retrieval import ingest
from retrieval.chroma_embedding import ChromaEmbedding
from retrieval.embedding import MiniLM
from retrieval.errors import EmbeddingFailed
from retrieval.library import Library
from retrieval.llama import LibraryEmbedding, LibraryRetriever
from retrieval.ports import Vectors
from retrieval.vetting import Vouched

TEXTS = ["The council voted 38 to 6.", "Glaciers lost ice in 2025.", "The mayor signed the order."]
QUERY = "How did the council vote?"


class Elsewhere:
    """An embedder that no configuration can bring back: it needs a key."""

    id = "from-an-endpoint"
    dimension = 3

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.eye(3, dtype=np.float32)[[len(text) % 3 for text in texts]]


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM(threads=1)


def client(folder: Path) -> chromadb.api.ClientAPI:
    return chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))


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


def test_chroma_brings_the_embedder_back_from_its_configuration(
    minilm: MiniLM, tmp_path: Path
) -> None:
    made = client(tmp_path).create_collection("notes", embedding_function=ChromaEmbedding(minilm))
    made.upsert(ids=["a", "b", "c"], documents=TEXTS)
    reopened = client(tmp_path).get_collection("notes")
    assert reopened.configuration_json["embedding_function"] == {
        "type": "known",
        "name": "verdict-desk",
        "config": {"embedder": minilm.id, "dimension": 384},
    }
    found = reopened.query(query_texts=[QUERY], n_results=1)
    assert found["ids"] == [["a"]]


def test_chroma_does_not_pretend_to_have_an_embedder_that_needs_a_key(tmp_path: Path) -> None:
    ours = ChromaEmbedding(Elsewhere())
    client(tmp_path).create_collection("notes", embedding_function=ours)
    reopened = client(tmp_path).get_collection("notes")
    with pytest.raises(EmbeddingFailed, match="from-an-endpoint"):
        reopened.query(query_texts=[QUERY])
    again = client(tmp_path).get_collection("notes", embedding_function=ours)
    again.upsert(ids=["a"], documents=["abc"])
    assert again.query(query_texts=["abc"])["ids"] == [["a"]]


def test_a_library_is_a_llama_index_retriever(minilm: MiniLM, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    for name, text in zip("abc", TEXTS, strict=True):
        (notes / f"{name}.txt").write_text(text)
    with Library.open(tmp_path / "library", minilm, create=True) as library:
        with library.writing() as record:
            ingest.add(
                record, minilm, [notes], Vouched(person="A. Tester"), today=date(2026, 1, 27)
            )
        found = LibraryRetriever(library, k=2).retrieve(QUERY)
        assert found[0].node.get_content() == TEXTS[0]
        assert len(found) == 2
        node = found[0].node
        assert isinstance(node, TextNode)
        snapshot = library.snapshot(node.metadata["source"])
        assert snapshot[node.start_char_idx : node.end_char_idx] == node.text
