"""Plots as inline SVG: numbers and fixed words only, so nothing has to be escaped."""

from collections.abc import Sequence
from typing import Final

from evals.metrics.abstention import Kept
from evals.metrics.calibration import Bin
from evals.statistics import Estimate

SIDE: Final = 240
MARGIN: Final = 46
POINTS: Final = 200
"""Points of a curve that are drawn; more cannot be told apart."""


def bar(estimate: Estimate) -> str:
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


def reliability(bins: Sequence[Bin]) -> str:
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
    return _framed("".join([diagonal, *dots]), "score of the system", "share that is true", 1.0)


def risk_retention(curve: Sequence[Kept]) -> str:
    """Share of false ones among the kept, against the share that is kept."""
    step = max(1, len(curve) // POINTS)
    shown = [*curve[::step], *curve[-1:]]
    top = max((1 - k.precision for k in shown), default=0.0)
    scale = next((s for s in (0.05, 0.1, 0.2, 0.5) if top <= s), 1.0)
    points = " ".join(f"{_x(k.retention):.1f},{_y((1 - k.precision) / scale):.1f}" for k in shown)
    line = f'<polyline class="curve" points="{points}"/>'
    return _framed(line, "share kept", "false among the kept", scale)


def _x(share: float) -> float:
    return MARGIN + share * (SIDE - MARGIN - 10)


def _y(share: float) -> float:
    return (SIDE - MARGIN) - share * (SIDE - MARGIN - 10)


def _framed(inside: str, across: str, up: str, top: float) -> str:
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
