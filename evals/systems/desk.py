"""The desk itself: it drafts, it rules on pairs, it checks what others wrote."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Self

from agent import bootstrap
from agent.audit.check import AuditedSentence, check_text
from agent.audit.cited_text import UnreadableText
from agent.audit.reading import read_text
from agent.render import render
from agent.service import Desk
from agent.settings import Settings
from agent.types import (
    CheckedSentence,
    Citation,
    Claim,
    ClaimEvidence,
    Insufficient,
    Page,
    Question,
    VerdictLabel,
    Verification,
)
from evals.case import NOT_ENOUGH, Case, ClaimCase, PageCase, PairCase, WorldCase
from evals.errors import EvalError
from evals.metrics.record import Listed
from evals.metrics.types import Cited
from evals.outcome import SUMMARY, AnswerSentence, Outcome
from evals.synthetic.scoring import mark_page
from evals.synthetic.stories import make_worlds
from evals.synthetic.world import World
from evals.systems.texts import PageLibrary, ResolvedText, add_head, resolve_sources
from retrieval.library import Library
from retrieval.types import Hit, Source


class DeskSystem:
    """Answers every kind of case as the desk does for its users."""

    def __init__(self, settings: Settings, library: Library | None) -> None:
        self._desk = bootstrap.build_desk(settings, library, NullStore()) if library else None
        self._judge = bootstrap.build_judge(settings)
        self._nli = bootstrap.build_nli_model(settings.threads)
        self._embedder = bootstrap.build_embedder(settings)
        self._worlds = WorldDesk(settings)

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
        verifications = self._judge.verify(
            [ClaimEvidence(claim=p.claim, evidence=p.evidence) for p in pairs]
        )
        ruled = {p.id: _ruling_outcome(p, r) for p, r in zip(pairs, verifications, strict=True)}
        return [ruled.get(case.id) or self._answer_one(case) for case in cases]

    def _answer_one(self, case: Case) -> Outcome:
        if isinstance(case, ClaimCase):
            return self._draft(case)
        if isinstance(case, PageCase):
            return self._check(case)
        if isinstance(case, WorldCase):
            return self._worlds.answer(case)
        raise EvalError(f"The desk cannot answer {case.id}.", "Leave it out.")

    def _draft(self, case: ClaimCase) -> Outcome:
        if self._desk is None:
            raise EvalError("These questions are about a library.", "Give --library DIR.")
        text = " ".join(case.question.split())
        question = Question(text=text, asked_on=bootstrap.today(), as_of=case.as_of)
        return draft_outcome(case.id, self._desk, question)[0]

    def _check(self, case: PageCase) -> Outcome:
        try:
            text = read_text(case.text)
        except UnreadableText as error:
            return Outcome(case=case.id, error=str(error))
        sources = PageLibrary(case.sources, self._embedder, bootstrap.today())
        given = resolve_sources(text, case.sources)
        report = check_text(given.text, sources, self._judge, self._nli)
        return Outcome(
            case=case.id, sentences=tuple(_checked_sentence(e, given) for e in report.examined)
        )


class NullStore:
    """A store that keeps nothing: an evaluation leaves no drafts in a library."""

    def keep(self, page: Page) -> str:
        return ""

    def get(self, draft: str) -> Page | None:
        return None

    def earlier(self, claim: Claim) -> dict[str, Page]:
        return {}


def draft_outcome(case: str, desk: Desk, question: Question) -> tuple[Outcome, Page | Insufficient]:
    """Draft once, and read the draft as an outcome with its wall time."""
    start = perf_counter()
    made = desk.draft(question)
    seconds = perf_counter() - start
    found = (
        _short_outcome(case, made) if isinstance(made, Insufficient) else _page_outcome(case, made)
    )
    return Outcome(**{**dict(found), "usage": made.usage, "seconds": seconds}), made


def to_answer_sentence(
    sentence: CheckedSentence, place: str, sources: Mapping[str, Source], *, kept: bool
) -> AnswerSentence:
    """A sentence of the desk with one citation for each source."""
    return AnswerSentence(
        text=sentence.text,
        section=place,
        kind=sentence.kind,
        cited=resolve_citations(sentence.citations, sources),
        kept=kept,
        support=sentence.ruling.support,
        score=sentence.ruling.score,
        reason=sentence.ruling.reason,
        certificate=sentence.ruling.certificate,
    )


def resolve_citations(
    citations: Sequence[Citation], sources: Mapping[str, Source]
) -> tuple[Cited, ...]:
    """Citations by source; one whose source is not there is dead."""
    words: dict[str, list[str]] = {}
    for citation in citations:
        words.setdefault(citation.source, []).append(citation.quote)
    return tuple(
        Cited(
            id=name,
            title=sources[name].title,
            text=add_head(sources[name], " ".join(quotes)),
            origin=sources[name].origin,
            summary=sources[name].is_summary,
        )
        if name in sources
        else Cited(id=name, text=None)
        for name, quotes in words.items()
    )


def _page_outcome(case: str, page: Page) -> Outcome:
    sources = {s.id: s for s in page.evidence.sources}
    sections = [(SUMMARY, page.summary)]
    sections += [(s.heading, s.sentences) for s in page.sections]
    kept = [
        to_answer_sentence(s, heading, sources, kept=True) for heading, ss in sections for s in ss
    ]
    fell = [to_answer_sentence(f.sentence, f.place, sources, kept=False) for f in page.fallen]
    label = page.verdict.label
    cites = tuple(dict.fromkeys(c.source for s in page.sentences() for c in s.citations))
    return Outcome(
        case=case,
        sentences=(*kept, *fell),
        claim=page.claim.text,
        verdict=NOT_ENOUGH if label is VerdictLabel.UNPROVEN else label.value,
        form=render(page, "text"),
        retrieved=_source_ids(page.evidence.hits),
        cites=cites,
        listed=tuple(_list_source(sources[name]) for name in cites),
    )


def _list_source(source: Source) -> Listed:
    return Listed(
        id=source.id,
        publisher=source.publisher,
        origin=source.origin,
        tier=source.tier,
        published=source.published,
        copy_of=source.syndicated_from or "",
    )


def _short_outcome(case: str, short: Insufficient) -> Outcome:
    return Outcome(
        case=case,
        verdict=NOT_ENOUGH,
        abstained=True,
        reason=short.reason,
        retrieved=_source_ids(short.nearest),
    )


def _source_ids(hits: Sequence[Hit]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(hit.passage.source.id for hit in hits))


class WorldDesk:
    """Keeps the world of the last question open: the cases of one world come together."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._suites: dict[tuple[int, int], list[World]] = {}
        self._open: tuple[str, Library, tempfile.TemporaryDirectory[str]] | None = None

    def answer(self, case: WorldCase) -> Outcome:
        """Draft over the world of the case, and hold the page against what is true there."""
        given = case.seed, case.questions
        if given not in self._suites:
            self._suites[given] = list(make_worlds(*given))
        world = self._suites[given][case.world]
        asked = world.questions[case.number]
        desk = bootstrap.build_desk(self._settings, self._library(world), NullStore())
        outcome, made = draft_outcome(case.id, desk, asked.question())
        return Outcome(**{**dict(outcome), "truth": dict(mark_page(world, asked, made))})

    def _library(self, world: World) -> Library:
        if self._open and self._open[0] == world.id:
            return self._open[1]
        self.close()
        folder = tempfile.TemporaryDirectory(prefix="verdict-world-")
        library = world.library(Path(folder.name), bootstrap.build_embedder(self._settings))
        self._open = world.id, library, folder
        return library

    def close(self) -> None:
        """Close and remove the library that is open."""
        if self._open:
            self._open[1].close()
            self._open[2].cleanup()
            self._open = None


def _ruling_outcome(case: PairCase, verification: Verification) -> Outcome:
    cited = tuple(
        Cited(id=str(n), title=e.title or "", text=e.text, summary=e.summary)
        for n, e in enumerate(case.evidence, 1)
    )
    said = AnswerSentence(
        text=case.claim,
        cited=cited,
        kept=verification.accepted,
        support=verification.support,
        score=verification.score,
        reason=verification.reason,
    )
    return Outcome(case=case.id, sentences=(said,))


def _checked_sentence(found: AuditedSentence, text: ResolvedText) -> AnswerSentence:
    verification = found.ruling
    return AnswerSentence(
        text=found.sentence.text,
        section=found.sentence.section,
        kind=found.sentence.kind,
        cited=text.resolve(found.sentence),
        kept=verification.accepted,
        support=verification.support,
        score=verification.score,
        reason=verification.reason,
        certificate=verification.certificate,
    )
