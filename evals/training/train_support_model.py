"""Train the embedded verifier's support model: `python -m evals.training.train_support_model`.

Three sets of people's judgements, weighted alike: WiCE claims against the web pages that they cite,
BEGIN answers against the passages that they were given, and symmetric FEVER, where words in common
tell nothing. FRANK summaries are held back from training and help to choose the threshold. The
table of word rarity counts passages.
"""

import argparse
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agent.checks.normalise import stems
from agent.verifiers.cross_encoder import CrossEncoder
from agent.verifiers.features import FEATURES, LOWER_ONLY
from agent.verifiers.model import FOLDER, MODEL_FILE, RARITY_FILE, load_rarity
from evals.training.logistic import Fitted, Flags, Floats, balanced, balanced_accuracy, fit
from evals.training.support_rows import Measured, measure, read
from retrieval.embedding import MiniLM

TRAINED_ON = ("dev/wice_claim_dev", "dev/begin_dev", "dev/fever_symmetric_dev")
CHOSEN_ON = "dev/frank_val"
COUNTED = {
    "dev/wice_claim_dev": None,
    "dev/begin_dev": None,
    "dev/frank_val": None,
    "train/wice_partial_subclaims": None,
    "train/vitaminc_real": 8_000,
    "train/fever_train": 30_000,
}
"""Sets whose passages make the table of word rarity, with the rows taken."""
VERSION = "rules+fusion/5"
L2 = 0.05
PLATEAU = 11
"""Neighbouring thresholds, a hundredth apart, that are judged together."""
CURVE = (*(n / 20 for n in range(1, 20)), 0.97, 0.99)
"""Thresholds of the risk-retention curve."""
FOLDS = 5
COMMONEST = 20_000
STEP = 0.25
"""Rarities are kept to a quarter of a nat: the table stays small, the coverage does not change."""
NEVER_UP: Flags = np.array([name in LOWER_ONLY for name in FEATURES])


