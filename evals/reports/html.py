"""A run as one HTML file: nothing is fetched, every sentence is there with what decided it."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from agent.render.wording import clean
from agent.types import Support
from evals.archive import Summary
from evals.case import Case, PairCase
from evals.judges import Bench, joined
from evals.metrics.abstention import kept_precision_curve
from evals.metrics.calibration import reliability
from evals.outcome import Outcome, Spoken
from evals.reports import plots
from evals.reports.terminal import interval, number
from evals.scoring import pairs

SHOWN: Final = 1_200
"""Characters of one citation that the report shows; `results.jsonl` has them all."""
HEADLINE: Final = (
    *("citation_recall", "citation_precision", "truth_support", "truth_current", "truth_absence"),
    *("truth_verdict", "verdict_accuracy", "must_cite", "balanced_accuracy", "form_must"),
)
"""Figures that a reader in a hurry wants, where the run has them."""
PARTS: Final = {
    "claims": "Questions about the demonstration notes, with the verdict that people expect.",
    "sentences": "Sentences written by hand over the demonstration notes, to be ruled on.",
    "near": "Sentences near the words of the demonstration notes, right and wrong, to be ruled on.",
    "pages": "Cited pages written by hand, with known faults.",
    "newsroom": "Questions about invented worlds: what is true there is known to the last word.",
    "pairs": "Labelled pairs of a sentence and its evidence.",
}
Answered = tuple[Case, Outcome]
Labels = Mapping[tuple[str, str], Support]


def render(summary: Summary, answered: Sequence[Answered], bench: Bench, labels: Labels) -> str:
    """Write the report."""
    parts = list(dict.fromkeys(f.part for f in summary.scores.figures))
    rows = [row for case, outcome in answered for row in _rows(case, outcome, bench, labels)]
    return _template().render(
        run=summary.run,
        scores=summary.scores,
        parts=parts,
        about={p: PARTS.get(p.partition(".")[0], "") for p in parts},
        headline=[f for f in summary.scores.figures if f.name in HEADLINE],
        figures={p: [f for f in summary.scores.figures if f.part == p] for p in parts},
        charts={p: _charts([a for a in answered if a[0].part == p]) for p in parts},
        failures=[(case.id, outcome.error) for case, outcome in answered if outcome.error],
        data=Markup(_json(rows)),  # noqa: S704 - `<` is written as an escape in it
        count=len(rows),
        number=number,
        interval=interval,
        bar=lambda estimate: Markup(plots.bar(estimate)),  # noqa: S704 - numbers only
    )


def _charts(rows: Sequence[Answered]) -> list[tuple[str, Markup]]:
    """Risk against retention, and reliability, where scores and truth are known."""
    scores, truths = pairs.scored([pairs.ruled(case, outcome) for case, outcome in rows])
    if len(set(scores)) < 2:
        return []
    curve = plots.risk_retention(kept_precision_curve(scores, truths))
    return [
        ("Risk and retention", Markup(curve)),  # noqa: S704 - numbers and fixed words only
        ("Reliability", Markup(plots.reliability(reliability(scores, truths)))),  # noqa: S704
    ]


def _rows(case: Case, outcome: Outcome, bench: Bench, labels: Labels) -> Iterator[dict[str, Any]]:
    for said, true in pairs.truths(case, outcome):
        person = labels.get((case.id, said.text))
        known = true if person is None else person is Support.SUPPORTED
        words = [c.text for c in said.cited if c.text is not None]
        graded = bench.score(joined(words), said.text) if words and said.is_finding else None
        yield {
            "part": case.part,
            "case": case.id,
            "asked": _clean(getattr(case, "question", "")),
            "how": case.how if isinstance(case, PairCase) else said.section,
            "text": _clean(said.text),
            "kind": said.kind or "",
            "kept": said.kept,
            "support": said.support or "",
            "score": said.score,
            "reason": _clean(said.reason),
            "true": known,
            "grader": None if graded is None else round(graded, 3),
            "carried": None if graded is None else bench(joined(words), said.text).value,
            "cited": [_cited(c.id, c.title, c.text) for c in said.cited],
            "searched": _searched(said),
        }


def _cited(name: str, title: str, text: str | None) -> list[str]:
    words = "(points nowhere)" if text is None else _clean(text)
    return [_clean(title) or name, words[:SHOWN] + ("…" if len(words) > SHOWN else "")]


def _searched(said: Spoken) -> str:
    found = said.certificate
    if found is None:
        return ""
    return (
        f"Searched {found.scope.passages} passages for: {_clean(found.proposition)}. Best score"
        f" {found.best_score:.2f}, threshold {found.threshold:.2f}, planted passage"
        f" {found.probe_score:.2f}."
    )


def _clean(text: str) -> str:
    return clean(text)


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    """JSON that no text in it can end the script of."""
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@cache
def _template() -> Template:
    """The template with style and script in it; the policy admits these two by their hashes."""
    here = files("evals.reports")
    css, script = (here.joinpath(f"report.{kind}").read_text("utf-8") for kind in ("css", "js"))
    env = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    env.globals |= {
        "css": Markup(css),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "css_hash": _digest(css),
        "script_hash": _digest(script),
    }
    return env.from_string(here.joinpath("report.html.j2").read_text("utf-8"))


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
