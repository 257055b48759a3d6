"""How close the shipped embedder is to the original in full precision, in PyTorch."""

import gzip
import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoTokenizer, BertModel

from retrieval.embedding import MiniLM
from retrieval.ports import Vectors

SENTENCES = 1000
CUTOFF = 10


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


def measure(original: Original, shipped: MiniLM, data: Path) -> dict[str, Any]:
    """Measure cosine over 1,000 sentences of `data/dev`, nDCG@10 on the SciFact claims.

    `data/dev/*.jsonl.gz` rows have a `claim`; `data/claims` holds `scifact_test.jsonl.gz`
    (`claim`, `evidence[].doc_id`) and `corpus_scifact_test.jsonl.gz`
    (`doc_id`, `title`, `text`).
    """
    texts = _sentences(sorted((data / "dev").glob("*.jsonl.gz")))
    cosines = np.sum(original.embed(texts) * shipped.embed(texts), axis=1)
    claims = data / "claims"
    corpus = list(_rows(claims / "corpus_scifact_test.jsonl.gz"))
    questions = list(_rows(claims / "scifact_test.jsonl.gz"))
    before = _ndcg(original, corpus, questions)
    after = _ndcg(shipped, corpus, questions)
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


def _rows(path: Path) -> Iterator[Any]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _sentences(files: Sequence[Path]) -> list[str]:
    """Take claims from each file in turn, each text once, until there are enough."""
    columns = [(row["claim"] for row in _rows(path)) for path in files]
    rounds = itertools.chain.from_iterable(itertools.zip_longest(*columns))
    distinct = dict.fromkeys(text for text in itertools.islice(rounds, SENTENCES * 4) if text)
    return list(distinct)[:SENTENCES]


def _ndcg(embedder: Original | MiniLM, corpus: Sequence[Any], questions: Sequence[Any]) -> float:
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
