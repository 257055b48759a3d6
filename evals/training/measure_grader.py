"""The second grader's figures, and its measure on sets that it never saw.

    python -m evals.training.measure_grader --data DIR [--sets wice_claim_test …] [--rows 800]

DIR holds gzipped JSON lines `{"claim", "evidence": [passage], "label"}`, a file a set. Once for a
finished grader: what is chosen by these figures is no longer held out.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from agent.types import ClaimEvidence, EvidenceSpan
from evals.grader import SecondGrader, load_grader
from evals.grader.forest import Floats
from evals.metrics.scores import auc, balanced_accuracy
from evals.statistics import bootstrap_clusters
from evals.training.grader_rows import read_rows

Flags = npt.NDArray[np.bool_]

SEED, RESAMPLES = 6, 500
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
MADE: Final = "copies"
"""The set that is made, and in no mean of people's labels."""
SETS: Final = ("wice_claim_test", "lfqa", "factcheckgpt_stance")


@dataclass(frozen=True)
class LabelledSet:
    """A set as numbers: shapes (rows, features), (rows,), (rows,)."""

    name: str
    features: Floats
    true: Flags
    clusters: Sequence[str]

    def select(self, chosen: Flags) -> "LabelledSet":
        kept = [c for c, there in zip(self.clusters, chosen, strict=True) if there]
        return LabelledSet(self.name, self.features[chosen], self.true[chosen], kept)


def write_into_card(path: Path, card: str) -> None:
    """Put the figures into the model card that lies beside the weights, where there is one."""
    if path.is_file():
        head, _, rest = path.read_text("utf-8").partition(BEGIN)
        path.write_text(f"{head}{BEGIN}\n{card}\n{END}{rest.partition(END)[2]}", "utf-8")


def format_table(
    sets: Sequence[LabelledSet], folds: Sequence[Floats], left_out: Sequence[Floats], at: float
) -> str:
    """The figures in percent: with intervals by clusters, and means over people's sets."""
    lines = [
        f"| set, threshold {at:.2f} | rows | rows left out | AUC | set left out | AUC | kept |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    means: list[list[float]] = []
    for one, inside, outside in zip(sets, folds, left_out, strict=True):
        told = [figure for scores in (inside, outside) for figure in measure_set(one, scores, at)]
        kept = 100 * float((inside >= at).mean())
        cells = [text for text, _ in told]
        lines.append(f"| {one.name} | {len(one.true)} | {' | '.join(cells)} | {kept:.0f} |")
        if one.name != MADE:
            means.append([value for _, value in told])
    mean = [f"{value:.1f}" for value in np.mean(means, axis=0)]
    return "\n".join([*lines, f"| **mean of people's labels** | | {' | '.join(mean)} | |"])


def measure_set(one: LabelledSet, scores: Floats, at: float) -> list[tuple[str, float]]:
    """Balanced accuracy with its interval, and area under the curve."""
    groups: dict[str, list[tuple[bool, float]]] = {}
    for cluster, true, score in zip(one.clusters, one.true, scores, strict=True):
        groups.setdefault(cluster, []).append((bool(true), float(score)))
    e = bootstrap_clusters(
        list(groups.values()),
        lambda rows: balanced_accuracy([t for t, _ in rows], [s for _, s in rows], at),
        SEED,
        RESAMPLES,
    )
    value, low, high = (100 * (x or 0.0) for x in (e.value, e.low, e.high))
    area = 100 * (auc(one.true.tolist(), scores.tolist()) or 0.0)
    return [(f"{value:.1f} [{low:.1f}, {high:.1f}]", value), (f"{area:.1f}", area)]


def main(typed: Sequence[str] | None = None) -> None:
    """Print one line a set: rows, balanced accuracy with its interval, area under the curve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--sets", nargs="+", default=SETS, help="names of files")
    parser.add_argument("--rows", type=int, default=800, help="first rows of each (default 800)")
    options = parser.parse_args(typed)
    grader = load_grader()
    print(f"{grader.name}, threshold {grader.threshold:.2f}")
    print("| set | rows | balanced accuracy | AUC | kept |\n| --- | ---: | ---: | ---: | ---: |")
    for name in options.sets:
        print(
            _format_set(name, options.data / f"{name}.jsonl.gz", options.rows, grader), flush=True
        )


def _format_set(name: str, path: Path, most: int, grader: SecondGrader) -> str:
    rows = read_rows(path)[:most]
    pairs = [ClaimEvidence(claim=r.claim, evidence=(EvidenceSpan(text=r.evidence),)) for r in rows]
    scores = np.array(grader.supports(pairs))
    true = np.array([row.supported for row in rows])
    found = LabelledSet(name, np.empty((len(rows), 0)), true, [row.cluster for row in rows])
    told = " | ".join(text for text, _ in measure_set(found, scores, grader.threshold))
    kept = 100 * float((scores >= grader.threshold).mean())
    return f"| {name} | {len(rows)} | {told} | {kept:.0f} |"


if __name__ == "__main__":
    main()
