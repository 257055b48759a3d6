"""The embedded NLI model: its scores, calibrated and remembered."""

import hashlib
import math
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from agent.ports import NliModel, Probabilities
from retrieval.embedding import CHECKSUMS, RESTORE, load_onnxruntime, load_tokenizer
from retrieval.errors import EmbeddingFailed

THRESHOLD = 0.56
"""P(supported) from which a sentence stands, for the page, `check` and `verdict judge` alike."""
SLOPE, OFFSET = 0.4193, -0.1354
"""Platt scaling (1999) of the judge's log odds, fitted on unseen written rows, each class weighing
the same; its error is in the model card."""


def calibrated(probability: float) -> float:
    """P(supported) in (0, 1) of a window whose support the judge gives as `probability`."""
    p = min(max(probability, 1e-6), 1 - 1e-6)
    return 1 / (1 + math.exp(-(SLOPE * math.log(p / (1 - p)) + OFFSET)))


MODEL_FOLDER = Path(__file__).parent / "models" / "cross-encoder"
MODEL_FILE = "model.int8.onnx"
LABELS = ("supported", "contradicted", "neither")
MAX_TOKENS = 256
MAX_CLAIM_TOKENS = 192
"""A longer claim would leave no room for evidence; it is not read at all rather than in part."""
_MAX_CHARACTERS = 16_384
"""Far beyond what fits into 256 tokens; spares the tokenizer a book."""
_START, _END = 101, 102
"""[CLS] and [SEP] of the BERT vocabulary."""


class CrossEncoder:
    """MiniLM-L6, fine-tuned to three classes over (evidence window, claim): an `NliModel`.

    The model is read at the first call. Pairs are run one by one and in parallel, never padded
    into batches, so a pair's probabilities do not depend on the pairs beside it. Safe to use from
    several threads.
    """

    id = "cross-encoder-int8/5"

    def __init__(self, folder: Path = MODEL_FOLDER, threads: int | None = None) -> None:
        """Take the model in `folder`; use `threads` of them, by default one per processor."""
        self._folder = folder
        self._threads = threads or os.cpu_count() or 1
        self._loading = threading.Lock()
        self._loaded: _Model | None = None

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        """Judge each (window, claim).

        The window is cut at its end where both together are longer than 256 tokens, the claim
        never: one of more than 192 tokens is "neither" for certain.

        Returns:
            Shape (len(pairs), 3), float32, rows in the order of `LABELS` that add up to 1.

        Raises:
            EmbeddingFailed: the model file is missing or is not the one that was shipped.
        """
        model = self._model()
        if self._threads == 1 or len(pairs) < 2:
            rows = [model.score(*pair) for pair in pairs]
        else:
            with ThreadPoolExecutor(min(self._threads, len(pairs))) as pool:
                rows = list(pool.map(lambda pair: model.score(*pair), pairs))
        return np.array(rows, dtype=np.float32).reshape(len(pairs), len(LABELS))

    def _model(self) -> "_Model":
        with self._loading:
            if self._loaded is None:
                self._loaded = _load(self._folder)
            return self._loaded


def joined(window: Sequence[int], claim: Sequence[int]) -> tuple[list[int], int]:
    """Put the token ids of both into one sequence: [CLS] window [SEP] claim [SEP].

    Returns:
        The ids, at most `MAX_TOKENS`, and where the claim begins; from there on the token type
        is 1.
    """
    room = max(MAX_TOKENS - 3 - len(claim), 0)
    ids = [_START, *window[:room], _END]
    return [*ids, *claim, _END], len(ids)


@dataclass(frozen=True)
class _Model:
    tokenizer: Any
    session: Any
    failures: tuple[type[Exception], ...]
    """What the runtime raises, for example when memory is short."""

    def score(self, window: str, claim: str) -> Probabilities:
        said = self._tokens(claim) if len(claim) <= _MAX_CHARACTERS else None
        if said is None or len(said) > MAX_CLAIM_TOKENS:
            return np.array([0, 0, 1], dtype=np.float32)
        ids, start = joined(self._tokens(window[:_MAX_CHARACTERS]), said)
        types = np.zeros((1, len(ids)), dtype=np.int64)
        types[0, start:] = 1
        inputs = {"input_ids": np.array([ids], dtype=np.int64), "token_types": types}
        try:
            probabilities: Probabilities = self.session.run(["probabilities"], inputs)[0][0]
        except self.failures as error:
            raise EmbeddingFailed(
                f"The verifier's model could not be run: {error}.", "Free some memory; try again."
            ) from error
        return probabilities

    def _tokens(self, text: str) -> list[int]:
        # An argument of a shell may hold half a character, which the tokenizer refuses.
        readable = text.encode("utf-8", "replace").decode("utf-8")
        ids: list[int] = self.tokenizer.encode(readable, add_special_tokens=False).ids
        return ids


def _load(folder: Path) -> _Model:
    runtime = load_onnxruntime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1  # one pair is too small to share; pairs run side by side
    options.log_severity_level = 3
    model = _checked(folder, MODEL_FILE)
    session = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    raised = runtime.capi.onnxruntime_pybind11_state
    failures = (raised.Fail, raised.RuntimeException, RuntimeError, MemoryError)
    return _Model(load_tokenizer(), session, failures)  # the embedder's, which this model shares


def _checked(folder: Path, name: str) -> bytes:
    """Read a file and compare it with the checksum recorded beside it."""
    try:
        content = (folder / name).read_bytes()
        sums = (folder / CHECKSUMS).read_text("utf-8", "replace").split()
    except OSError as error:
        raise EmbeddingFailed(
            f"The verifier's file {error.filename} cannot be read.", RESTORE
        ) from error
    expected = dict(zip(sums[1::2], sums[::2], strict=False))
    if hashlib.sha256(content).hexdigest() != expected.get(name):
        raise EmbeddingFailed(
            f"The verifier's file {folder / name} is not the one shipped.", RESTORE
        )
    return content


REMEMBERED = 50_000
"""Pairs kept, least recently used first out: about 30 MB with their texts."""


class CachedNliModel:
    """Any `NliModel`, with recent answers at hand. Safe to use from several threads."""

    def __init__(self, model: NliModel, remembered: int = REMEMBERED) -> None:
        self._model, self._remembered = model, remembered
        self._known: OrderedDict[tuple[str, str], Probabilities] = OrderedDict()
        self._lock = Lock()

    @property
    def id(self) -> str:
        return self._model.id

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        """See `NliModel.probabilities`; only pairs not seen lately are computed."""
        with self._lock:
            found = {pair: self._known[pair] for pair in pairs if pair in self._known}
        new = [pair for pair in dict.fromkeys(pairs) if pair not in found]
        if new:
            # A row of a table would keep all of it for as long as it is remembered.
            found |= zip(new, map(np.copy, self._model.probabilities(new)), strict=True)
        with self._lock:
            for pair in found:
                self._known[pair] = found[pair]
                self._known.move_to_end(pair)
            while len(self._known) > self._remembered:
                self._known.popitem(last=False)
        return np.array([found[pair] for pair in pairs], dtype=np.float32).reshape(-1, 3)
