"""Measure the second grader on sets that it never saw.

    python -m evals.training.measure_grader --data DIR [--sets wice_claim_test …] [--rows 800]

DIR holds gzipped JSON lines `{"claim", "evidence": [passage], "label"}`, a file a set. Once for a
finished grader: what is chosen by these figures is no longer held out.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from agent.types import ClaimEvidence, EvidenceSpan
from evals.grader import SecondGrader, load_grader
from evals.training.grader_card import Measured, figures
from evals.training.grader_rows import read

SETS: Final = ("wice_claim_test", "lfqa", "factcheckgpt_stance")


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
        print(_line(name, options.data / f"{name}.jsonl.gz", options.rows, grader), flush=True)


def _line(name: str, path: Path, most: int, grader: SecondGrader) -> str:
    rows = read(path)[:most]
    pairs = [ClaimEvidence(claim=r.claim, evidence=(EvidenceSpan(text=r.evidence),)) for r in rows]
    scores = np.array(grader.supports(pairs))
    true = np.array([row.supported for row in rows])
    found = Measured(name, np.empty((len(rows), 0)), true, [row.cluster for row in rows])
    told = " | ".join(text for text, _ in figures(found, scores, grader.threshold))
    kept = 100 * float((scores >= grader.threshold).mean())
    return f"| {name} | {len(rows)} | {told} | {kept:.0f} |"


if __name__ == "__main__":
    main()
