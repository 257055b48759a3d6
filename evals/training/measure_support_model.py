"""Measure the shipped verifier on held-out sets: `python -m evals.training.measure_support_model`.

Nothing here is fitted to what is measured: one threshold a system for all sets, chosen on
development data. Beside the verifier stand, on the same rows, its parts and its forerunners: the
regression that the first version shipped, one on ten lexical features, the same regression without
the cross-encoder, the cross-encoder alone, the exact checkers alone, word coverage and cosine. What
the cross-encoder is worth is shown paired, with and without vetoes.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from agent.verifiers.cross_encoder import CrossEncoder
from agent.verifiers.features import FEATURES
from agent.verifiers.model import SupportModel, load_model, load_rarity
from evals.training.figures import drawn_rows, figures
from evals.training.logistic import Fitted, Floats
from evals.training.support_rows import Measured, measure, read
from evals.training.train_support_model import (
    CHOSEN_ON,
    TRAINED_ON,
    Model,
    best_threshold,
    cross_validated,
    sentence_scores,
    sentences,
    train,
)
from retrieval.embedding import MiniLM

TRIO: Final = ("wice_claim_test", "lfqa", "factcheckgpt_stance")
OTHERS: Final = (
    *("scifact_test", "frank_test", "wice_claim_test_oracle", "covidfact_test"),
    *("fever_symmetric_test", "fm2_test", "climate_fever_pairs", "fever_dev_rte"),
)
READ: Final = frozenset({"entailed", "entailed_near", "contradicted"})
"""Features from the cross-encoder."""
WITHOUT: Final = tuple(name for name in FEATURES if name not in READ)
VERIFIER: Final = "verifier"
BARE: Final = "without vetoes and clauses"
FORERUNNER: Final = "regression without cross-encoder"
BARE_FORERUNNER: Final = "the same without vetoes and clauses"
FIRST: Final = "regression of the first version"
FIRST_FILE: Final = Path(__file__).with_name("first_support_model.json")
"""Its weights as they were shipped; the definitions of its features are those of today."""
LEXICAL: Final = "ten lexical features, WiCE alone"
TEN: Final = (
    *("coverage", "window", "sentence", "bigrams", "run", "cosine", "names", "figures"),
    *("claim_length", "evidence_length"),
)
"""The kind of regression for which 72.0 is published as the mean of the three."""
PAIRED: Final = (
    (BARE, FIRST),
    (VERIFIER, FIRST),
    (BARE, LEXICAL),
    (VERIFIER, LEXICAL),
    (VERIFIER, FORERUNNER),
    (BARE, BARE_FORERUNNER),
    (BARE, VERIFIER),
)

Scorer = Callable[[Sequence[Measured]], Floats]


def main() -> None:
    """Print the table of the model card; keep it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with dev/ and heldout/")
    parser.add_argument(
        "--rows", type=int, default=2000, help="first rows of other sets than the three; 0 for none"
    )
    parser.add_argument("--out", type=Path, help="file for the figures")
    options = parser.parse_args()
    load = _Loader(options.data)
    trained = [load(name) for name in TRAINED_ON]
    systems = _systems(trained, [*trained, load(CHOSEN_ON)])
    differences: dict[tuple[str, str], list[Floats]] = {pair: [] for pair in PAIRED}
    found: dict[str, dict[str, object]] = {}
    for name in (*TRIO, *(OTHERS if options.rows else ())):
        rows = load(f"heldout/{name}", None if name in TRIO else options.rows)
        drawn = drawn_rows(rows)
        table = {what: figures(rows, s(rows), t, drawn) for what, (s, t) in systems.items()}
        found[name] = {"n": len(rows), **{what: row for what, (row, _) in table.items()}}
        _report(name, len(rows), {what: row for what, (row, _) in table.items()})
        if name in TRIO:
            for one, other in PAIRED:
                differences[one, other].append(table[one][1] - table[other][1])
    for (one, other), each in differences.items():
        apart = np.mean(each, axis=0)
        low, high = np.nanpercentile(apart, [2.5, 97.5])
        print(f"mean of three, {one} - {other}: {np.nanmean(apart):.1f} [{low:.1f}, {high:.1f}]")
    if options.out:
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


class _Loader:
    """Reads a set and measures its rows."""

    def __init__(self, data: Path) -> None:
        self._data, self._rarity = data, load_rarity()
        self._embedder, self._entailment = MiniLM(), CrossEncoder()

    def __call__(self, name: str, limit: int | None = None) -> list[Measured]:
        rows = read(self._data / f"{name}.jsonl.gz", limit)
        return measure(rows, self._embedder.embed, self._entailment, self._rarity)


