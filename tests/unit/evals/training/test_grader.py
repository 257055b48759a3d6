"""The recipe of the second grader: trees that leave scikit-learn whole, copies that are apt."""

import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest

from evals.grader.features import DOWN, FEATURES, UP
from evals.grader.forest import Forest, Weights, dump_weights, load_weights
from evals.training.grader_rows import Row, make_copies, read_rows
from evals.training.measure_grader import BEGIN, END, LabelledSet, format_table, write_into_card

train_grader = pytest.importorskip(
    "evals.training.train_grader", reason="the extra `training` is not installed"
)


def made(name: str, rows: int = 120) -> LabelledSet:
    """Rows that are carried where their first measure is high, with some noise."""
    rng = np.random.default_rng(len(name))
    seen = rng.random((rows, len(FEATURES)))
    true = seen[:, 0] + 0.3 * rng.standard_normal(rows) > 0.5
    return LabelledSet(name, seen, true, [f"{n % 40:x}" for n in range(rows)])


def test_exported_trees_say_what_scikit_learn_says(tmp_path: Path) -> None:
    one = made("a")
    model = train_grader.fit_trees([one])
    trees, base = train_grader.export_trees(model)
    weights = Weights(
        version="t", threshold=0.5, features=FEATURES, base=base, trees=trees,
        unknown=9.0, rarity={"1.00": "a b"},
    )  # fmt: skip
    path = tmp_path / "weights.json"
    path.write_text(dump_weights(weights), "utf-8")
    kept = Forest.of(load_weights(path)[0]).probabilities(one.features)
    assert kept == pytest.approx(model.predict_proba(one.features)[:, 1], abs=1e-3)
    again, _ = train_grader.export_trees(train_grader.fit_trees([one]))
    assert again == trees


def test_more_coverage_never_lowers_support_and_more_missing_never_raises_it() -> None:
    one = made("signs")
    trees, base = train_grader.export_trees(train_grader.fit_trees([one]))
    forest = Forest(base, Forest.of(_weights(trees, base)).trees)
    before = forest.probabilities(one.features)
    for names, sign in ((UP, 1), (DOWN, -1)):
        for name in names:
            moved = one.features.copy()
            moved[:, FEATURES.index(name)] += 0.3
            assert (sign * (forest.probabilities(moved) - before) >= -1e-4).all(), name


def _weights(trees: tuple[object, ...], base: float) -> Weights:
    return Weights.model_validate(
        {
            "version": "t", "threshold": 0.5, "features": FEATURES, "base": base, "trees": trees,
            "unknown": 9.0, "rarity": {},
        }
    )  # fmt: skip


def test_no_row_is_scored_by_trees_that_saw_its_cluster() -> None:
    sets = [made("a"), made("bb")]
    turned = [LabelledSet(s.name, s.features, ~s.true, s.clusters) for s in sets]
    honest = train_grader.score_folds(sets)
    assert [len(scores) for scores in honest] == [120, 120]
    first = int(sets[0].clusters[0], 16) % train_grader.FOLDS
    mixed = [
        LabelledSet(s.name, s.features, np.where([int(c, 16) % train_grader.FOLDS == first
                                           for c in s.clusters], t.true, s.true), s.clusters)
        for s, t in zip(sets, turned, strict=True)
    ]  # fmt: skip
    for before, after, one in zip(honest, train_grader.score_folds(mixed), sets, strict=True):
        own = [int(c, 16) % train_grader.FOLDS == first for c in one.clusters]
        assert before[own] == pytest.approx(after[own])


NEWS = [
    Row(
        "x",
        f"The harbour of Port {name} was closed on Monday after {n} ships had collided there."
        f" Officials in {name} said that it would open again within {n} days of the accident.",
        supported=True,
        cluster=str(n),
    )
    for n, name in enumerate(("Aldwick", "Brenham", "Corvale", "Dunmore", "Eastlea"), start=2)
]
FRAME = re.compile(
    r"According to (?P<first>[^,]+), |, according to (?P<last>.+)\.$"
    r"|^(?P<paper>.+) reported on (?P<day>\w+ \d+, \d+)(?: that |: )"
)


def test_copies_are_carried_as_they_stand_and_no_longer_when_edited() -> None:
    found = list(make_copies(NEWS, 8, seed=1))
    assert found == list(make_copies(NEWS, 8, seed=1))
    plain = [row for row in found if "\n" not in row.evidence]
    evidence = {row.evidence for row in NEWS}
    for row in plain:
        there = row.claim in row.evidence
        assert row.supported == there
        assert row.supported <= (row.evidence in evidence)
    assert {row.supported for row in plain} == {True, False}


def test_attributed_copies_are_carried_by_their_own_publisher_alone() -> None:
    rows = [row for row in make_copies(NEWS, 10, seed=3) if "\n" in row.evidence]
    seen = set()
    for row in rows:
        head, _, text = row.evidence.partition("\n")
        frame = FRAME.search(row.claim)
        said = FRAME.sub("", row.claim).replace('"', "").rstrip(".")
        parts = re.split(r"; |, and ", said.casefold())
        own = frame is None or all(
            value is None or f"{value}, " in f"{head}, " for value in frame.groups()
        )
        there = all(part in text.casefold() for part in parts)
        assert row.supported == (own and there), row
        seen.add((row.supported, own, there))
    assert {(True, True, True), (False, False, True), (False, True, False)} <= seen


def test_rows_are_read_without_the_marks_of_their_citations(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl.gz"
    row = {"claim": "It rained[[CIT]].", "evidence": ["It did.", "In May."], "label": "partial"}
    path.write_bytes(gzip.compress(json.dumps(row).encode()))
    [found] = read_rows(path)
    assert (found.claim, found.evidence, found.supported) == (
        "It rained.",
        "It did.\nIn May.",
        False,
    )


def test_the_card_gets_the_figures_and_keeps_its_words(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text(f"before\n{BEGIN}\n0.999\n{END}\nafter\n", "utf-8")
    sets = [made("a"), made("copies")]
    write_into_card(
        path,
        format_table(sets, [s.features[:, 0] for s in sets], [s.features[:, 1] for s in sets], 0.5),
    )
    text = path.read_text("utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "0.999" not in text
    assert "| a | 120 |" in text
