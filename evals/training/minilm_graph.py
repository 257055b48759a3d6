"""all-MiniLM-L6-v2 as a quantised ONNX graph, written node by node.

A BERT encoder (arXiv 1810.04805) of 6 layers, width 384, 12 heads, then mean pooling and unit
length. One text per run: the graph has no padding and no mask, so a text's vector never depends
on the texts beside it. Nodes outside the ONNX standard are onnxruntime's own
(`com.microsoft`): they quantise the activations on the way and fuse bias and attention.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Weights = Mapping[str, npt.NDArray[np.float32]]

LAYERS, HEADS, WIDTH, MAX_TOKENS = 6, 12, 384, 256
EPSILON = 1e-12  # config.json of the original
WEIGHT_MAX = 63
"""Seven bits: 2 * 255 * 63 fits in 16, so processors without VNNI do not saturate."""
EMBEDDING_MAX = 127
FUSED = "com.microsoft"


class Graph:
    """Nodes and constants in the making; a value is known by its name."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, operator: str, inputs: list[str], output: str, **attributes: object) -> str:
        """Add a node with one output; return the output's name."""
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def quantise(self, value: str) -> tuple[str, str, str]:
        """Names of (values, scale, zero point) of `value` as unsigned bytes."""
        outputs = (f"{value}.u8", f"{value}.scale", f"{value}.zero")
        self.nodes.append(helper.make_node("DynamicQuantizeLinear", [value], list(outputs)))
        return outputs


def build_graph(weights: Weights) -> onnx.ModelProto:
    """Build the graph `input_ids` (1, tokens) int64 -> `vector` (1, 384) float32, unit length."""
    graph = Graph()
    hidden = add_encoder(graph, weights)
    pooled = graph.node("ReduceMean", [hidden, "one"], "mean", keepdims=0)
    graph.node("LpNormalization", [pooled], "vector", axis=-1, p=2)
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "tokens"])
    vector = helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, WIDTH])
    return helper.make_model(
        helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", [ids], [vector], graph.constants),
        opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid(FUSED, 1)],
        ir_version=9,
        producer_name="verdict-desk",
    )


def add_encoder(graph: Graph, weights: Weights, types: str = "", kept: str = "") -> str:
    """Add the layers over `input_ids`; return the name of the hidden states (1, tokens, 384).

    Args:
        graph: what has been made so far.
        weights: those of the BERT encoder, by their PyTorch names.
        types: name of the token types, (1, tokens) int64; without them all are 0.
        kept: name of the places, (kept,) int64, whose last states are wanted, by default all.
    """
    hidden = _embeddings(graph, weights, types)
    for layer in range(LAYERS - 1):
        hidden = _layer(graph, weights, hidden, f"encoder.layer.{layer}")
    return _layer(graph, weights, hidden, f"encoder.layer.{LAYERS - 1}", kept)


def _embeddings(graph: Graph, weights: Weights, types: str) -> str:
    """Word + position + token type, normalised; words as bytes, one scale each."""
    words = weights["embeddings.word_embeddings.weight"]
    scales = np.maximum(np.abs(words).max(axis=1, keepdims=True), 1e-9) / EMBEDDING_MAX
    graph.constant("words", np.rint(words / scales).astype(np.int8))
    graph.constant("words.scale", scales.astype(np.float32))
    positions = weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
    graph.constant("positions", positions + weights["embeddings.token_type_embeddings.weight"][0])
    graph.constant("zero", np.array([0], np.int64))
    graph.constant("one", np.array([1], np.int64))
    graph.node("Gather", ["words", "input_ids"], "word.i8")
    graph.node("Cast", ["word.i8"], "word.unscaled", to=TensorProto.FLOAT)
    graph.node("Gather", ["words.scale", "input_ids"], "word.scale")
    graph.node("Mul", ["word.unscaled", "word.scale"], "word")
    graph.node("Shape", ["input_ids"], "tokens", start=1, end=2)
    graph.node("Slice", ["positions", "zero", "tokens"], "position")
    embedded = graph.node("Add", ["word", "position"], "embedded")
    if types:
        first, second = weights["embeddings.token_type_embeddings.weight"]
        graph.constant("type.step", second - first)
        graph.constant("last", np.array([-1], np.int64))
        graph.node("Cast", [types], "type.float", to=TensorProto.FLOAT)
        graph.node("Unsqueeze", ["type.float", "last"], "type.column")
        graph.node("Mul", ["type.column", "type.step"], "type")
        embedded = graph.node("Add", ["embedded", "type"], "typed")
    return _norm(graph, weights, embedded, "embeddings.LayerNorm")


