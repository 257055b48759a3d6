"""The embedded embedder: all-MiniLM-L6-v2 in eight-bit integers, on the processor, offline.

With it come a cache for any embedder, and the only way in which the product loads onnxruntime.
"""

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.errors import EmbeddingFailed
from retrieval.types import Embedder, Vector, Vectors

MODEL_FOLDER = Path(__file__).with_name("models") / "all-MiniLM-L6-v2"
MODEL_FILE = "model.int8.onnx"
TOKENIZER_FILE = "tokenizer.json"
CHECKSUMS = "SHA256SUMS"
MAX_TOKENS = 256
"""Of a text, with the marks of its beginning and its end; the rest is not read."""
MAX_CHARACTERS = 16_384
"""Far beyond the 256 tokens that the model reads; spares the tokenizer a book."""
RESTORE = "Restore it: reinstall Verdict Desk, or check the file out again."
CACHE_SIZE = 20_000
"""Texts whose vectors are kept, least recently used first out: 40 MB at 384 dimensions."""
_TELEMETRY_OFF = "ORT_DISABLE_TELEMETRY"


class MiniLM:
    """all-MiniLM-L6-v2 (Apache-2.0): 384 dimensions, the first 256 tokens of a text.

    The model is read at the first `embed`. Texts are run one by one and in parallel, never
    padded into batches: that is as fast on a processor, and a text's vector is the same whatever
    stands beside it. Safe to use from several threads.
    """

    id = "all-MiniLM-L6-v2-int8/1"
    dimension = 384

    def __init__(self, folder: Path = MODEL_FOLDER, threads: int | None = None) -> None:
        """Take the model in `folder`; use `threads` of them, by default one per processor."""
        self._folder = folder
        self._threads = threads or os.cpu_count() or 1
        self._loading = threading.Lock()
        self._model: _Model | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts`; shape (len(texts), 384), float32, unit length.

        Raises:
            EmbeddingFailed: the model file is missing or is not the one that was shipped.
        """
        model = self._load_once()
        if self._threads == 1 or len(texts) < 2:
            rows = [model.embed(text) for text in texts]
        else:
            with ThreadPoolExecutor(min(self._threads, len(texts))) as pool:
                rows = list(pool.map(model.embed, texts))
        return np.array(rows, dtype=np.float32).reshape(len(texts), self.dimension)

    def _load_once(self) -> "_Model":
        with self._loading:
            if self._model is None:
                self._model = _load_model(self._folder)
            return self._model


class CachedEmbedder:
    """Any embedder, with the vectors of recent texts kept: a draft embeds sentences several times.

    Safe to use from several threads.
    """

    def __init__(self, embedder: Embedder, size: int = CACHE_SIZE) -> None:
        self._embedder, self._size = embedder, size
        self._vectors: OrderedDict[str, Vector] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def id(self) -> str:
        return self._embedder.id

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed`; only texts that are not in the cache are computed."""
        with self._lock:
            found = {t: self._vectors[t] for t in texts if t in self._vectors}
        new = [t for t in dict.fromkeys(texts) if t not in found]
        if new:
            # A row of a table would keep all of it for as long as it is remembered.
            found |= zip(new, map(np.copy, self._embedder.embed(new)), strict=True)
        with self._lock:
            for text in dict.fromkeys(texts):
                self._vectors[text] = found[text]
                self._vectors.move_to_end(text)
            while len(self._vectors) > self._size:
                self._vectors.popitem(last=False)
        return np.array([found[t] for t in texts], dtype=np.float32).reshape(-1, self.dimension)


def load_onnxruntime() -> Any:  # noqa: ANN401 - onnxruntime has no types
    """Import onnxruntime with its reports to its maker switched off, and return it.

    Since 1.29 its official builds write an id of the machine into the user's cache when they are
    loaded, and send what was run, from ten seconds later on. They ask once, while they are loaded,
    whether they may; only the environment is asked, and what it says here holds for the life of the
    process. So it is set first, over whatever stands there, and stays set for processes that this
    one starts. Builds for Windows are asked in a way of their own, once they are loaded.

    It is set here and not when a package is imported: nothing else in the product loads the runtime
    (Chroma would for an embedder of its own, which is never used), and importing changes nothing.
    """
    os.environ[_TELEMETRY_OFF] = "1"
    import onnxruntime  # noqa: PLC0415 - a library is listed without it

    onnxruntime.disable_telemetry_events()
    return onnxruntime


@cache
def load_tokenizer(folder: Path = MODEL_FOLDER) -> Any:  # noqa: ANN401 - tokenizers has no types
    """Read the tokenizer of a folder, once for embedder and verifier; nothing is cut or padded.

    Raises:
        EmbeddingFailed: the file is missing or is not the one that was shipped.
    """
    from tokenizers import Tokenizer  # noqa: PLC0415 - a library is listed without it

    content = _read_checked(folder / TOKENIZER_FILE)
    tokenizer = Tokenizer.from_str(content.decode("utf-8"))
    tokenizer.no_truncation()
    return tokenizer


@dataclass(frozen=True)
class _Model:
    tokenizer: Any
    session: Any

    def embed(self, text: str) -> Vector:
        # An argument of a shell may hold half a character, which the tokenizer refuses.
        readable = text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
        ids = self.tokenizer.encode(readable).ids
        if len(ids) > MAX_TOKENS:
            ids = [*ids[: MAX_TOKENS - 1], ids[-1]]  # the mark of the end stays
        inputs = {"input_ids": np.array([ids], dtype=np.int64)}
        vector: Vector = self.session.run(["vector"], inputs)[0][0]
        return vector


def _load_model(folder: Path) -> _Model:
    """Read and check the files, then hand the bytes that were checked to the runtime."""
    model = _read_checked(folder / MODEL_FILE)
    tokenizer = load_tokenizer(folder)
    runtime = load_onnxruntime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1  # one text is too small to share; texts run side by side
    options.log_severity_level = 3
    session = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return _Model(tokenizer, session)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EmbeddingFailed(f"The embedder's file {path} cannot be read.", RESTORE) from error


def _read_checked(path: Path) -> bytes:
    """Read a file and compare it with the checksum recorded beside it."""
    sums = _read(path.parent / CHECKSUMS).decode("utf-8", "replace").split()
    expected = dict(zip(sums[1::2], sums[::2], strict=False))
    content = _read(path)
    if hashlib.sha256(content).hexdigest() != expected.get(path.name):
        raise EmbeddingFailed(f"The embedder's file {path} is not the one shipped.", RESTORE)
    return content
