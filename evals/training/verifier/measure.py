"""What the verifier as shipped reaches on labelled sets: balanced accuracy with intervals.

    python -m evals.training.verifier.measure SET.jsonl.gz ... [--rows N]

"Supported" against all other labels at the one threshold; intervals by bootstrap over rows that
share their first passage. "Judge" is the same without the vetoes of the exact checks.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from agent import bootstrap, checks
from agent.settings import Settings
from agent.types import ClaimEvidence, EvidenceSpan
from agent.verification.embedded import EmbeddedJudge
from evals.training.verifier.examples import Row, read_rows

Flags = npt.NDArray[np.bool_]
_BATCH = 64
_RESAMPLES = 1000


def main(typed: Sequence[str] | None = None) -> None:
    """Print a line for each set and system."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", type=Path, nargs="+", help="rows of claim, evidence and label")
    parser.add_argument("--rows", type=int, help="at most so many of each, from its beginning")
    options = parser.parse_args(typed)
    model = bootstrap.build_nli_model(Settings().threads)
    systems = {
        "verifier": EmbeddedJudge(model),
        "judge": EmbeddedJudge(model, ignored=[c.name for c in checks.check("", ())]),
    }
    for path in options.sets:
        rows = read_rows(path)[: options.rows]
        truth = np.array([row["label"] == "supported" for row in rows])
        for name, system in systems.items():
            said = judge_rows(system, rows)
            low, high = bootstrap_interval(truth, said, [row["evidence"][0] for row in rows])
            kept, caught = said[truth].mean(), (~said)[~truth].mean()
            print(
                f"{path.name.split('.')[0]:<28} {name:<9} n {len(rows):>5}  balanced "
                f"{50 * (kept + caught):.1f} [{low:.1f}, {high:.1f}]  "
                f"kept {100 * kept:.1f}  caught {100 * caught:.1f}",
                flush=True,
            )


def judge_rows(system: EmbeddedJudge, rows: Sequence[Row]) -> Flags:
    """Which rows the system accepts; shape (rows,)."""
    found: list[bool] = []
    for first in range(0, len(rows), _BATCH):
        pairs = [
            ClaimEvidence(
                claim=row["claim"], evidence=tuple(EvidenceSpan(text=t) for t in row["evidence"])
            )
            for row in rows[first : first + _BATCH]
        ]
        found += [verification.accepted for verification in system.verify(pairs)]
    return np.array(found)


def bootstrap_interval(truth: Flags, said: Flags, clusters: Sequence[str]) -> tuple[float, float]:
    """95 % interval of balanced accuracy, in percent, by bootstrap over clusters."""
    random = np.random.default_rng(0)
    _, numbers = np.unique(np.array(clusters), return_inverse=True)
    members = [np.flatnonzero(numbers == n) for n in range(numbers.max() + 1)]
    found = []
    for _ in range(_RESAMPLES):
        drawn = [members[n] for n in random.integers(0, len(members), len(members))]
        rows = np.concatenate(drawn)
        true, held = truth[rows], said[rows]
        if true.any() and not true.all():
            found.append(50 * (held[true].mean() + (~held)[~true].mean()))
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


if __name__ == "__main__":
    main()
