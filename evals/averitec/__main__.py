"""Verdicts on AVeriTeC's development claims: `python -m evals.averitec --data DIR`.

The pages given with the claims are one library. A claim is drafted from its own pages, which are
those of its annotators and those that a retriever found for it; `--pages all` lets the desk find
them among the pages of all claims.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Final

from agent import bootstrap
from agent.settings import Settings
from evals.averitec.verdicts import LABELS, Report, answers, report
from evals.errors import EvalError
from evals.retrieval.corpora import AVERITEC, claims, sample
from evals.retrieval.pool import fill
from evals.retrieval.printing import progress, shown
from retrieval.errors import LibraryError

CLAIMS: Final = 200
SEED: Final = 1
PAGES: Final = {"own": "the pages given with the claim", "all": "the pages of all claims"}
NOTES: Final = """\
A page is what the set quotes of it, not the whole page. Not enough evidence
(nei) is the verdict unproven, or the short page. No page is of tier 1."""


def main() -> int:
    """Print the report; with `--out`, keep it as JSON."""
    asked = _arguments()
    try:
        with tempfile.TemporaryDirectory(prefix="verdict-averitec-") as folder:
            found = run(asked.data, asked.library or Path(folder), asked.claims, asked.pages)
    except (EvalError, LibraryError) as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(lines(found)))
    if asked.out:
        asked.out.write_text(f"{found.model_dump_json(indent=2)}\n", "utf-8")
    return 0


def run(data: Path, directory: Path, most: int, pages: str) -> Report:
    """Build the library in `directory`, or go on with the one there, and draft for every claim.

    The embedded parts draft, whatever model the settings of this user name.

    Args:
        data: folder that has `claims/`.
        directory: of the library.
        most: claims drawn; 0 for all.
        pages: a key of `PAGES`.
    """
    none = dict.fromkeys(("base_url", "api_key", "embedding_base_url", "chroma_url"))
    settings = Settings.model_validate(none)
    fill(directory, data, [AVERITEC], bootstrap.build_embedder(settings), progress)
    drawn = sample(claims(data, AVERITEC), most, SEED)
    found = []
    with bootstrap.open_library(settings, directory) as library:
        desk = bootstrap.build_desk(settings, library)
        for answer in answers(desk, library, drawn, own=pages == "own"):
            found.append(answer)
            progress(len(found), len(drawn), "drafted")
    return report(found, PAGES[pages])


def lines(found: Report) -> list[str]:
    """The report for a terminal of 80 columns."""
    gain = found.gain.difference
    told = [
        f"AVeriTeC, development claims, from {found.pages}: {len(found.answers)} claims",
        NOTES,
        "",
        f"{'':<28}{'the desk':<26}always {found.majority}",
        f"{'accuracy':<28}{shown(found.accuracy):<26}{shown(found.majority_accuracy)}",
        f"{'macro-F1':<28}{shown(found.macro_f1):<26}{found.majority_f1:.3f}",
        f"{'accuracy beyond it':<28}{shown(gain, '+'):<26}p = {found.gain.p_value:.4f}",
        f"{'verdicts that commit':<28}{shown(found.coverage)}",
        f"{'those that are right':<28}{shown(found.precision)}  n = {found.precision.n}",
        f"{'supported and refuted exchanged':<33}{found.exchanged}",
        f"{'short pages':<33}{found.short}",
        f"{'median seconds of a draft':<33}{found.seconds:.2f}",
        "",
        f"{'expected':<12}" + "".join(f"{label:>11}" for label in LABELS) + "  given",
    ]
    counted = ((label, (found.counts[label][g] for g in LABELS)) for label in LABELS)
    return told + [f"{label:<12}" + "".join(f"{n:>11}" for n in row) for label, row in counted]


def _arguments() -> argparse.Namespace:
    about = (__doc__ or "").split("\n", 1)[0]
    parser = argparse.ArgumentParser(prog="python -m evals.averitec", description=about)
    parser.add_argument("--data", type=Path, required=True, help="folder that has claims/")
    parser.add_argument(
        "--claims", type=int, default=CLAIMS, help=f"how many (default {CLAIMS}); 0 for all"
    )
    parser.add_argument("--pages", choices=tuple(PAGES), default="own", help="what a claim sees")
    parser.add_argument("--library", type=Path, help="folder of the pages, kept for the next run")
    parser.add_argument("--out", type=Path, help="write a JSON file")
    asked = parser.parse_args()
    if asked.claims < 0:
        parser.error("--claims is at least 0")
    return asked


if __name__ == "__main__":
    raise SystemExit(main())
