"""The verifier's cross-encoder as a quantised ONNX graph, over the embedder's layers."""

import numpy as np
import onnx
from onnx import TensorProto, helper

from evals.training import minilm_graph
from evals.training.minilm_graph import MAX_TOKENS, Graph, Weights


def build(encoder: Weights, classify: Weights) -> onnx.ModelProto:
    """Build the graph `input_ids`, `token_types` (1, tokens) int64 -> `probabilities` (1, 3).

    Args:
        encoder: weights of the BERT encoder, by their PyTorch names.
        classify: `weight` (3, 1152) and `bias` (3,) over [CLS], mean and maximum of the claim.

    Of the last layer only these places are computed: the states of the evidence go nowhere.
    """
    graph = Graph()
    graph.node("Squeeze", ["token_types", "zero"], "types")
    graph.node("NonZero", ["types"], "claim.places")
    graph.node("Squeeze", ["claim.places", "zero"], "claim.at")
    graph.node("Concat", ["zero", "claim.at"], "kept", axis=0)
    hidden = minilm_graph.encoder(graph, encoder, "token_types", "kept")
    graph.constant("end", np.array([MAX_TOKENS], np.int64))
    graph.node("Slice", [hidden, "zero", "one", "one"], "first.token")
    graph.node("Squeeze", ["first.token", "one"], "first")
    graph.node("Slice", [hidden, "one", "end", "one"], "claim")
    graph.node("ReduceMean", ["claim", "one"], "claim.mean", keepdims=0)
    graph.node("ReduceMax", ["claim", "one"], "claim.most", keepdims=0)
    graph.node("Concat", ["first", "claim.mean", "claim.most"], "pooled", axis=-1)
    graph.constant("classify.weight", classify["weight"].T)
    graph.constant("classify.bias", classify["bias"])
    graph.node("Gemm", ["pooled", "classify.weight", "classify.bias"], "logits")
    graph.node("Softmax", ["logits"], "probabilities", axis=-1)
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, [1, "tokens"])
        for name in ("input_ids", "token_types")
    ]
    output = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [1, 3])
    return helper.make_model(
        helper.make_graph(graph.nodes, "verdict-desk-verifier", inputs, [output], graph.constants),
        opset_imports=[
            helper.make_opsetid("", 18),
            helper.make_opsetid(minilm_graph.FUSED, 1),
        ],
        ir_version=9,
        producer_name="verdict-desk",
    )