def _layer(graph: Graph, weights: Weights, hidden: str, name: str, kept: str = "") -> str:
    """Self-attention and feed-forward, each added to its input and normalised.

    Every place is attended to; with `kept` only those places attend and go on.
    """
    shared = graph.quantise(hidden)
    asking = shared
    if kept:
        few = graph.node("Gather", [shared[0], kept], f"{name}.kept.u8", axis=1)
        asking = (few, *shared[1:])
        hidden = graph.node("Gather", [hidden, kept], f"{name}.kept", axis=1)
    heads = [
        _linear(graph, weights, f"{name}.attention.self.{part}", quantised=values)
        for part, values in (("query", asking), ("key", shared), ("value", shared))
    ]
    graph.node("MultiHeadAttention", heads, f"{name}.heads", domain=FUSED, num_heads=HEADS)
    attended = _linear(graph, weights, f"{name}.attention.output.dense", value=f"{name}.heads")
    graph.node("Add", [attended, hidden], f"{name}.attended")
    middle = _norm(graph, weights, f"{name}.attended", f"{name}.attention.output.LayerNorm")
    dense = f"{name}.intermediate.dense"
    wide = _linear(graph, weights, dense, value=middle, bias=False)
    graph.constant(f"{dense}.bias", weights[f"{dense}.bias"])
    graph.node("BiasGelu", [wide, f"{dense}.bias"], f"{name}.gelu", domain=FUSED)
    narrow = _linear(graph, weights, f"{name}.output.dense", value=f"{name}.gelu")
    graph.node("Add", [narrow, middle], f"{name}.sum")
    return _norm(graph, weights, f"{name}.sum", f"{name}.output.LayerNorm")


def _linear(  # noqa: PLR0913 - the two ways of quantising an input share everything else
    graph: Graph,
    weights: Weights,
    name: str,
    *,
    value: str = "",
    quantised: tuple[str, str, str] | None = None,
    bias: bool = True,
) -> str:
    """`value @ weight + bias` in integers; a weight column has its own scale (per channel)."""
    weight = weights[f"{name}.weight"].T
    scale = np.abs(weight).max(axis=0) / WEIGHT_MAX
    bytes_ = graph.constant(f"{name}.i8", np.rint(weight / scale).astype(np.int8))
    scales = graph.constant(f"{name}.scale", scale.astype(np.float32))
    zeros = graph.constant(f"{name}.zero", np.zeros(weight.shape[1], np.int8))
    added = graph.constant(f"{name}.bias", weights[f"{name}.bias"]) if bias else ""
    if quantised is None:
        inputs = [value, bytes_, scales, zeros, added]
        return graph.node("DynamicQuantizeMatMul", inputs, f"{name}.out", domain=FUSED)
    values, value_scale, value_zero = quantised
    inputs = [values, bytes_, value_scale, scales, value_zero, zeros, added]
    return graph.node("MatMulIntegerToFloat", inputs, f"{name}.out", domain=FUSED)


def _norm(graph: Graph, weights: Weights, value: str, name: str) -> str:
    gain = graph.constant(f"{name}.weight", weights[f"{name}.weight"])
    shift = graph.constant(f"{name}.bias", weights[f"{name}.bias"])
    return graph.node("LayerNormalization", [value, gain, shift], f"{name}.out", epsilon=EPSILON)
