"""What an answer must say, must cite and must not say."""

from collections.abc import Collection, Sequence
from typing import Literal

from agent.types import Value
from evals.metrics.types import Judge, Response, Score, full, weight

Scheme = Literal["all", "vital", "strict", "vital-strict", "weighted"]


class Nugget(Value):
    """A fact that a good answer holds, in words other than the evidence's."""

    text: str
    vital: bool = True


def nugget_recall(
    nuggets: Sequence[Nugget], answer: str, judge: Judge, scheme: Scheme = "vital-strict"
) -> Score:
    """Weigh the facts that an answer holds.

    Support 1, partial 0.5, else 0. all: mean; vital: mean over vital ones; strict: partial is 0;
    vital-strict: both; weighted: (sum vital + 0.5 sum okay) / (n vital + 0.5 n okay). An empty
    answer holds nothing. Source: AutoNuggetizer, Pradeep et al. 2024 (arXiv 2411.09607).
    """
    marking = full if "strict" in scheme else weight
    asked = [n for n in nuggets if n.vital or "vital" not in scheme]
    marks = [marking(judge(answer, n.text)) if answer.strip() else 0.0 for n in asked]
    score = Score.of(marks)
    if scheme != "weighted" or score.value is None:
        return score
    held = [
        (m, 1.0 if n.vital else 0.5) for n, m in zip(asked, marks, strict=True) if m is not None
    ]
    value = sum(m * w for m, w in held) / sum(w for _, w in held)
    return score.model_copy(update={"value": value})


def must_cite_recall(cited: Collection[str], must_cite: Sequence[str]) -> Score:
    """Sources that must be cited and are / sources that must be cited; ids compared exactly."""
    return Score.of(float(source in cited) for source in must_cite)


def must_not_say_rate(response: Response, forbidden: Sequence[str], judge: Judge) -> Score:
    """Forbidden sentences that a statement of the response entails / forbidden sentences.

    Each statement is judged by itself, so a long answer hides nothing. Lower is better.
    """
    return Score.of(_said(response, sentence, judge) for sentence in forbidden)


def _said(response: Response, sentence: str, judge: Judge) -> float | None:
    marks = [full(judge(statement.text, sentence)) for statement in response.statements]
    if 1.0 in marks:
        return 1.0
    return None if None in marks else 0.0
