"""The embedded embedder: near for near meanings, the same every time, no broken file; the cache."""

import gc
import hashlib
import json
import re
import shutil
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from retrieval.embedding import (
    CHECKSUMS,
    MODEL_FILE,
    MODEL_FOLDER,
    TOKENIZER_FILE,
    CachedEmbedder,
    MiniLM,
)
from retrieval.errors import EmbeddingFailed
from retrieval.types import Embedder, Vectors
from tests.fakes import DIMENSION, embed

CLAIM = "The council voted 38 to 6 to ban cars from the park."
SAME = "By 38 votes to 6, councillors closed the park to cars."
OTHER = "Glaciers in the Alps lost more ice in 2025 than in any year on record."


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM(threads=2)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MODEL_FOLDER, tmp_path / "model"))


def test_it_is_an_embedder(minilm: MiniLM) -> None:
    embedder: Embedder = minilm
    assert (embedder.id, embedder.dimension) == ("all-MiniLM-L6-v2-int8/1", 384)


def test_vectors_are_float32_of_unit_length(minilm: MiniLM) -> None:
    vectors = minilm.embed([CLAIM, SAME, OTHER])
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_same_meaning_is_near_and_another_is_far(minilm: MiniLM) -> None:
    claim, same, other = minilm.embed([CLAIM, SAME, OTHER])
    assert float(claim @ same) > 0.6
    assert float(claim @ other) < 0.2


def test_vectors_are_those_of_the_original_model(minilm: MiniLM) -> None:
    # First numbers of the float32 original (PyTorch) for this text, unit length.
    original = [
        0.0420,
        0.0250,
        0.0491,
        -0.0299,
        0.0243,
        0.0505,
        0.0165,
        0.0077,
        -0.0407,
        0.0605,
        0.0073,
        0.0350,
    ]
    [vector] = minilm.embed([CLAIM])
    np.testing.assert_allclose(vector[: len(original)], original, atol=0.02)


def test_a_text_has_one_vector_whatever_stands_beside_it(minilm: MiniLM) -> None:
    texts = [CLAIM, "", OTHER * 40, SAME, "a"]
    together = minilm.embed(texts)
    alone = np.concatenate([MiniLM(threads=1).embed([text]) for text in texts])
    assert np.array_equal(together, alone)


def test_nothing_to_embed_is_an_empty_table(minilm: MiniLM) -> None:
    assert minilm.embed([]).shape == (0, 384)


def test_a_book_is_read_as_its_first_256_tokens(minilm: MiniLM) -> None:
    page = "record " * 300
    assert np.array_equal(minilm.embed([page]), minilm.embed([page * 100_000]))


def test_half_a_character_does_not_stop_it(minilm: MiniLM) -> None:
    assert np.isfinite(minilm.embed(["caf\udce9"])).all()


def test_threads_that_arrive_together_load_one_model() -> None:
    shared, made = MiniLM(threads=1), []
    threads = [
        threading.Thread(target=lambda: made.append(shared.embed([CLAIM]))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert all(np.array_equal(made[0], vector) for vector in made)


@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE, CHECKSUMS])
def test_a_missing_file_is_named_with_what_to_do(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(EmbeddingFailed, match=re.escape(str(copy / name))) as failure:
        MiniLM(copy).embed([CLAIM])
    assert "reinstall" in failure.value.advice


@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE])
def test_a_file_with_one_bit_turned_is_refused(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(EmbeddingFailed, match=f"{name} is not the one shipped"):
        MiniLM(copy).embed([CLAIM])


def test_a_broken_list_of_checksums_vouches_for_nothing(copy: Path) -> None:
    (copy / CHECKSUMS).write_bytes(b"\xff\xfe half a line")
    with pytest.raises(EmbeddingFailed, match="is not the one shipped"):
        MiniLM(copy).embed([CLAIM])


def test_to_have_an_embedder_costs_no_runtime() -> None:
    code = "import sys, retrieval.embedding as e; e.MiniLM(); print('onnxruntime' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_model_card_tells_the_measured_figures_and_the_checksums() -> None:
    card = (MODEL_FOLDER / "README.md").read_text("utf-8")
    parity = json.loads((MODEL_FOLDER / "parity.json").read_text("utf-8"))
    figures = [parity["cosine"]["mean"], parity["cosine"]["min"], parity["scifact"]["loss"]]
    model = hashlib.sha256((MODEL_FOLDER / MODEL_FILE).read_bytes()).hexdigest()
    assert [f for f in (*map(str, figures), model) if f not in card] == []


def test_the_shipped_model_ranks_as_well_as_the_original() -> None:
    parity = json.loads((MODEL_FOLDER / "parity.json").read_text("utf-8"))
    assert parity["scifact"]["loss"] <= 0.01
    assert parity["cosine"]["sentences"] == 1000
    assert parity["cosine"]["mean"] > 0.99


class CountingEmbedder:
    id = "counting/1"
    dimension = DIMENSION

    def __init__(self) -> None:
        self.seen: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        return embed(texts)


def test_a_cached_text_is_embedded_once_and_its_vector_stays_the_same() -> None:
    counting = CountingEmbedder()
    cached = CachedEmbedder(counting)
    first = cached.embed(["a bridge", "a road", "a bridge"])
    second = cached.embed(["a road", "a bridge"])
    assert counting.seen == ["a bridge", "a road"]
    assert np.array_equal(first, embed(["a bridge", "a road", "a bridge"]))
    assert np.array_equal(second, first[[1, 0]])


def test_a_cache_forgets_what_was_not_used_for_longest() -> None:
    counting = CountingEmbedder()
    cached = CachedEmbedder(counting, size=2)
    cached.embed(["a", "b"])
    cached.embed(["a", "c"])
    cached.embed(["a", "b"])
    assert counting.seen == ["a", "b", "c", "b"]


def test_a_remembered_text_keeps_its_own_vector_and_not_the_batch_it_came_with() -> None:
    batches: list[weakref.ref[Vectors]] = []

    class Noting(CountingEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            made = super().embed(texts)
            batches.append(weakref.ref(made))
            return made

    cached = CachedEmbedder(Noting(), size=1)
    cached.embed([f"text {n}" for n in range(100)])
    gc.collect()
    assert [batch() for batch in batches] == [None]


def test_a_cache_gives_no_vectors_for_no_texts() -> None:
    assert CachedEmbedder(CountingEmbedder()).embed([]).shape == (0, DIMENSION)
