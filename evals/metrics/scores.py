"""Scores and rankings: classes, calibration, abstention, and what was found how early."""

import math
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from agent.types import Value
from evals.metrics.types import Score

Scores = Sequence[float | None]
Labels = Sequence[bool]
BINS = 10


class Confusion(Value):
    """Counts at one threshold; rows whose score is None are `unscored`."""

    true_positives: int
    false_positives: int
    true_negatives: int
    false_negatives: int
    unscored: int = 0

    @property
    def precision(self) -> float | None:
        return _share(self.true_positives, self.false_positives)

    @property
    def recall(self) -> float | None:
        return _share(self.true_positives, self.false_negatives)

    @property
    def specificity(self) -> float | None:
        return _share(self.true_negatives, self.false_positives)


def confusion(labels: Labels, scores: Scores, threshold: float) -> Confusion:
    """Count the four outcomes; positive is a score at or above the threshold.

    Args:
        labels: shape (n,), true for the positive class.
        scores: shape (n,), higher is more positive; None is not scored.
        threshold: on the scale of the scores.
    """
    truth, values, unscored = _drop_unscored(labels, scores)
    said = values >= threshold
    return Confusion(
        true_positives=int((said & truth).sum()),
        false_positives=int((said & ~truth).sum()),
        true_negatives=int((~said & ~truth).sum()),
        false_negatives=int((~said & truth).sum()),
        unscored=unscored,
    )


def balanced_accuracy(labels: Labels, scores: Scores, threshold: float) -> float | None:
    """(TPR + TNR) / 2; None where one of the classes is missing.

    Source: Brodersen et al. 2010; the metric of LLM-AggreFact (arXiv 2404.10774).
    """
    counts = confusion(labels, scores, threshold)
    if counts.recall is None or counts.specificity is None:
        return None
    return (counts.recall + counts.specificity) / 2


def f1_at(labels: Labels, scores: Scores, threshold: float) -> float | None:
    """2 TP / (2 TP + FP + FN); None where nothing is positive and nothing was called so."""
    c = confusion(labels, scores, threshold)
    return _share(2 * c.true_positives, c.false_positives + c.false_negatives)


def auc(labels: Labels, scores: Scores) -> float | None:
    """Area under the ROC curve: P(a positive scores higher than a negative), ties count half.

    (R+ - n+ (n+ + 1) / 2) / (n+ n-), R+ the sum of the mid-ranks of the positives; None where
    one of the classes is missing. Source: Hanley and McNeil 1982.
    """
    truth, values, _ = _drop_unscored(labels, scores)
    positive = int(truth.sum())
    pairs = positive * (len(truth) - positive)
    if not pairs:
        return None
    ranks = float(np.sum(rankdata(values)[truth]))
    return (ranks - positive * (positive + 1) / 2) / pairs


def _drop_unscored(
    labels: Labels, scores: Scores
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64], int]:
    rows = [(y, s) for y, s in zip(labels, scores, strict=True) if s is not None]
    truth = np.array([y for y, _ in rows], dtype=bool)
    return truth, np.array([s for _, s in rows], dtype=float), len(labels) - len(rows)


def _share(part: int, rest: int) -> float | None:
    return part / (part + rest) if part + rest else None


class Bin(Value):
    """One bar of a reliability plot: probabilities in [low, high), the last closed."""

    low: float
    high: float
    n: int
    confidence: float | None
    """Mean probability in the bin; None where it is empty."""
    accuracy: float | None
    """Share of positives in the bin; None where it is empty."""


def reliability_bins(
    probabilities: Sequence[float], labels: Sequence[bool], bins: int = BINS
) -> tuple[Bin, ...]:
    """Compare mean probability with the share of positives in bins of equal width.

    Args:
        probabilities: shape (n,), P(positive) in [0, 1].
        labels: shape (n,), true for the positive class.
        bins: how many.

    Raises:
        ValueError: a probability outside [0, 1], or lengths that differ.
    """
    given = _check_probabilities(probabilities, labels)
    truth = np.array(labels, dtype=float)
    place = np.minimum((given * bins).astype(int), bins - 1)
    found = []
    for i in range(bins):
        inside = place == i
        n = int(inside.sum())
        found.append(
            Bin(
                low=i / bins,
                high=(i + 1) / bins,
                n=n,
                confidence=float(given[inside].mean()) if n else None,
                accuracy=float(truth[inside].mean()) if n else None,
            )
        )
    return tuple(found)


def ece(probabilities: Sequence[float], labels: Sequence[bool], bins: int = BINS) -> float | None:
    """Expected calibration error: sum_b (n_b / n) |accuracy_b - confidence_b|; None for n = 0.

    Of P(positive) over both classes. It grows with fewer rows and depends on the bins: compare
    like with like. Source: Naeini et al. 2015; Guo et al. 2017 (arXiv 1706.04599).
    """
    found = reliability_bins(probabilities, labels, bins)
    gaps = (
        b.n * abs(b.accuracy - b.confidence)
        for b in found
        if b.accuracy is not None and b.confidence is not None
    )
    return sum(gaps) / len(labels) if labels else None


