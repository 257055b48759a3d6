"""Answered cases that anybody can follow, and what is measured of them."""

from collections.abc import Sequence

from agent.types import ClaimEvidence, EvidenceSpan, Kind, Support
from evals.archive import Manifest, Summary
from evals.case import Case, ClaimCase, PairCase
from evals.judges import CachedJudge
from evals.metrics.types import Cited
from evals.outcome import AnswerSentence, Outcome
from evals.scoring.table import Bench, score_run
from evals.scoring.types import Figure, Scores

Answered = list[tuple[Case, Outcome]]


class Words:
    """A grader that anybody can follow: the share of the words that the evidence has."""

    name = "words"
    threshold = 1.0
    partial = None
    tells_rewording = True

    def __init__(self) -> None:
        self.asked = 0

    def supports(self, pairs: Sequence[ClaimEvidence]) -> list[float]:
        self.asked += len(pairs)
        return [self._one(pair) for pair in pairs]

    def _one(self, pair: ClaimEvidence) -> float:
        held = set(" ".join(e.text for e in pair.evidence).lower().split())
        said = pair.claim.lower().rstrip(".").split()
        return sum(word in held for word in said) / len(said)


def said(text: str, *words: str, **fields: object) -> AnswerSentence:
    cited = tuple(Cited(id=str(n), text=w) for n, w in enumerate(words))
    return AnswerSentence.model_validate(
        {"text": text, "cited": cited, "kind": Kind.FINDING} | fields
    )


def claim(
    name: str, *sentences: AnswerSentence, expected: str = "supported", **given: object
) -> Answered:
    case = ClaimCase(id=f"claims/{name}", cluster=name, question="?", expected=expected)
    fields = {"case": case.id, "sentences": sentences, "verdict": "supported"} | given
    return [(case, Outcome.model_validate(fields))]


def pair(name: str, *, true: bool, kept: bool, part: str = "pairs.a") -> Answered:
    label = Support.SUPPORTED if true else Support.UNSUPPORTED
    case = PairCase(
        id=f"{part}/{name}",
        cluster=name,
        claim="x",
        evidence=(EvidenceSpan(text="y"),),
        label=label,
    )
    verification = Support.SUPPORTED if kept else Support.UNSUPPORTED
    sentence = said("x", "y", kept=kept, support=verification, score=0.9 if kept else 0.2)
    return [(case, Outcome(case=case.id, sentences=(sentence,)))]


def figures(scores: Scores) -> dict[str, Figure]:
    return {figure.id: figure for figure in scores.figures}


def measured(answered: Answered, grader: Words | None = None) -> dict[str, Figure]:
    return figures(score_run(answered, Bench.alone(CachedJudge(grader)), {}, seed=1))


def summary(answered: Answered, grader: Words | None = None) -> Summary:
    scores = score_run(answered, Bench.alone(CachedJudge(grader)), {}, seed=1)
    run = Manifest(
        suite="claims", system="desk", fingerprint="0" * 16, seed=1, cases=len(answered),
        grader="words", started="2026-01-27T10:00:00+00:00", version="0", cores=2, workers=1,
    )  # fmt: skip
    return Summary(run=run, scores=scores)


GOOD = said("the bridge is closed", "now the bridge is closed to cars")


BAD = said("the bridge is open", "now the bridge is closed to cars")
