"""Chroma as the library uses it: our embedders in its configuration, and what its files hold."""

import struct
from collections.abc import Sequence
from pathlib import Path

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings

from retrieval.chroma import ChromaEmbedding, zero_unused_slots
from retrieval.embedding import MiniLM
from retrieval.errors import EmbeddingFailed, IndexBroken
from retrieval.types import Vectors

TEXTS = ["The council voted 38 to 6.", "Glaciers lost ice in 2025.", "The mayor signed the order."]
QUERY = "How did the council vote?"


class KeyedEmbedder:
    """An embedder that no configuration can bring back: it needs a key."""

    id = "from-an-endpoint"
    dimension = 3

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.eye(3, dtype=np.float32)[[len(text) % 3 for text in texts]]


def client(folder: Path) -> chromadb.api.ClientAPI:
    return chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))


def test_chroma_brings_the_embedder_back_from_its_configuration(tmp_path: Path) -> None:
    minilm = MiniLM(threads=1)
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
    ours = ChromaEmbedding(KeyedEmbedder())
    client(tmp_path).create_collection("notes", embedding_function=ours)
    reopened = client(tmp_path).get_collection("notes")
    with pytest.raises(EmbeddingFailed, match="from-an-endpoint"):
        reopened.query(query_texts=[QUERY])
    again = client(tmp_path).get_collection("notes", embedding_function=ours)
    again.upsert(ids=["a"], documents=["abc"])
    assert again.query(query_texts=["abc"])["ids"] == [["a"]]


def test_no_memory_of_the_process_is_left_in_the_index(directory: Path) -> None:
    unused = [*(directory / "index").rglob("data_level0.bin")]
    assert unused
    assert [path for path in unused if any(path.read_bytes())] == []


def test_an_index_laid_out_in_another_way_is_refused(tmp_path: Path) -> None:
    segment = tmp_path / "segment"
    segment.mkdir()
    (segment / "header.bin").write_bytes(struct.pack("<iQQQQ", 1, 0, 100, 0, 396))
    (segment / "data_level0.bin").write_bytes(b"x" * 100)
    with pytest.raises(IndexBroken, match="not laid out as expected"):
        zero_unused_slots(tmp_path)
