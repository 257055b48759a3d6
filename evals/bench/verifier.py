"""The cross-encoder: pairs of 256 tokens a second, beside what the machine can multiply."""

import os
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
from tokenizers import Tokenizer

from agent.verification.cross_encoder import MAX_TOKENS, CrossEncoder
from evals.bench import corpus
from evals.bench.measure import Ratio, Report, Spread, time_call
from retrieval.embedding import (
    MODEL_FOLDER,
    TOKENIZER_FILE,
    MiniLM,
    load_onnxruntime,
    load_tokenizer,
)
from retrieval.library import Library

MATRIX_SIZE = 1_024
"""Rows and columns of the matrices: far more arithmetic than memory."""
MEASURED_SECONDS = 0.5
"""How long each is measured."""
GIGA = 1e9
_UINT8, _INT8, _INT32 = 2, 3, 6
"""Element types of ONNX (onnx.proto3, TensorProto.DataType)."""
LAYERS, WIDTH, INNER = 6, 384, 1_536
"""Of all-MiniLM-L6-v2 (its config.json)."""
PAIRS = 64
"""Read in one call."""
PAIRS_A_SECOND = "pair/s"


def measure_int8(threads: int) -> float:
    """Billion operations a second of an eight-bit product in onnxruntime, on `threads` cores."""
    runtime = load_onnxruntime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    session = runtime.InferenceSession(build_product(), options, providers=["CPUExecutionProvider"])
    random = np.random.default_rng(0)
    fed = {
        "a": random.integers(0, 255, (MATRIX_SIZE, MATRIX_SIZE), dtype=np.uint8),
        "b": random.integers(-127, 127, (MATRIX_SIZE, MATRIX_SIZE), dtype=np.int8),
    }
    return _measure_rate(lambda: session.run(["y"], fed))


def build_product() -> bytes:
    """The ONNX model y = a b in eight bits (`MatMulInteger`), written field by field.

    Field numbers as in onnx.proto3; the package onnx is not needed for one node.
    """
    node = b"".join(_encode_field(1, name) for name in (b"a", b"b"))
    node += _encode_field(2, b"y") + _encode_field(4, b"MatMulInteger")
    graph = _encode_field(1, node) + _encode_field(2, b"product")
    graph += _encode_field(11, _encode_value(b"a", _UINT8)) + _encode_field(
        11, _encode_value(b"b", _INT8)
    )
    graph += _encode_field(12, _encode_value(b"y", _INT32))
    opset = _encode_field(1, b"") + _encode_number(2, 13)
    return _encode_number(1, 8) + _encode_field(7, graph) + _encode_field(8, opset)


def _encode_value(name: bytes, element: int) -> bytes:
    dimension = _encode_field(1, _encode_number(1, MATRIX_SIZE))
    tensor = _encode_number(1, element) + _encode_field(2, dimension + dimension)
    return _encode_field(1, name) + _encode_field(2, _encode_field(1, tensor))


def _encode_field(number: int, content: bytes) -> bytes:
    return _encode_varint(number << 3 | 2) + _encode_varint(len(content)) + content


def _encode_number(number: int, value: int) -> bytes:
    return _encode_varint(number << 3) + _encode_varint(value)


def _encode_varint(value: int) -> bytes:
    found = b""
    while value > 0x7F:
        found += struct.pack("B", value & 0x7F | 0x80)
        value >>= 7
    return found + struct.pack("B", value)


def _measure_rate(multiply: Callable[[], object]) -> float:
    multiply()
    start, done = perf_counter(), 0
    while (took := perf_counter() - start) < MEASURED_SECONDS:
        multiply()
        done += 1
    return 2 * MATRIX_SIZE**3 * done / took / GIGA


def count_tokens(texts: Sequence[str]) -> list[int]:
    """Tokens of each text as the model reads it, cut where it stops reading."""
    tokenizer = Tokenizer.from_file(str(MODEL_FOLDER / TOKENIZER_FILE))
    return [len(encoded.ids) for encoded in tokenizer.encode_batch(list(texts))]


def count_operations(tokens: int) -> float:
    """Billion operations for one text: its matrix products, two operations a multiplication.

    A layer has four products of width x width, two of width x inner, and two between all tokens.
    """
    a_token = 4 * WIDTH**2 + 2 * WIDTH * INNER + 2 * tokens * WIDTH
    return 2 * LAYERS * tokens * a_token / GIGA


def bench_pairs(folder: Path, runs: int, _: tuple[int, ...]) -> Report:
    """Read pairs that fill the model's 256 tokens; measure the limit between the runs.

    The limit is the rate of eight-bit matrix products in onnxruntime on all cores, divided by the
    products that one such pair needs; everything else that the model does counts as nothing.
    """
    cores = os.cpu_count() or 1
    model = CrossEncoder(threads=cores)
    pairs = _make_pairs(folder)
    model.probabilities(pairs[:2])
    rates, limits = [], []
    for _n in range(runs):
        rates.append(len(pairs) / time_call(lambda: model.probabilities(pairs)))
        limits.append(measure_int8(cores) / count_operations(MAX_TOKENS))
    reached = Spread.of(f"pairs of {MAX_TOKENS} tokens", rates, PAIRS_A_SECOND)
    most = Spread.of("limit: eight-bit products in onnxruntime", limits, PAIRS_A_SECOND)
    return Report(
        benchmark="pairs",
        spreads=(reached, most),
        ratios=(Ratio.of(reached, most),),
        facts={"pairs": len(pairs), "tokens of a pair": MAX_TOKENS, "cores": cores},
    )


def _make_pairs(folder: Path) -> list[tuple[str, str]]:
    """Stretches of the demonstration notes, long enough to be cut, beside 20 words."""
    embedder = MiniLM()
    with Library.open(corpus.build_demonstration(folder, embedder), embedder) as library:
        texts = [passage.text for passages, _ in library.scan() for passage in passages]
    whole = " ".join(texts).split()
    made = []
    for n in range(PAIRS):
        at = n * 97 % (len(whole) - 400)
        made.append((" ".join(whole[at : at + 300]), " ".join(whole[at + 300 : at + 320])))
    tokenizer = load_tokenizer()
    return [pair for pair in made if len(tokenizer.encode(pair[0]).ids) >= MAX_TOKENS]
