"""Figures as a table of at most 80 columns."""

from collections.abc import Iterator
from typing import Final

from evals.archive import Summary
from evals.comparing import Compared, Line
from evals.scoring.types import Better, Figure, Kappa
from evals.statistics import Estimate

_HEAD: Final = f"{'':<23}{'value':>8}  {'95 % interval':<17}{'n':>6}{'clusters':>9}{'none':>6} by"
_LEGEND: Final = (
    "n: units scored (sentences, citations, facts, pages). none: units that could\n"
    "not be scored; they are in no mean. Units of a cluster vary together, and the\n"
    "interval knows it. v: lower is better. by: who decided (labels: people; exact:\n"
    "code; grader: a model that is not the gate; truth: the invented world; gate: the\n"
    "system itself)."
)


def table(summary: Summary) -> str:
    """All figures of a run by part, then how far the judges agree."""
    run = summary.run
    lines = [
        f"Suite {run.suite}, system {run.system} ({run.fingerprint}), seed {run.seed}.",
        f"{run.cases} cases. Grader: {run.grader}.",
        "",
    ]
    for part in dict.fromkeys(f.part for f in summary.scores.figures):
        lines.append(f"{part:<23}{_HEAD[23:]}")
        lines += [_figure(f) for f in summary.scores.figures if f.part == part]
        lines.append("")
    if summary.scores.kappas:
        lines += ["Agreement (Cohen's kappa)", *map(_kappa, summary.scores.kappas), ""]
    return "\n".join([*lines, _LEGEND])


def comparison(found: Compared) -> str:
    """Both runs side by side; differences are first minus second."""
    lines = [
        f"A: {found.first}",
        f"B: {found.second}",
        f"Cases: {found.cases} in both, only A {found.only_first}, only B {found.only_second}.",
        "",
        f"{'mean by case':<31}{'A':>7}{'B':>7}{'A-B':>8}  {'95 % interval':<18}{'p Holm':>6}",
    ]
    lines += [line for row in found.lines for line in _line(row)]
    lines += ["", "p Holm: permutation test by cluster, adjusted for the number of figures."]
    return "\n".join([*lines, "McNemar: exact, on cases; it takes them as independent."])


def number(value: float | None, *, share: bool = True) -> str:
    """A figure in a few characters."""
    if value is None:
        return "-"
    return f"{value:.3f}" if share else f"{value:.3g}"


def interval(estimate: Estimate, *, share: bool = True) -> str:
    """Its ends, or a dash where one cluster gives none."""
    if estimate.low is None or estimate.high is None:
        return "-"
    return f"{number(estimate.low, share=share)} to {number(estimate.high, share=share)}"


def named(name: str, better: Better) -> str:
    return f"{name} v" if better == "lower" else name


def _figure(figure: Figure) -> str:
    e = figure.estimate
    return (
        f"{named(figure.name, figure.better):<23}{number(e.value, share=figure.share):>8}  "
        f"{interval(e, share=figure.share):<17}{e.n:>6}{e.clusters:>9}{e.unscored:>6} {figure.by}"
    )


def _kappa(kappa: Kappa) -> str:
    ends = "-" if kappa.low is None else f"{kappa.low:.3f} to {kappa.high:.3f}"
    a = kappa.agreement
    return (
        f"  {kappa.part[:22]:<23}{f'{kappa.first}, {kappa.second}':<16}"
        f"{number(a.kappa):>7}  {ends:<17} n {a.n}"
    )


def _line(line: Line) -> Iterator[str]:
    d = line.comparison.difference
    yield (
        f"{named(line.id, line.better)[:30]:<31}{number(line.first):>7}{number(line.second):>7}"
        f"{_signed(d.value):>8}  {_ends(d):<18}{_p(line.holm):>6}"
    )
    if line.mcnemar and line.mcnemar.only_first + line.mcnemar.only_second:
        m = line.mcnemar
        yield f"    McNemar: only A {m.only_first}, only B {m.only_second}, p {_p(m.p_value)}"


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.3f}"


def _ends(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return "-"
    return f"{estimate.low:+.3f} to {estimate.high:+.3f}"


def _p(value: float | None) -> str:
    if value is None:
        return "-"
    return "<0.001" if value < 0.001 else f"{value:.3f}"
