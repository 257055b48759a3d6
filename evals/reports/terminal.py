"""Figures as a table of at most 80 columns."""

import textwrap
from collections.abc import Iterator
from typing import Final

from evals.archive import Summary
from evals.comparison import ComparedFigure, RunComparison
from evals.scoring.types import Better, Figure, Kappa
from evals.statistics import Estimate

WIDTH: Final = 80
UNSCORED: Final = "not scored"
_HEAD: Final = f"{'':<23}{'value':>8}  {'95 % interval':<17}{'n':>6}{'clusters':>9}{'none':>6} by"
_LEGEND: Final = (
    "n: units scored (sentences, citations, facts, pages). none: units that could\n"
    "not be scored; they are in no mean. Units of a cluster vary together, and the\n"
    "interval knows it. v: lower is better. by: who decided (labels: people; exact:\n"
    "code; grader: a model that is not the gate; nli, bearing: the embedded models,\n"
    "on what the gate does not ask; truth: the invented world; gate: the system\n"
    "itself). No interval: one cluster, or every draw alike."
)


def format_run(summary: Summary) -> str:
    """All figures of a run by part, then how far the judges agree."""
    run = summary.run
    lines = [
        f"Suite {run.suite}, system {run.system} ({run.fingerprint}), seed {run.seed}.",
        f"{run.cases} cases. Grader: {run.grader}.",
        "",
    ]
    for part in dict.fromkeys(f.part for f in summary.scores.figures):
        lines.append(f"{part:<23}{_HEAD[23:]}")
        figures = [f for f in summary.scores.figures if f.part == part]
        lines += map(_format_figure, figures)
        lines += [line for f in figures if f.why for line in _format_why(f)]
        lines.append("")
    if summary.scores.kappas:
        lines += ["Agreement (Cohen's kappa)", *map(_format_kappa, summary.scores.kappas), ""]
    return "\n".join([*lines, _LEGEND])


def format_comparison(found: RunComparison) -> str:
    """Both runs side by side; differences are first minus second."""
    lines = [
        f"A: {found.first}",
        f"B: {found.second}",
        f"Cases: {found.cases} in both, only A {found.only_first}, only B {found.only_second}.",
        "",
        f"{'mean by case':<31}{'A':>7}{'B':>7}{'A-B':>8}  {'95 % interval':<18}{'p Holm':>6}",
    ]
    lines += [line for row in found.lines for line in _format_compared(row)]
    lines += ["", "p Holm: permutation test by cluster, adjusted for the number of figures."]
    lines.append("McNemar: exact, on cases; it takes them as independent.")
    return "\n".join([*lines, "none: nothing was scored, or one cluster gives no interval."])


def format_number(value: float | None, *, share: bool = True) -> str:
    """A figure in a few characters."""
    if value is None:
        return UNSCORED
    return f"{value:.3f}" if share else f"{value:.3g}"


def format_interval(estimate: Estimate, *, share: bool = True) -> str:
    """Its ends; one cluster, or draws that are all alike, give none."""
    if estimate.low is None or estimate.high is None:
        return "" if estimate.value is None else "no interval"
    return (
        f"{format_number(estimate.low, share=share)} to {format_number(estimate.high, share=share)}"
    )


def mark_direction(name: str, better: Better) -> str:
    return f"{name} v" if better == "lower" else name


def _format_figure(figure: Figure) -> str:
    e = figure.estimate
    value, ends = format_number(e.value, share=figure.share), format_interval(e, share=figure.share)
    figures = f"{value:>8}  {ends}" if e.value is not None else f"  {value}"
    return (
        f"{mark_direction(figure.name, figure.better):<23}{figures:<27}"
        f"{e.n:>6}{e.clusters:>9}{e.unscored:>6} {figure.by}"
    )


def _format_why(figure: Figure) -> list[str]:
    said = f"{figure.name}, not scored: {figure.why}."
    return textwrap.wrap(said, WIDTH, initial_indent="  ", subsequent_indent="    ")


def format_kappa_interval(kappa: Kappa) -> str:
    """Its ends, or why there are none."""
    if kappa.agreement.kappa is None:
        return "one label only"
    return "no interval" if kappa.low is None else f"{kappa.low:.3f} to {kappa.high:.3f}"


def _format_kappa(kappa: Kappa) -> str:
    a = kappa.agreement
    return (
        f"  {kappa.part[:22]:<23}{f'{kappa.first}, {kappa.second}':<16}"
        f"{format_number(a.kappa):>7}  {format_kappa_interval(kappa):<17} n {a.n}"
    )


def _format_compared(line: ComparedFigure) -> Iterator[str]:
    d = line.comparison.difference
    yield (
        f"{mark_direction(line.id, line.better)[:30]:<31}"
        f"{_format_mean(line.first):>7}{_format_mean(line.second):>7}"
        f"{_format_signed(d.value):>8}  {_format_ends(d):<18}{_format_p(line.holm):>6}"
    )
    if line.mcnemar and line.mcnemar.only_first + line.mcnemar.only_second:
        m, p = line.mcnemar, _format_p(line.mcnemar.p_value)
        yield f"    McNemar: only A {m.only_first}, only B {m.only_second}, p {p}"


def _format_mean(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def _format_signed(value: float | None) -> str:
    return "none" if value is None else f"{value:+.3f}"


def _format_ends(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return "none"
    return f"{estimate.low:+.3f} to {estimate.high:+.3f}"


def _format_p(value: float | None) -> str:
    if value is None:
        return "none"
    return "<0.001" if value < 0.001 else f"{value:.3f}"
