"""Measure the shipped verifier on held-out sets: `python -m evals.training.measure_support_model`.

One threshold for all sets, chosen on development data; nothing here is fitted. Beside the verifier
stand two baselines with one threshold each, chosen on the same development data.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from agent.verifiers.features import FEATURES
from agent.verifiers.model import SupportModel, load_model, load_rarity
from evals.training.logistic import Flags, Floats, balanced_accuracy, cluster_interval
from evals.training.support_rows import Measured, measure, read
from evals.training.train_support_model import (
    CHOSEN_ON,
    TRAINED_ON,
    best_threshold,
    labels,
    sentences,
)
from retrieval.embedding import MiniLM

HELD_OUT = ("wice_claim_test", "lfqa", "factcheckgpt_stance", "scifact_test", "frank_test")
TRIO = HELD_OUT[:3]
BASELINES = ("coverage", "cosine")


def main() -> None:
    """Print the table of the model card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with dev/ and heldout/")
    folder: Path = parser.parse_args().data
    embedder, model, rarity = MiniLM(), load_model(), load_rarity()
    chosen = [
        measure(read(folder / f"{name}.jsonl.gz"), embedder.embed, rarity)
        for name in (*TRAINED_ON, CHOSEN_ON)
    ]
    thresholds = {
        name: best_threshold(chosen, [feature(rows, name) for rows in chosen]) for name in BASELINES
    }
    print(f"thresholds: verifier {model.threshold}, {thresholds}")
    accuracies: dict[str, list[float]] = {}
    for name in HELD_OUT:
        path = folder / "heldout" / f"{name}.jsonl.gz"
        rows = measure(read(path), embedder.embed, rarity)
        for what, scores, threshold in columns(rows, model, thresholds):
            accuracies.setdefault(what, []).append(report(name, what, rows, scores >= threshold))
    for what, found in accuracies.items():
        print(f"mean of {', '.join(TRIO)}: {what} {np.mean(found[: len(TRIO)]):.1f}")


def columns(
    rows: Sequence[Measured], model: SupportModel, thresholds: Mapping[str, float]
) -> list[tuple[str, Floats, float]]:
    """Give each system's name, scores and threshold."""
    alone = np.array([probabilities(row, model)[0] for row in rows])
    ruled = np.array([row.scores(probabilities(row, model)).min() for row in rows])
    return [
        ("verifier", ruled, model.threshold),
        ("model without vetoes and clauses", alone, model.threshold),
        *((f"{name} only", feature(rows, name), thresholds[name]) for name in BASELINES),
    ]


def report(name: str, what: str, rows: Sequence[Measured], predicted: Flags) -> float:
    """Print one line: balanced accuracy with its interval, and how often "supported" is right."""
    truth = labels(rows)
    clusters = np.array([row.row.cluster for row in rows])
    accuracy = balanced_accuracy(truth, predicted)
    low, high = cluster_interval(truth, predicted, clusters)
    right = 100 * truth[predicted].mean() if predicted.any() else 0.0
    print(
        f"{name:22} {what:34} n={len(rows):5} clusters={len(np.unique(clusters)):5}"
        f" balanced accuracy {accuracy:.1f} [{low:.1f}, {high:.1f}]"
        f" says supported {100 * predicted.mean():.0f} %, right {right:.0f} %",
        flush=True,
    )
    return accuracy


def feature(rows: Sequence[Measured], name: str) -> Floats:
    """One feature of the whole sentences, shape (rows,)."""
    return np.asarray(sentences(rows)[:, FEATURES.index(name)])


def probabilities(row: Measured, model: SupportModel) -> Floats:
    """P(supported) of each unit of a row by the shipped model."""
    named = (dict(zip(FEATURES, unit, strict=True)) for unit in row.features.tolist())
    return np.array([model.probability(unit) for unit in named])


if __name__ == "__main__":
    main()
