"""Draft over invented worlds: `python -m evals.synthetic --seed 1 --questions 20`."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from agent.bootstrap import build_desk, build_embedder
from agent.settings import Settings
from agent.types import Page
from evals.statistics import Estimate
from evals.synthetic.scoring import (
    MEANING,
    Truth,
    WorldDraft,
    draft_worlds,
    estimate_measures,
    score_page,
)
from evals.synthetic.stories import make_worlds


def main() -> int:
    """Print the table, and with `--misses` what went wrong; with `--out` keep all of it."""
    options = _parse_arguments()
    if options.write:
        return _write_worlds(options)
    settings = Settings()
    rows = []
    worlds = make_worlds(options.seed, options.questions)
    for row in draft_worlds(
        worlds, build_embedder(settings), lambda library: build_desk(settings, library).draft
    ):
        rows.append(row)
        if sys.stderr.isatty():
            print(f"\r{len(rows)} of {options.questions}", end="", file=sys.stderr, flush=True)
    print(format_table(rows))
    if options.misses:
        print("\n".join(["", *(line for row in rows for line in format_misses(row))]))
    if options.out:
        kept = {
            "seed": options.seed,
            "questions": options.questions,
            "rows": [*map(_row_fields, rows)],
        }
        shares = {name: figure.model_dump() for name, figure in estimate_measures(rows).items()}
        options.out.write_text(f"{json.dumps(kept | {'figures': shares}, indent=1)}\n", "utf-8")
    return 0


def format_table(rows: Sequence[WorldDraft]) -> str:
    """Every measure with n and interval, then verdicts by kind of question."""
    head = f"{'measure':<11}{'share':>7}  {'95 % interval':<16}{'n':>5} {'not told':>9}  meaning"
    lines = [head, *(_format_row(name, figure) for name, figure in estimate_measures(rows).items())]
    lines += ["", f"{'kind of question':<24}{'n':>4}  expected     given"]
    kinds = dict.fromkeys(sorted(row.asked.kind for row in rows))
    for kind in kinds:
        mine = [row for row in rows if row.asked.kind == kind]
        given = Counter(_given_verdict(row) for row in mine)
        counts = ", ".join(f"{label} {count}" for label, count in given.most_common())
        lines.append(f"{kind:<24}{len(mine):>4}  {_expected_verdict(mine[0]):<12} {counts}")
    return "\n".join(lines)


def format_misses(row: WorldDraft) -> list[str]:
    """What is wrong with one page, for a person to read."""
    wrong = [
        name for name, right in score_page(row.world, row.asked, row.made).items() if right is False
    ]
    if not wrong:
        return []
    head = f"{row.asked.id} [{row.asked.kind}] {row.asked.text}"
    verdicts = f"expected {_expected_verdict(row)}, given {_given_verdict(row)}"
    lines = [f"{head}\n  wrong: {', '.join(wrong)}; {verdicts}"]
    if isinstance(row.made, Page):
        findings = [s for s in row.made.sentences() if s.kind == "finding"]
        truth = Truth(row.world)
        lines += [f"  not carried: {s.text}" for s in findings if truth.is_carried(s) is False]
        lines += [f"  not current: {s.text}" for s in findings if truth.is_current(s.text) is False]
    return lines


def _format_row(name: str, figure: Estimate) -> str:
    if figure.value is None:
        return f"{name:<11}{'-':>7}  {'':<16}{figure.n:>5} {figure.unscored:>9}  {MEANING[name]}"
    ends = [f"{100 * end:.1f}" for end in (figure.low, figure.high) if end is not None]
    spread = " to ".join(ends)
    return (
        f"{name:<11}{100 * figure.value:>6.1f}%  {spread:<16}{figure.n:>5} {figure.unscored:>9}"
        f"  {MEANING[name]}"
    )


def _expected_verdict(row: WorldDraft) -> str:
    return str(row.world.verdict(row.asked.claim) or "no page")


def _given_verdict(row: WorldDraft) -> str:
    return str(row.made.verdict.label) if isinstance(row.made, Page) else "no page"


def _row_fields(row: WorldDraft) -> dict[str, object]:
    return {
        "id": row.asked.id,
        "kind": row.asked.kind,
        "question": row.asked.text,
        "expected": _expected_verdict(row),
        "given": _given_verdict(row),
        "marks": dict(row.marks),
    }


def _write_worlds(options: argparse.Namespace) -> int:
    """Write the worlds as notes and questions, to be looked at or drafted over by hand."""
    for world in make_worlds(options.seed, options.questions):
        folder = options.write / world.id
        folder.mkdir(parents=True, exist_ok=True)
        for source in world.sources:
            (folder / f"{source.id}.md").write_text(source.markdown(), "utf-8")
        print(f"{folder}: {len(world.sources)} sources", file=sys.stderr)
        for one in world.questions:
            print(f"{one.id}\t{one.kind}\t{world.verdict(one.claim) or 'no page'}\t{one.text}")
    return 0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.synthetic", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--questions", type=int, default=20, help="how many (default 20)")
    parser.add_argument("--misses", action="store_true", help="print what is wrong with each page")
    parser.add_argument("--out", type=Path, help="write a JSON file")
    parser.add_argument("--write", type=Path, metavar="DIR", help="write the worlds, draft nothing")
    options = parser.parse_args()
    if options.questions < 1:
        parser.error("--questions is at least 1")
    return options


if __name__ == "__main__":
    raise SystemExit(main())