def brier(probabilities: Sequence[float], labels: Sequence[bool]) -> float | None:
    """Mean of (p - y)^2, in [0, 1]; None for n = 0. Source: Brier 1950."""
    given = _check_probabilities(probabilities, labels)
    return float(np.mean((given - np.array(labels, dtype=float)) ** 2)) if labels else None


def _check_probabilities(
    probabilities: Sequence[float], labels: Sequence[bool]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    given = np.array(probabilities, dtype=float)
    if len(given) != len(labels):
        raise ValueError(f"{len(given)} probabilities for {len(labels)} labels: give one for each.")
    if not np.all((given >= 0) & (given <= 1)):
        raise ValueError("A probability lies outside [0, 1]: map the score to one first.")
    return given


class RetentionPoint(Value):
    """What a gate keeps at one threshold."""

    threshold: float
    retention: float
    """Kept / all; the coverage."""
    precision: float
    """Right ones among the kept; 1 - precision is the selective risk."""
    n: int
    """Kept."""


def retention_curve(
    scores: Sequence[float], right: Sequence[bool | None]
) -> tuple[RetentionPoint, ...]:
    """Precision and retention at every threshold, the strictest first.

    One point for each distinct score, so equal scores are kept or dropped together. Rows whose
    truth is None are left out. Source: El-Yaniv and Wiener 2010 (risk and coverage).
    """
    rows = _rank_rows(scores, right)
    points: list[RetentionPoint] = []
    kept = good = 0
    for threshold, group in groupby(rows, key=lambda row: row[0]):
        marks = [r for _, r in group]
        kept += len(marks)
        good += sum(marks)
        points.append(
            RetentionPoint(
                threshold=threshold, retention=kept / len(rows), precision=good / kept, n=kept
            )
        )
    return tuple(points)


def aurc(scores: Sequence[float], right: Sequence[bool | None]) -> float | None:
    """Area under the risk-coverage curve: (1/n) sum_{k=1..n} risk of the k highest scores.

    Lower is better; 0 where nothing is wrong, the error rate in expectation for random scores.
    Equal scores get the mean over their orders, so the order of rows changes nothing. None for
    no rows. Source: Geifman and El-Yaniv 2017 (arXiv 1705.08500).
    """
    rows = _rank_rows(scores, right)
    wrong, total, seen = 0.0, 0.0, 0
    for _, group in groupby(rows, key=lambda row: row[0]):
        marks = [r for _, r in group]
        rate = 1 - sum(marks) / len(marks)
        for _ in marks:
            seen += 1
            wrong += rate
            total += wrong / seen
    return total / seen if seen else None


def over_rejection(true: Sequence[bool | None], kept: Sequence[bool]) -> Score:
    """True sentences that the gate threw out / true sentences. Lower is better.

    Sentences whose truth is None are counted as unscored.
    """
    pairs = zip(true, kept, strict=True)
    return Score.of(None if t is None else float(not k) for t, k in pairs if t is not False)


def _rank_rows(scores: Sequence[float], right: Sequence[bool | None]) -> list[tuple[float, bool]]:
    rows = [(s, r) for s, r in zip(scores, right, strict=True) if r is not None]
    return sorted(rows, key=lambda row: -row[0])


def ndcg_at_k(ranked: Sequence[str], gains: Mapping[str, float], k: int = 10) -> float | None:
    """Discounted gain of the first k over the best possible: DCG@k / IDCG@k.

    DCG@k = sum_{i<=k} gain_i / log2(i + 1), gains linear, as trec_eval's ndcg_cut. The ideal is
    taken over all relevant documents, found or not. Source: Jarvelin and Kekalainen 2002.

    Args:
        ranked: ids, best first; an id given twice counts at its first place and takes up none
            after that.
        gains: relevance by id, none negative; ids that are not there gain 0.
        k: depth.

    Returns:
        A share in [0, 1]; None where nothing is relevant.
    """
    found = [gains.get(name, 0.0) for name in _drop_repeats(ranked)[:k]]
    ideal = _dcg(sorted(gains.values(), reverse=True)[:k])
    return _dcg(found) / ideal if ideal else None


def recall_at_k(ranked: Sequence[str], relevant: Collection[str], k: int) -> float | None:
    """Relevant ids among the first k / relevant ids; None where nothing is relevant."""
    wanted = set(relevant)
    return len(wanted & set(_drop_repeats(ranked)[:k])) / len(wanted) if wanted else None


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str]) -> float | None:
    """1 / rank of the first relevant id, 0 where none is found; its mean over queries is MRR.

    None where nothing is relevant. Source: Voorhees, TREC-8 question answering track (1999).
    """
    if not relevant:
        return None
    return next((1 / i for i, name in enumerate(_drop_repeats(ranked), 1) if name in relevant), 0.0)


def _drop_repeats(ranked: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(ranked))


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))
