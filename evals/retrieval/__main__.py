"""Retrieval over one pool of four public sets: `python -m evals.retrieval --data DIR`."""

import argparse
import sys
import tempfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Final

from agent.pipeline.retrieve import READ, RELEVANCE
from agent.ports import NliModel
from evals.console import show_progress
from evals.errors import EvalError
from evals.retrieval.corpora import HALVES, REPORTING
from evals.retrieval.table import Gain, Table, run_table
from evals.statistics import format_estimate
from retrieval.embedding import MiniLM
from retrieval.errors import LibraryError
from retrieval.record.queries import TITLE_WEIGHT
from retrieval.search import DENSE_WEIGHT

CLAIMS: Final = 200
"""Claims drawn of each set where nothing else is options."""
NOTES: Final = f"""\
SciFact here is only its 234 cited abstracts, not BEIR's 5,183. A passage
labelled neutral is not relevant. AVeriTeC: pages that a machine found for the
claim are unlabelled and count as misses. Words: BM25, a word of the title
counting {TITLE_WEIGHT:g} times. Meaning: cosine. Fusion: {DENSE_WEIGHT} meaning. Re-rank: the
cross-encoder reads the first {READ} passages of fusion, its share is {RELEVANCE}.
Weights are chosen on the development half of the claims, by a hash of their
ids, and on no claim of the reporting half."""


def main() -> int:
    """Print the table; with `--out`, keep it as JSON."""
    options = _parse_arguments()
    try:
        with tempfile.TemporaryDirectory(prefix="verdict-retrieval-") as folder:
            place, model = options.library or Path(folder), _load_reranker(options)
            table = run_table(
                options.data, place, options.half, options.claims, model, MiniLM(), show_progress
            )
    except (EvalError, LibraryError) as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(format_lines(table)))
    if options.out:
        options.out.write_text(f"{table.model_dump_json(indent=2)}\n", "utf-8")
    return 0


def format_lines(table: Table) -> list[str]:
    """The table for a terminal of 80 columns."""
    held = f"{table.documents:,} documents, {table.passages:,} passages"
    lines = [f"{held}; {table.half} half of the claims", *NOTES.splitlines()]
    for part in dict.fromkeys(figure.part for figure in table.figures):
        rows = [f for f in table.figures if f.part == part]
        counted = rows[0].ndcg
        lines += ["", f"{part}: {counted.n} claims in {counted.clusters} clusters"]
        lines.append(f"  {'':<18}{'nDCG@10':<20}{'recall@20':<20}MRR")
        lines += [
            f"  {f.way:<18}"
            + "".join(f"{format_estimate(e):<20}" for e in (f.ndcg, f.recall, f.mrr))
            for f in rows
        ]
        lines.append(f"  nDCG@10 of {table.gains[0].way}, beyond that of:")
        lines += [_format_gain(g) for g in table.gains if g.part == part]
    if table.curves:
        lines += ["", "Average nDCG@10 by weight, the best marked"]
    for name, curve in table.curves.items():
        lines.append(f"  {name:<8}" + "".join(f"{weight:<7g}" for weight in curve))
        lines.append(f"  {'':<8}{_format_curve(curve)}")
    return [line.rstrip() for line in lines]


def _format_gain(gain: Gain) -> str:
    found = gain.comparison
    return f"    {gain.over:<18}{format_estimate(found.difference, '+')}  p = {found.p_value:.4f}"


def _format_curve(curve: Mapping[float, float]) -> str:
    best = max(curve, key=curve.__getitem__)
    return "".join(f"{value:.3f}{'*' * (w == best):<2}" for w, value in curve.items())


def _load_reranker(options: argparse.Namespace) -> NliModel | None:
    if options.without_reranker:
        return None
    model: NliModel = import_module("agent.verification.cross_encoder").CrossEncoder()
    return model


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.retrieval", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that has claims/")
    parser.add_argument(
        "--claims", type=int, default=CLAIMS, help=f"of its claims (default {CLAIMS}); 0 for all"
    )
    parser.add_argument(
        "--half", choices=HALVES, default=REPORTING, help=f"of the claims (default {REPORTING})"
    )
    parser.add_argument("--library", type=Path, help="folder of the pool, kept for the next run")
    parser.add_argument("--without-reranker", action="store_true", help="leave re-ranking out")
    parser.add_argument("--out", type=Path, help="write a JSON file")
    options = parser.parse_args()
    if options.claims < 0:
        parser.error("--claims is at least 0")
    return options


if __name__ == "__main__":
    raise SystemExit(main())
