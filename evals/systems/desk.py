"""The desk itself: it drafts, it rules on pairs, it checks what others wrote."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from agent import bootstrap
from agent.audit.check import AuditedSentence, check_text
from agent.audit.cited_text import UnreadableText
from agent.audit.reading import read_text
from agent.settings import Settings
from agent.types import ClaimEvidence, Question, Verification
from evals.case import Case, ClaimCase, PageCase, PairCase, WorldCase
from evals.errors import EvalError
from evals.metrics.types import Cited
from evals.outcome import Outcome, Spoken
from evals.systems.drafts import Unkept, drafted
from evals.systems.shelf import PageShelf
from evals.systems.texts import Read, listed
from evals.systems.worlds import Worlds
from retrieval.library import Library


class DeskSystem:
    """Every kind of case through the desk's own doors."""

    def __init__(self, settings: Settings, library: Library | None) -> None:
        self._desk = bootstrap.build_desk(settings, library, Unkept()) if library else None
        self._judge = bootstrap.build_judge(settings)
        self._nli = bootstrap.build_nli_model(settings.threads)
        self._embedder = bootstrap.build_embedder(settings)
        self._worlds = Worlds(settings)

    @classmethod
    def open(cls, library: Path | None, threads: int) -> Self:
        """Build it from the settings of this user, with so many threads for the models.

        Raises:
            LibraryMissing: there is none in `library`.
        """
        settings = Settings.model_validate({"threads": threads})
        return cls(settings, bootstrap.open_library(settings, library) if library else None)

    def answer(self, cases: Sequence[Case]) -> list[Outcome]:
        """Pairs are judged in one batch, everything else one after the other."""
        pairs = [case for case in cases if isinstance(case, PairCase)]
        verifications = self._judge.judge(
            [ClaimEvidence(claim=p.claim, evidence=p.evidence) for p in pairs]
        )
        ruled = {p.id: _ruled(p, r) for p, r in zip(pairs, verifications, strict=True)}
        return [ruled.get(case.id) or self._one(case) for case in cases]

    def _one(self, case: Case) -> Outcome:
        if isinstance(case, ClaimCase):
            return self._draft(case)
        if isinstance(case, PageCase):
            return self._check(case)
        if isinstance(case, WorldCase):
            return self._worlds.answer(case)
        raise EvalError(f"The desk has no door for {case.id}.", "Leave it out.")

    def _draft(self, case: ClaimCase) -> Outcome:
        if self._desk is None:
            raise EvalError("These questions are about a library.", "Give --library DIR.")
        text = " ".join(case.question.split())
        question = Question(text=text, asked_on=bootstrap.today(), as_of=case.as_of)
        return drafted(case.id, self._desk, question)[0]

    def _check(self, case: PageCase) -> Outcome:
        try:
            text = read_text(case.text)
        except UnreadableText as error:
            return Outcome(case=case.id, error=str(error))
        shelf = PageShelf(case.sources, self._embedder, bootstrap.today())
        given = listed(text, case.sources)
        report = check_text(given.text, shelf, self._judge, self._nli)
        return Outcome(case=case.id, sentences=tuple(_examined(e, given) for e in report.examined))


def _ruled(case: PairCase, verification: Verification) -> Outcome:
    cited = tuple(
        Cited(id=str(n), title=e.title or "", text=e.text) for n, e in enumerate(case.evidence, 1)
    )
    said = Spoken(
        text=case.claim,
        cited=cited,
        kept=verification.accepted,
        support=verification.support,
        score=verification.score,
        reason=verification.reason,
    )
    return Outcome(case=case.id, sentences=(said,))


def _examined(found: AuditedSentence, text: Read) -> Spoken:
    verification = found.ruling
    return Spoken(
        text=found.sentence.text,
        section=found.sentence.section,
        kind=found.sentence.kind,
        cited=text.cited(found.sentence),
        kept=verification.accepted,
        support=verification.support,
        score=verification.score,
        reason=verification.reason,
        certificate=verification.certificate,
    )
