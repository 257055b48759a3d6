"""Published scores give published figures: `python -m evals.metrics.published --data DIR`.

DIR holds `published/wice_claim_outputs.json`: scores of two models on WiCE test claims with labels
and what the authors' own evaluation printed (Kamoi et al. 2023, arXiv 2303.01432).
"""

import argparse
import json
import math
import sys
from pathlib import Path
from typing import Any, Final

from evals.metrics.scores import auc, balanced_accuracy, confusion, f1_at

NAME: Final = "published/wice_claim_outputs.json"
CLOSE: Final = 1e-9

Row = tuple[str, float | None, float]
"""Metric, what is computed here, what was published."""


def recompute_figures(model: dict[str, Any]) -> list[Row]:
    """Compute each figure of a model, at the threshold it was published for."""
    labels = [row["label"] == "supported" for row in model["rows"]]
    scores = [float(row["score"]) for row in model["rows"]]
    published = model["published"]
    f1, balanced = published["f1"], published["balanced_accuracy"]
    counts = confusion(labels, scores, f1["threshold"])
    return [
        ("auc", auc(labels, scores), published["auc"]),
        ("f1", f1_at(labels, scores, f1["threshold"]), f1["f1"]),
        ("precision", counts.precision, f1["precision"]),
        ("recall", counts.recall, f1["recall"]),
        (
            "balanced accuracy",
            balanced_accuracy(labels, scores, balanced["threshold"]),
            balanced["balanced_accuracy"],
        ),
    ]


def main() -> int:
    """Print every figure beside the published one; 1 where one differs, 2 where data is missing."""
    parser = argparse.ArgumentParser(prog="evals.metrics.published", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the published outputs")
    path = parser.parse_args().data / NAME
    if not path.is_file():
        print(f"{path} is not there: give the folder that holds {NAME}.", file=sys.stderr)
        return 2
    models = json.loads(path.read_text("utf-8"))["models"]
    same = True
    for name, model in models.items():
        for metric, ours, theirs in recompute_figures(model):
            agrees = ours is not None and math.isclose(ours, theirs, abs_tol=CLOSE)
            same = same and agrees
            print(
                f"{name:18} {metric:20} {ours!s:22} {theirs!s:22} {'same' if agrees else 'DIFFERS'}"
            )
    return 0 if same else 1


if __name__ == "__main__":
    raise SystemExit(main())
