"""How fast this machine multiplies: the most that any model on it could reach."""

import struct
from collections.abc import Callable
from time import perf_counter

import numpy as np

from retrieval.runtime import onnxruntime

SIZE = 1_024
"""Rows and columns of the matrices: far more arithmetic than memory."""
SECONDS = 0.5
"""How long each is measured."""
GIGA = 1e9
_UINT8, _INT8, _INT32 = 2, 3, 6
"""Element types of ONNX (onnx.proto3, TensorProto.DataType)."""


def fp32() -> float:
    """Billion operations a second of a float32 product in numpy, on all cores it uses."""
    random = np.random.default_rng(0)
    left, right = random.random((2, SIZE, SIZE), dtype=np.float32)
    return _rate(lambda: left @ right)


def int8(threads: int) -> float:
    """Billion operations a second of an eight-bit product in onnxruntime, on `threads` cores."""
    runtime = onnxruntime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    session = runtime.InferenceSession(product(), options, providers=["CPUExecutionProvider"])
    random = np.random.default_rng(0)
    fed = {
        "a": random.integers(0, 255, (SIZE, SIZE), dtype=np.uint8),
        "b": random.integers(-127, 127, (SIZE, SIZE), dtype=np.int8),
    }
    return _rate(lambda: session.run(["y"], fed))


def product() -> bytes:
    """The ONNX model y = a b in eight bits (`MatMulInteger`), written field by field.

    Field numbers as in onnx.proto3; the package onnx is not needed for one node.
    """
    node = b"".join(_field(1, name) for name in (b"a", b"b"))
    node += _field(2, b"y") + _field(4, b"MatMulInteger")
    graph = _field(1, node) + _field(2, b"product")
    graph += _field(11, _value(b"a", _UINT8)) + _field(11, _value(b"b", _INT8))
    graph += _field(12, _value(b"y", _INT32))
    opset = _field(1, b"") + _number(2, 13)
    return _number(1, 8) + _field(7, graph) + _field(8, opset)


def _value(name: bytes, element: int) -> bytes:
    dimension = _field(1, _number(1, SIZE))
    tensor = _number(1, element) + _field(2, dimension + dimension)
    return _field(1, name) + _field(2, _field(1, tensor))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    found = b""
    while value > 0x7F:
        found += struct.pack("B", value & 0x7F | 0x80)
        value >>= 7
    return found + struct.pack("B", value)


def _rate(multiply: Callable[[], object]) -> float:
    multiply()
    start, done = perf_counter(), 0
    while (took := perf_counter() - start) < SECONDS:
        multiply()
        done += 1
    return 2 * SIZE**3 * done / took / GIGA
