"""The figures of the second grader, as its card has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from evals.grader.forest import Floats
from evals.metrics.classification import auc, balanced_accuracy
from evals.statistics import bootstrap

Flags = npt.NDArray[np.bool_]

SEED, RESAMPLES = 6, 500
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
MADE: Final = "copies"
"""The set that is made, and in no mean of people's labels."""


@dataclass(frozen=True)
class Measured:
    """A set as numbers: shapes (rows, features), (rows,), (rows,)."""

    name: str
    seen: Floats
    true: Flags
    clusters: Sequence[str]

    def where(self, chosen: Flags) -> "Measured":
        kept = [c for c, there in zip(self.clusters, chosen, strict=True) if there]
        return Measured(self.name, self.seen[chosen], self.true[chosen], kept)


def into_card(path: Path, card: str) -> None:
    """Put the figures into the model card that lies beside the weights, where there is one."""
    if path.is_file():
        head, _, rest = path.read_text("utf-8").partition(BEGIN)
        path.write_text(f"{head}{BEGIN}\n{card}\n{END}{rest.partition(END)[2]}", "utf-8")


def table(
    sets: Sequence[Measured], folds: Sequence[Floats], left_out: Sequence[Floats], at: float
) -> str:
    """The figures in percent: with intervals by clusters, and means over people's sets."""
    lines = [
        f"| set, threshold {at:.2f} | rows | rows left out | AUC | set left out | AUC | kept |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    means: list[list[float]] = []
    for one, inside, outside in zip(sets, folds, left_out, strict=True):
        told = [figure for scores in (inside, outside) for figure in figures(one, scores, at)]
        kept = 100 * float((inside >= at).mean())
        cells = [text for text, _ in told]
        lines.append(f"| {one.name} | {len(one.true)} | {' | '.join(cells)} | {kept:.0f} |")
        if one.name != MADE:
            means.append([value for _, value in told])
    mean = [f"{value:.1f}" for value in np.mean(means, axis=0)]
    return "\n".join([*lines, f"| **mean of people's labels** | | {' | '.join(mean)} | |"])


def figures(one: Measured, scores: Floats, at: float) -> list[tuple[str, float]]:
    """Balanced accuracy with its interval, and area under the curve."""
    groups: dict[str, list[tuple[bool, float]]] = {}
    for cluster, true, score in zip(one.clusters, one.true, scores, strict=True):
        groups.setdefault(cluster, []).append((bool(true), float(score)))
    e = bootstrap(
        list(groups.values()),
        lambda rows: balanced_accuracy([t for t, _ in rows], [s for _, s in rows], at),
        SEED,
        RESAMPLES,
    )
    value, low, high = (100 * (x or 0.0) for x in (e.value, e.low, e.high))
    area = 100 * (auc(one.true.tolist(), scores.tolist()) or 0.0)
    return [(f"{value:.1f} [{low:.1f}, {high:.1f}]", value), (f"{area:.1f}", area)]