def main() -> None:
    """Count words, measure rows, cross-validate, fit on all, write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with dev/ and train/")
    parser.add_argument("--out", type=Path, default=FOLDER, help="where the two files go")
    options = parser.parse_args()
    write_rarity(options.data, options.out / RARITY_FILE)
    load_rarity.cache_clear()
    rarity = load_rarity(options.out)
    embedder, entailment = MiniLM(), CrossEncoder()
    sets = {
        name: measure(read(options.data / f"{name}.jsonl.gz"), embedder.embed, entailment, rarity)
        for name in (*TRAINED_ON, CHOSEN_ON)
    }
    trained = [sets[name] for name in TRAINED_ON]
    scores = [cross_validated(rows, [r for r in trained if r is not rows]) for rows in trained]
    scores.append(sentence_scores(train(trained), sets[CHOSEN_ON]))
    threshold = best_threshold(list(sets.values()), scores)
    for name, rows, found in zip(sets, sets.values(), scores, strict=True):
        accuracy = balanced_accuracy(labels(rows), found >= threshold)
        print(f"{name:24} n={len(rows):5} balanced accuracy {accuracy:.1f} at {threshold:.2f}")
    print(retention(list(sets.values()), scores))
    write_model(train(trained).fitted, threshold, options.out / MODEL_FILE)


def retention(sets: Sequence[Sequence[Measured]], scores: Sequence[Floats]) -> str:
    """The risk-retention curve as a table of the model card, each set weighing the same.

    Retention is the share of supported rows that are kept, risk the share of rows that are not
    supported among what is kept; once as the sets are, once with as many rows of either class.
    """
    lines = ["threshold  retention  risk  risk at even classes"]
    truth = [labels(rows) for rows in sets]
    for threshold in CURVE:
        kept = [found >= threshold for found in scores]
        pairs = list(zip(truth, kept, strict=True))
        right = [k[t].mean() for t, k in pairs]
        wrong = [k[~t].mean() for t, k in pairs]
        risks = [(~t[k]).mean() for t, k in pairs if k.any()]
        even = [w / (w + r) for w, r in zip(wrong, right, strict=True) if w + r]
        figures = (100 * float(np.mean(v)) for v in (right, risks, even))
        lines.append(f"{threshold:9.2f}" + "".join(f"{f:11.1f}" for f in figures))
    return "\n".join(lines)


@dataclass(frozen=True)
class Model:
    """A fit on some of the features."""

    fitted: Fitted
    columns: list[int]

    def probabilities(self, features: Floats) -> Floats:
        """P(supported) of units, from all features, shape (units, len(FEATURES))."""
        return self.fitted.probabilities(features[:, self.columns])


def train(sets: Sequence[Sequence[Measured]], names: Sequence[str] = FEATURES) -> Model:
    """Fit on the sentences of all sets, each set and each class weighing the same."""
    rows = [row for one in sets for row in one]
    importance = np.concatenate([balanced(labels(one)) for one in sets])
    columns = [FEATURES.index(name) for name in names]
    seen, never_up = sentences(rows)[:, columns], NEVER_UP[columns]
    return Model(fit(seen, labels(rows), importance, never_up, L2), columns)


def cross_validated(
    rows: Sequence[Measured],
    others: Sequence[Sequence[Measured]],
    names: Sequence[str] = FEATURES,
) -> Floats:
    """Score each row by a model that saw neither it nor any row with the same first passage."""
    fold = np.array([row.row.cluster % FOLDS for row in rows])
    scores = np.zeros(len(rows))
    for n in range(FOLDS):
        model = train([[r for r, f in zip(rows, fold, strict=True) if f != n], *others], names)
        tested = np.flatnonzero(fold == n).tolist()
        scores[tested] = sentence_scores(model, [rows[at] for at in tested])
    return scores


def sentence_scores(model: Model, rows: Sequence[Measured]) -> Floats:
    """Score rows as the verifier does: the lowest of the sentence and its clauses."""
    return np.array([row.scores(model.probabilities(row.features)).min() for row in rows])


def best_threshold(sets: Sequence[Sequence[Measured]], scores: Sequence[Floats]) -> float:
    """Choose the threshold of the highest balanced accuracy, as a mean over all sets.

    Each threshold counts with its neighbours: a plateau carries over to other data, a peak does
    not.
    """
    tried = [n / 100 for n in range(15, 86)]
    means = [
        np.mean(
            [
                balanced_accuracy(labels(rows), s >= threshold)
                for rows, s in zip(sets, scores, strict=True)
            ]
        )
        for threshold in tried
    ]
    level = np.convolve(means, np.ones(PLATEAU) / PLATEAU, mode="valid")
    return tried[int(np.argmax(level)) + PLATEAU // 2]


def sentences(rows: Sequence[Measured]) -> Floats:
    """Features of the whole sentences, shape (rows, features)."""
    return np.array([row.features[0] for row in rows])


def labels(rows: Sequence[Measured]) -> Flags:
    """True where people found the claim supported, shape (rows,)."""
    return np.array([row.row.supported for row in rows])


def write_rarity(data: Path, path: Path) -> None:
    """Count in how many passages each stem occurs; keep the commonest."""
    passages = {
        passage
        for name, limit in COUNTED.items()
        for row in read(data / f"{name}.jsonl.gz", limit)
        for passage in row.evidence
    }
    counts = Counter(stem for passage in passages for stem in set(stems(passage)))
    kept = sorted(counts, key=lambda stem: (-counts[stem], stem))[:COMMONEST]
    table: dict[str, list[str]] = {}
    for stem in sorted(kept):
        rarity = math.log((len(passages) + 1) / (counts[stem] + 0.5))
        table.setdefault(f"{round(rarity / STEP) * STEP:.2f}", []).append(stem)
    unknown = max(float(value) for value in table) + STEP
    found = {
        "unknown": unknown,
        "stems": {value: " ".join(table[value]) for value in sorted(table, key=float)},
    }
    path.write_text(json.dumps(found, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def write_model(model: Fitted, threshold: float, path: Path) -> None:
    """Write the weights with the digits that matter."""
    numbers = zip(FEATURES, model.mean, model.scale, model.weights, strict=True)
    found = {
        "version": VERSION,
        "threshold": threshold,
        "intercept": round(model.intercept, 6),
        "weights": {
            name: {
                "mean": round(float(mean), 6),
                "scale": round(float(scale), 6),
                "weight": round(float(weight), 6),
            }
            for name, mean, scale, weight in numbers
        },
    }
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
