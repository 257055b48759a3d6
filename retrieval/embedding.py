"""The embedded embedder: all-MiniLM-L6-v2 in eight-bit integers, on the processor, offline."""

import hashlib
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.errors import EmbeddingFailed
from retrieval.ports import Vectors
from retrieval.runtime import onnxruntime

MODEL_FOLDER = Path(__file__).with_name("models") / "all-MiniLM-L6-v2"
MODEL_FILE = "model.int8.onnx"
TOKENIZER_FILE = "tokenizer.json"
CHECKSUMS = "SHA256SUMS"
MAX_CHARACTERS = 16_384
"""Far beyond the 256 tokens that the model reads; spares the tokenizer a book."""
RESTORE = "Restore it: reinstall Verdict Desk, or check the file out again."


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
        self._loaded: _Model | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts`; shape (len(texts), 384), float32, unit length.

        Raises:
            EmbeddingFailed: the model file is missing or is not the one that was shipped.
        """
        model = self._model()
        if self._threads == 1 or len(texts) < 2:
            rows = [model.vector(text) for text in texts]
        else:
            with ThreadPoolExecutor(min(self._threads, len(texts))) as pool:
                rows = list(pool.map(model.vector, texts))
        return np.array(rows, dtype=np.float32).reshape(len(texts), self.dimension)

    def _model(self) -> "_Model":
        with self._loading:
            if self._loaded is None:
                self._loaded = _load(self._folder)
            return self._loaded


@dataclass(frozen=True)
class _Model:
    tokenizer: Any
    session: Any

    def vector(self, text: str) -> npt.NDArray[np.float32]:
        # An argument of a shell may hold half a character, which the tokenizer refuses.
        readable = text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
        ids = np.array([self.tokenizer.encode(readable).ids], dtype=np.int64)
        vector: npt.NDArray[np.float32] = self.session.run(["vector"], {"input_ids": ids})[0][0]
        return vector


def _load(folder: Path) -> _Model:
    """Read and check the files, then hand the bytes that were checked to the runtime."""
    from tokenizers import Tokenizer  # noqa: PLC0415 - a library is listed without it

    sums = _read(folder / CHECKSUMS).decode("utf-8", "replace").split()
    expected = dict(zip(sums[1::2], sums[::2], strict=False))
    model = _checked(folder / MODEL_FILE, expected)
    tokenizer = _checked(folder / TOKENIZER_FILE, expected)
    runtime = onnxruntime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1  # one text is too small to share; texts run side by side
    options.log_severity_level = 3
    session = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return _Model(Tokenizer.from_str(tokenizer.decode("utf-8")), session)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EmbeddingFailed(f"The embedder's file {path} cannot be read.", RESTORE) from error


def _checked(path: Path, expected: dict[str, str]) -> bytes:
    content = _read(path)
    if hashlib.sha256(content).hexdigest() != expected.get(path.name):
        raise EmbeddingFailed(f"The embedder's file {path} is not the one shipped.", RESTORE)
    return content
