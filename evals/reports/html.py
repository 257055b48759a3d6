"""A run as one HTML file: nothing is fetched, every sentence is there with what decided it.

Plots are inline SVG of numbers and fixed words only, so nothing in them has to be escaped.
"""

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
from evals.judges import CachedJudge, join_evidence
from evals.metrics.scores import Bin, RetentionPoint, reliability_bins, retention_curve
from evals.outcome import AnswerSentence, Outcome
from evals.reports.terminal import format_interval, format_kappa_interval, format_number
from evals.scoring import pairs
from evals.scoring.table import AnsweredCase, Labels
from evals.statistics import Estimate

SIDE: Final = 240
MARGIN: Final = 46
POINTS: Final = 200
"""Points of a curve that are drawn; more cannot be told apart."""
CITATION_LENGTH: Final = 1_200
"""Characters of one citation that the report shows; `results.jsonl` has them all."""
HEADLINE: Final = (
    *("citation_recall", "citation_precision", "truth_support", "truth_current", "truth_absence"),
    *("truth_verdict", "verdict_accuracy", "must_cite", "balanced_accuracy", "form_must"),
    *("fact_recall", "asides", "two_origins", "record_true"),
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


def render_report(
    summary: Summary, answered: Sequence[AnsweredCase], judge: CachedJudge, labels: Labels
) -> str:
    """Write the report."""
    parts = list(dict.fromkeys(f.part for f in summary.scores.figures))
    rows = [
        row for case, outcome in answered for row in _sentence_rows(case, outcome, judge, labels)
    ]
    return _load_template().render(
        run=summary.run,
        scores=summary.scores,
        parts=parts,
        about={p: PARTS.get(p.partition(".")[0], "") for p in parts},
        headline=[f for f in summary.scores.figures if f.name in HEADLINE],
        figures={p: [f for f in summary.scores.figures if f.part == p] for p in parts},
        charts={p: _draw_charts([a for a in answered if a[0].part == p]) for p in parts},
        failures=[(case.id, outcome.error) for case, outcome in answered if outcome.error],
        data=Markup(_embed_json(rows)),  # noqa: S704 - `<` is written as an escape in it
        count=len(rows),
        number=format_number,
        interval=format_interval,
        kappa_interval=format_kappa_interval,
        bar=lambda estimate: Markup(draw_bar(estimate)),  # noqa: S704 - numbers only
    )


def _draw_charts(rows: Sequence[AnsweredCase]) -> list[tuple[str, Markup]]:
    """Risk against retention, and reliability, where scores and truth are known."""
    scores, truths = pairs.scores_and_truths(
        [pairs.ruled_sentences(case, outcome) for case, outcome in rows]
    )
    if len(set(scores)) < 2:
        return []
    curve = draw_risk_retention(retention_curve(scores, truths))
    return [
        ("Risk and retention", Markup(curve)),  # noqa: S704 - numbers and fixed words only
        ("Reliability", Markup(draw_reliability(reliability_bins(scores, truths)))),  # noqa: S704
    ]


def _sentence_rows(
    case: Case, outcome: Outcome, judge: CachedJudge, labels: Labels
) -> Iterator[dict[str, Any]]:
    for said, true in pairs.known_truths(case, outcome):
        person = labels.get((case.id, said.text))
        known = true if person is None else person is Support.SUPPORTED
        words = [c.text for c in said.cited if c.text is not None]
        graded = judge.score(join_evidence(words), said.text) if words and said.is_finding else None
        yield {
            "part": case.part,
            "case": case.id,
            "asked": clean(getattr(case, "question", "")),
            "how": case.how if isinstance(case, PairCase) else said.section,
            "text": clean(said.text),
            "kind": said.kind or "",
            "kept": said.kept,
            "support": said.support or "",
            "score": said.score,
            "reason": clean(said.reason),
            "true": known,
            "grader": None if graded is None else round(graded, 3),
            "carried": None if graded is None else judge(join_evidence(words), said.text).value,
            "cited": [_format_citation(c.id, c.title, c.text) for c in said.cited],
            "searched": _format_certificate(said),
        }


def _format_citation(name: str, title: str, text: str | None) -> list[str]:
    words = "(points nowhere)" if text is None else clean(text)
    return [
        clean(title) or name,
        words[:CITATION_LENGTH] + ("…" if len(words) > CITATION_LENGTH else ""),
    ]


def _format_certificate(said: AnswerSentence) -> str:
    found = said.certificate
    if found is None:
        return ""
    return (
        f"Searched {found.scope.passages} passages for: {clean(found.proposition)}. Best score"
        f" {found.best_score:.2f}, threshold {found.threshold:.2f}, planted passage"
        f" {found.probe_score:.2f}."
    )


def _embed_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """JSON that no text in it can end the script of."""
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@cache
def _load_template() -> Template:
    """The template with style and script in it; the policy admits these two by their hashes."""
    here = files("evals.reports")
    css, script = (here.joinpath(f"report.{kind}").read_text("utf-8") for kind in ("css", "js"))
    env = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    env.globals |= {
        "css": Markup(css),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "css_hash": _digest_base64(css),
        "script_hash": _digest_base64(script),
    }
    return env.from_string(here.joinpath("report.html.j2").read_text("utf-8"))


def _digest_base64(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def draw_bar(estimate: Estimate) -> str:
    """A share with its interval on a line from 0 to 1."""
    if estimate.value is None:
        return ""
    width, middle = 160, 7
    parts = [f'<line class="axis" x1="0" y1="{middle}" x2="{width}" y2="{middle}"/>']
    if estimate.low is not None and estimate.high is not None:
        low, high = estimate.low * width, estimate.high * width
        parts.append(
            f'<line class="reach" x1="{low:.1f}" y1="{middle}" x2="{high:.1f}" y2="{middle}"/>'
        )
    parts.append(f'<circle class="dot" cx="{estimate.value * width:.1f}" cy="{middle}" r="3.5"/>')
    return (
        f'<svg class="bar" viewBox="-4 0 {width + 8} 14" aria-hidden="true">{"".join(parts)}</svg>'
    )


def draw_reliability(bins: Sequence[Bin]) -> str:
    """Share of true sentences against the mean score, bin by bin; the diagonal is honest."""
    most = max((b.n for b in bins), default=1) or 1
    dots = [
        f'<circle class="dot" cx="{_x(b.confidence):.1f}" cy="{_y(b.accuracy):.1f}"'
        f' r="{2 + 6 * (b.n / most) ** 0.5:.1f}"><title>{b.n} sentences, score {b.confidence:.2f},'
        f" true {b.accuracy:.2f}</title></circle>"
        for b in bins
        if b.confidence is not None and b.accuracy is not None
    ]
    diagonal = f'<line class="guide" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>'
    return _draw_axes("".join([diagonal, *dots]), "score of the system", "share that is true", 1.0)


def draw_risk_retention(curve: Sequence[RetentionPoint]) -> str:
    """Share of false ones among the kept, against the share that is kept."""
    step = max(1, len(curve) // POINTS)
    shown = [*curve[::step], *curve[-1:]]
    top = max((1 - k.precision for k in shown), default=0.0)
    scale = next((s for s in (0.05, 0.1, 0.2, 0.5) if top <= s), 1.0)
    points = " ".join(f"{_x(k.retention):.1f},{_y((1 - k.precision) / scale):.1f}" for k in shown)
    line = f'<polyline class="curve" points="{points}"/>'
    return _draw_axes(line, "share kept", "false among the kept", scale)


def _x(share: float) -> float:
    return MARGIN + share * (SIDE - MARGIN - 10)


def _y(share: float) -> float:
    return (SIDE - MARGIN) - share * (SIDE - MARGIN - 10)


def _draw_axes(inside: str, across: str, up: str, top: float) -> str:
    ticks = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = _x(share), _y(share)
        ticks.append(f'<line class="grid" x1="{x}" y1="{_y(0)}" x2="{x}" y2="{_y(1)}"/>')
        ticks.append(f'<line class="grid" x1="{_x(0)}" y1="{y}" x2="{_x(1)}" y2="{y}"/>')
        ticks.append(f'<text x="{x}" y="{_y(0) + 13}" text-anchor="middle">{share:g}</text>')
        ticks.append(
            f'<text x="{_x(0) - 4}" y="{y + 3}" text-anchor="end">{share * top:.3g}</text>'
        )
    middle = SIDE / 2 + 10
    words = (
        f'<text x="{middle}" y="{SIDE - 6}" text-anchor="middle">{across}</text>'
        f'<text transform="translate(9 {SIDE / 2 - 12}) rotate(-90)"'
        f' text-anchor="middle">{up}</text>'
    )
    return (
        f'<svg class="plot" viewBox="0 0 {SIDE} {SIDE}" role="img"'
        f' aria-label="{up} against {across}">{"".join(ticks)}{inside}{words}</svg>'
    )