def _systems(
    trained: Sequence[Sequence[Measured]], chosen: Sequence[Sequence[Measured]]
) -> dict[str, tuple[Scorer, float]]:
    """Each system's scores and its threshold from development data."""
    model = load_model()
    forerunner = train(trained, WITHOUT)
    held_back = [
        cross_validated(rows, [r for r in trained if r is not rows], WITHOUT) for rows in trained
    ]
    held_back.append(sentence_scores(forerunner, chosen[-1]))
    bare = [*map(_without_vetoes, chosen)]
    held_bare = [
        cross_validated(rows, [r for r in bare[:-1] if r is not rows], WITHOUT)
        for rows in bare[:-1]
    ]
    held_bare.append(sentence_scores(forerunner, bare[-1]))
    first = bare[:1]
    lexical = train(first, TEN)
    earliest, its_threshold = _first_version()
    systems: dict[str, tuple[Scorer, float]] = {
        VERIFIER: (lambda rows: _ruled(rows, model), model.threshold),
        BARE: (lambda rows: _alone(rows, model), model.threshold),
        FORERUNNER: (
            lambda rows: sentence_scores(forerunner, rows),
            best_threshold(chosen, held_back),
        ),
        BARE_FORERUNNER: (
            lambda rows: sentence_scores(forerunner, _without_vetoes(rows)),
            best_threshold(bare, held_bare),
        ),
        FIRST: (lambda rows: sentence_scores(earliest, _without_vetoes(rows)), its_threshold),
        LEXICAL: (
            lambda rows: sentence_scores(lexical, _without_vetoes(rows)),
            best_threshold(first, [cross_validated(first[0], [], TEN)]),
        ),
        "checkers alone": (lambda rows: np.array([float(not r.vetoed[0]) for r in rows]), 0.5),
    }
    for what, name in (
        ("cross-encoder alone", "entailed"),
        ("coverage alone", "coverage"),
        ("cosine alone", "cosine"),
    ):
        scorer = _feature(name)
        systems[what] = (scorer, best_threshold(chosen, [scorer(rows) for rows in chosen]))
    return systems


def _without_vetoes(rows: Sequence[Measured]) -> list[Measured]:
    """The same rows as whole sentences on which no checker has a say."""
    return [
        replace(
            row,
            features=row.features[:1],
            vetoed=np.zeros(1, dtype=bool),
            verbatim=np.zeros(1, dtype=bool),
        )
        for row in rows
    ]


def _feature(name: str) -> Scorer:
    """One feature of the whole sentences; log odds as probabilities, so that all lie in [0, 1]."""
    column = FEATURES.index(name)
    if name == "entailed":
        return lambda rows: np.asarray(1 / (1 + np.exp(-sentences(rows)[:, column])))
    return lambda rows: np.asarray(sentences(rows)[:, column])


def _first_version() -> tuple[Model, float]:
    """The regression that the first version shipped, and its threshold."""
    shipped = json.loads(FIRST_FILE.read_bytes())
    weights = shipped["weights"]
    mean, scale, weight = (
        np.array([w[part] for w in weights.values()]) for part in ("mean", "scale", "weight")
    )
    fitted = Fitted(mean, scale, weight, shipped["intercept"])
    return Model(fitted, [FEATURES.index(name) for name in weights]), shipped["threshold"]


def _ruled(rows: Sequence[Measured], model: SupportModel) -> Floats:
    return np.array([row.scores(_probabilities(row, model)).min() for row in rows])


def _alone(rows: Sequence[Measured], model: SupportModel) -> Floats:
    return np.array([_probabilities(row, model)[0] for row in rows])


def _probabilities(row: Measured, model: SupportModel) -> Floats:
    """P(supported) of each unit of a row by the shipped model."""
    named = (dict(zip(FEATURES, unit, strict=True)) for unit in row.features.tolist())
    return np.array([model.probability(unit) for unit in named])


def _report(name: str, n: int, table: Mapping[str, Mapping[str, float]]) -> None:
    print(f"{name}  n={n}")
    for what, row in table.items():
        print(
            f"  {what:34} {row['balanced_accuracy']:.1f} [{row['low']:.1f}, {row['high']:.1f}]"
            f"  AUC {row['auc']:.1f} [{row['auc_low']:.1f}, {row['auc_high']:.1f}]"
            f"  supported {row['says_supported']:.0f} %, right {row['right']:.0f} %",
            flush=True,
        )


if __name__ == "__main__":
    main()
