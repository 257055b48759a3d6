r"""Write the trained cross-encoder as int8 ONNX and measure what the integers cost.

Needs the extra `training`; see `train`. Of several checkpoints the weights are averaged (model
soup, Wortsman et al., 2022).

    python -m evals.training.verifier.export CHECKPOINT ... --data DATA \
        --weights WEIGHTS --draft DIR --out DIR
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper

from agent.verification.cross_encoder import MODEL_FILE, CrossEncoder
from evals.training import minilm_graph
from evals.training.minilm_graph import MAX_TOKENS, Graph, Weights
from evals.training.verifier import dev
from evals.training.verifier.model import TorchJudge, Verifier
from evals.training.verifier.train import average_checkpoints
from retrieval.embedding import CHECKSUMS, load_tokenizer

ALLOWED_LOSS = 0.003
"""Of balanced accuracy, mean of the development sets at their best thresholds."""


def build_graph(encoder: Weights, classify: Weights) -> onnx.ModelProto:
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
    hidden = minilm_graph.add_encoder(graph, encoder, "token_types", "kept")
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


def main(typed: Sequence[str] | None = None) -> None:
    """Write model and checksums into `--draft`, measure, and only then put them in place."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, required=True, help="folder of dev/")
    parser.add_argument("--weights", type=Path, required=True, help="folder of config.json")
    parser.add_argument("--rows", type=int, default=300, help="rows of each development set")
    parser.add_argument("--draft", type=Path, required=True, help="folder to measure in")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    options = parser.parse_args(typed)
    torch.set_num_threads(2)
    model = Verifier(options.weights)
    model.load_state_dict(average_checkpoints(options.checkpoint))
    write_model(model, options.draft)
    figures = measure_parity(model, options.draft, options.data / "dev", options.rows)
    text = json.dumps(figures, indent=2) + "\n"
    print(text)
    if figures["loss"] > ALLOWED_LOSS:
        raise SystemExit(f"Balanced accuracy fell by more than {ALLOWED_LOSS}: not shipped.")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in (MODEL_FILE, CHECKSUMS):
        (options.out / name).write_bytes((options.draft / name).read_bytes())
    (options.out / "parity.json").write_text(text, encoding="utf-8")


def write_model(model: Verifier, folder: Path) -> None:
    """Write the quantised graph and its checksum; the same bytes for the same weights."""
    graph = build_graph(_to_arrays(model.encoder), _to_arrays(model.classify))
    onnx.checker.check_model(graph)
    content = graph.SerializeToString(deterministic=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MODEL_FILE).write_bytes(content)
    line = f"{hashlib.sha256(content).hexdigest()}  {MODEL_FILE}\n"
    (folder / CHECKSUMS).write_text(line, encoding="utf-8")


def _to_arrays(module: torch.nn.Module) -> dict[str, Any]:
    return {name: value.numpy() for name, value in module.state_dict().items()}


def measure_parity(model: Verifier, folder: Path, data: Path, rows: int) -> dict[str, Any]:
    """Measure both on up to `rows` rows of each development set in `data`."""
    exact, shipped = TorchJudge(model, load_tokenizer()), CrossEncoder(folder).probabilities
    sets: dict[str, Any] = {}
    differences: list[float] = []
    for name, chosen in dev.draw_cases(data, rows).items():
        before, after = (dev.judge_support(judge, chosen) for judge in (exact, shipped))
        differences.append(float(np.abs(before - after).max()))
        sets[name] = {
            side: vars(dev.score_cases(scores, chosen))
            for side, scores in (("float32", before), ("int8", after))
        }
    means = [
        np.mean([part[side]["best"] for part in sets.values()]) for side in ("float32", "int8")
    ]
    return {
        "sets": sets,
        "loss": round(float(means[0] - means[1]), 5),
        "largest_difference_of_probability": round(max(differences), 5),
    }


if __name__ == "__main__":
    main()
