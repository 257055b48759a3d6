"""Real development sets for the verifier: windows of their evidence, and what is measured."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from evals.training.verifier.examples import find_words, read_rows
from retrieval.sentences import split_sentences

SETS = (
    *("wice_claim_dev_oracle", "healthver_dev", "fever_symmetric_dev", "begin_dev"),
    *("citint_dev", "covidfact_dev", "frank_val"),
)
_WORDS = 110
"""Words in a window, about 160 tokens."""
_WINDOWS = 2

Judge = Callable[[Sequence[tuple[str, str]]], npt.NDArray[np.float32]]
"""Pairs of (window, claim) to probabilities, shape (pairs, 3), supported first."""


@dataclass(frozen=True)
class Case:
    """A labelled claim with the windows of its evidence that come nearest."""

    claim: str
    windows: tuple[str, ...]
    supported: bool


@dataclass(frozen=True)
class Score:
    """What a judge reaches on one set.

    Attributes:
        n: rows.
        at_half: balanced accuracy with the threshold 0.5.
        best: balanced accuracy with the best threshold.
        threshold: that threshold.
        auc: area under the receiver operating characteristic.
    """

    n: int
    at_half: float
    best: float
    threshold: float
    auc: float


def draw_cases(folder: Path, rows: int) -> dict[str, list[Case]]:
    """Draw up to `rows` cases of each set from `folder`/NAME.jsonl.gz, always the same ones."""
    drawn = {}
    for name in SETS:
        read = read_rows(folder / f"{name}.jsonl.gz")
        chosen = random.Random(name).sample(read, min(rows, len(read)))
        drawn[name] = [
            Case(
                row["claim"],
                tuple(nearest_windows(row["evidence"], row["claim"])),
                row["label"] == "supported",
            )
            for row in chosen
        ]
    return drawn


def nearest_windows(evidence: Sequence[str], claim: str) -> list[str]:
    """Give the sentence-aligned windows that share most words with the claim."""
    wanted = set(find_words(claim))
    made = [window for passage in evidence for window in _split_windows(passage)]
    if sum(len(passage.split()) for passage in evidence) <= _WORDS:
        return [" ".join(evidence)]
    return sorted(made, key=lambda window: -len(wanted.intersection(find_words(window))))[:_WINDOWS]


def _split_windows(passage: str) -> Iterator[str]:
    """Windows of whole sentences, each starting where the one before was half over."""
    pieces = [passage[start:end] for start, end in split_sentences(passage)]
    lengths = [len(piece.split()) for piece in pieces]
    start = 0
    while start < len(pieces):
        end, total = start + 1, lengths[start]
        while end < len(pieces) and total + lengths[end] <= _WORDS:
            total += lengths[end]
            end += 1
        yield " ".join(pieces[start:end])
        if end == len(pieces):
            return
        start = max(start + 1, (start + end) // 2)


def judge_support(judge: Judge, chosen: Sequence[Case]) -> npt.NDArray[np.float32]:
    """P(supported) of each case: the highest of its windows."""
    pairs = [(window, case.claim) for case in chosen for window in case.windows]
    found = iter(judge(pairs)[:, 0].tolist())
    return np.array(
        [max([next(found) for _ in case.windows], default=0.0) for case in chosen], np.float32
    )


def score_cases(scores: npt.NDArray[np.float32], chosen: Sequence[Case]) -> Score:
    """Compare P(supported) with the labels."""
    truth = np.array([case.supported for case in chosen])
    balanced = {t: _balanced_accuracy(scores >= t, truth) for t in np.unique(scores).tolist()}
    best = max(balanced, key=lambda t: balanced[t])
    half = _balanced_accuracy(scores >= 0.5, truth)
    return Score(len(chosen), half, balanced[best], best, _auc(scores, truth))


def format_scores(results: dict[str, Score]) -> str:
    """A table of the sets and their mean."""
    lines = [
        f"{name:24} n {s.n:5}  at 0.5 {s.at_half:.3f}  best {s.best:.3f} "
        f"(t {s.threshold:.2f})  auc {s.auc:.3f}"
        for name, s in results.items()
    ]
    means = [float(np.mean([getattr(s, f) for s in results.values()])) for f in _MEANS]
    at_half, best, auc = means
    lines.append(f"{'mean':33}  at 0.5 {at_half:.3f}  best {best:.3f}           auc {auc:.3f}")
    return "\n".join(lines)


_MEANS = ("at_half", "best", "auc")


def _balanced_accuracy(said: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> float:
    return float((said[truth].mean() + (~said[~truth]).mean()) / 2)


def _auc(scores: npt.NDArray[np.float32], truth: npt.NDArray[np.bool_]) -> float:
    """Share of (supported, other) pairs in the right order; a tie counts half."""
    apart = scores[truth][:, None] - scores[~truth][None, :]
    return float((apart > 0).mean() + (apart == 0).mean() / 2)
