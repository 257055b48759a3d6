"""Train the second grader: `python -m evals.training.train_grader --data DIR`.

Boosted trees on measures of words, figures, names and closeness, from labels that the gate's
verifier is not trained on. Prints balanced accuracy by set, from rows (5 folds by first passage)
and from whole sets (each left out once) that the trees did not see, and writes weights and card.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier  # type: ignore[import-untyped]

from evals.grader.features import DOWN, FEATURES, UP, Embed, measure_pairs
from evals.grader.forest import WEIGHTS, Floats, IdfTable, Tree, Weights, dump_weights
from evals.metrics.scores import balanced_accuracy
from evals.training.grader_rows import Row, make_copies, read_passages, read_rows
from evals.training.measure_grader import MADE, SEED, LabelledSet, format_table, write_into_card
from retrieval.embedding import CachedEmbedder, MiniLM

VERSION: Final = "second-grader-2"
SETS: Final = ("fever_dev_slice", "frank_val")
"""Of the labelled sets those with a licence for the labels that the gate was not fitted on."""
MOST: Final = 2_500
"""Rows taken of one set."""
COPIED: Final = SETS
COPIES: Final = 1_400
COUNTED: Final = {"fever_train": 20_000, "multinli_sample": 10_000, "vitaminc_real": 8_000}
"""Sets whose passages, without labels, make the table of word rarity."""
FOLDS: Final = 5
GROWN: Final = {
    "max_iter": 220,
    "learning_rate": 0.06,
    "max_leaf_nodes": 10,
    "min_samples_leaf": 40,
    "l2_regularization": 5.0,
    "early_stopping": False,
    "random_state": SEED,
}
_SIGNS: Final = [(name in UP) - (name in DOWN) for name in FEATURES]


def main(typed: Sequence[str] | None = None) -> None:
    """Count words, measure rows, cross-validate, fit on all, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with dev/ and train/")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="file of the weights")
    options = parser.parse_args(typed)
    folder: Path = options.data
    rarity = IdfTable.count(
        passage
        for name, most in COUNTED.items()
        for passage in read_passages(folder / "train" / f"{name}.jsonl.gz", most)
    )
    sets = _read_sets(folder / "dev", CachedEmbedder(MiniLM(), 60_000).embed, rarity)
    unseen = score_folds(sets)
    threshold = choose_threshold(sets, unseen)
    card = format_table(sets, unseen, score_left_out(sets), threshold)
    print(card)
    trees, base = export_trees(fit_trees(sets))
    weights = Weights(
        version=VERSION, threshold=threshold, features=FEATURES, base=base, trees=trees,
        unknown=rarity.unknown, rarity=rarity.group_by_value(),
    )  # fmt: skip
    options.out.write_text(dump_weights(weights), encoding="utf-8")
    write_into_card(options.out.with_name("README.md"), card)


def _read_sets(folder: Path, embed: Embed, rarity: IdfTable) -> list[LabelledSet]:
    rows = {name: read_rows(folder / f"{name}.jsonl.gz") for name in {*SETS, *COPIED}}
    rows[MADE] = list(make_copies([r for name in COPIED for r in rows[name]], COPIES, SEED))
    return [measure_features(name, rows[name], embed, rarity) for name in (*SETS, MADE)]


def measure_features(name: str, rows: Sequence[Row], embed: Embed, rarity: IdfTable) -> LabelledSet:
    """Measure at most `MOST` rows, drawn by the seed."""
    drawn = np.random.default_rng(SEED).permutation(len(rows))[:MOST]
    picked = [rows[i] for i in sorted(drawn.tolist())]
    found: list[dict[str, float]] = []
    for at in range(0, len(picked), 64):
        block = [(row.claim, row.evidence) for row in picked[at : at + 64]]
        found += measure_pairs(block, embed, rarity)
    seen = np.array([[one[feature] for feature in FEATURES] for one in found])
    true = np.array([row.supported for row in picked])
    return LabelledSet(name, seen, true, [row.cluster for row in picked])


def fit_trees(sets: Sequence[LabelledSet]) -> HistGradientBoostingClassifier:
    """Fit; both classes of a set weigh the same; a set with one class only weighs half."""
    weights = np.concatenate([_row_weights(one) for one in sets])
    model = HistGradientBoostingClassifier(monotonic_cst=_SIGNS, **GROWN)
    seen = np.vstack([one.features for one in sets])
    return model.fit(seen, np.concatenate([one.true for one in sets]), sample_weight=weights)


def score_folds(sets: Sequence[LabelledSet]) -> list[Floats]:
    """Scores of every row by trees that saw no row with the same first passage."""
    places = [np.array([int(c, 16) % FOLDS for c in one.clusters]) for one in sets]
    scores = [np.zeros(len(one.true)) for one in sets]
    for fold in range(FOLDS):
        model = fit_trees([s.select(at != fold) for s, at in zip(sets, places, strict=True)])
        for one, at, score in zip(sets, places, scores, strict=True):
            score[at == fold] = model.predict_proba(one.features[at == fold])[:, 1]
    return scores


def score_left_out(sets: Sequence[LabelledSet]) -> list[Floats]:
    """Scores of every set by trees that saw nothing of it; copies are made from three sets."""
    return [
        fit_trees([other for other in sets if other is not one]).predict_proba(one.features)[:, 1]
        for one in sets
    ]


def choose_threshold(sets: Sequence[LabelledSet], scores: Sequence[Floats]) -> float:
    """The threshold with the best mean balanced accuracy over the sets that have both classes."""
    both = [(s.true, p) for s, p in zip(sets, scores, strict=True) if 0 < s.true.mean() < 1]

    def mean(threshold: float) -> float:
        return sum(balanced_accuracy(list(t), list(p), threshold) or 0.0 for t, p in both)

    return max((n / 100 for n in range(30, 71)), key=mean)


def export_trees(model: HistGradientBoostingClassifier) -> tuple[tuple[Tree, ...], float]:
    """The trees in our own form, and the log odds before the first."""
    return (
        tuple(_export_tree(stage[0].nodes) for stage in model._predictors),  # noqa: SLF001
        round(float(model._baseline_prediction[0, 0]), 6),  # noqa: SLF001
    )


def _export_tree(nodes: npt.NDArray[np.void]) -> Tree:
    """The thresholds are whole: many are values of the data, and a rounded one parts them anew."""
    own, leaf = np.arange(len(nodes)), nodes["is_leaf"].astype(bool)
    return Tree(
        feature=tuple(np.where(leaf, 0, nodes["feature_idx"]).tolist()),
        threshold=tuple(np.where(leaf, 0.0, nodes["num_threshold"]).tolist()),
        left=tuple(np.where(leaf, own, nodes["left"]).tolist()),
        right=tuple(np.where(leaf, own, nodes["right"]).tolist()),
        value=tuple(np.where(leaf, nodes["value"], 0.0).round(5).tolist()),
    )


def _row_weights(one: LabelledSet) -> Floats:
    share = np.where(one.true, one.true.mean(), 1 - one.true.mean())
    return np.asarray(0.5 / share)


if __name__ == "__main__":
    main()
